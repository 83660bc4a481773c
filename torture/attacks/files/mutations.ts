import type { Random } from '../../harness/random.ts'

/** One way to spoil a good file. */
export type Mutation = (bytes: Buffer, random: Random) => Buffer

const flip =
  (share: number): Mutation =>
  (bytes, random) => {
    const spoilt = Buffer.from(bytes)
    const count = Math.max(1, Math.round(spoilt.length * share))
    for (let index = 0; index < count && spoilt.length > 0; index++)
      spoilt[random.integer(0, spoilt.length - 1)] = random.integer(0, 255)
    return spoilt
  }

/** Writes a length of the largest kind at a place where one may lie: near the beginning, near the end, or anywhere. */
const claim: Mutation = (bytes, random) => {
  if (bytes.length < 16) return bytes
  const spoilt = Buffer.from(bytes)
  const last = spoilt.length - 8
  const at = random.pick([
    random.integer(0, Math.min(64, last)),
    Math.max(0, last - random.integer(0, 64)),
    random.integer(0, last),
  ])
  random.pick([
    () => spoilt.writeUInt32LE(0xffffffff, at),
    () => spoilt.writeUInt32LE(0x7fffffff, at),
    () => spoilt.writeUInt32BE(0x7fffffff, at),
    () => spoilt.writeBigUInt64LE(2n ** 63n - 1n, at),
    () => spoilt.writeBigUInt64LE(2n ** 40n, at),
    () => spoilt.writeUInt32LE(0, at),
  ])()
  return spoilt
}

export const mutations: Readonly<Record<string, Mutation>> = {
  'a byte': (bytes, random) => flip(0)(bytes, random),
  'some bytes': flip(0.001),
  'many bytes': flip(0.05),
  cut: (bytes, random) => bytes.subarray(0, random.integer(0, Math.max(0, bytes.length - 1))),
  'its beginning cut': (bytes, random) => bytes.subarray(random.integer(1, Math.max(1, Math.min(64, bytes.length)))),
  'a claimed length': claim,
  'claimed lengths': (bytes, random) => claim(claim(claim(bytes, random), random), random),
  zeros: (bytes, random) => {
    const spoilt = Buffer.from(bytes)
    const from = random.integer(0, spoilt.length)
    return spoilt.fill(0, from, Math.min(spoilt.length, from + random.integer(1, 4096)))
  },
  twice: (bytes) => Buffer.concat([bytes, bytes]),
  'with more behind': (bytes, random) =>
    Buffer.concat([bytes, Buffer.from(Array.from({ length: 2000 }, () => random.integer(0, 255)))]),
  'a piece moved': (bytes, random) => {
    const [a, b] = [random.integer(0, bytes.length), random.integer(0, bytes.length)].sort((x, y) => x - y) as [
      number,
      number,
    ]
    return Buffer.concat([bytes.subarray(b), bytes.subarray(a, b), bytes.subarray(0, a)])
  },
  nothing: () => Buffer.alloc(0),
  'only zeros': (bytes) => Buffer.alloc(bytes.length),
}

const names = Object.keys(mutations)

/** A file spoilt in one way by chance, and the way's name. */
export function spoil(bytes: Buffer, random: Random): { readonly how: string; readonly bytes: Buffer } {
  const how = random.pick(names)
  return { how, bytes: (mutations[how] as Mutation)(bytes, random) }
}

/** Texts are spoilt in their values and structure too. */
export function spoilJson(text: string, random: Random): { readonly how: string; readonly text: string } {
  return random.pick<() => { how: string; text: string }>([
    () => ({
      how: 'a huge number',
      text: text.replace(/\d+/g, (digits) =>
        random.chance(0.3) ? random.pick(['1e9', '1e308', '-1', '0', '2147483648', '99999999999']) : digits,
      ),
    }),
    () => ({
      how: 'another kind of value',
      text: text.replace(/:\s*("[^"]*"|\d+)/g, (value) =>
        random.chance(0.2) ? `:${random.pick(['null', '[]', '{}', 'true', '""', '"x"', '0.5'])}` : value,
      ),
    }),
    () => ({
      how: 'deep nesting',
      text: text.replace(/:\s*("[^"]*"|\d+)/, `:${'['.repeat(100_000)}${']'.repeat(100_000)}`),
    }),
    () => ({
      how: 'a prototype',
      text: text.replace('{', '{"__proto__":{"polluted":true},"constructor":{"prototype":{}},'),
    }),
    () => ({ how: 'a key twice', text: text.replace(/("[^"]+":\s*(?:"[^"]*"|\d+))/, '$1,$1') }),
    () => ({ how: 'a long text', text: text.replace(/:\s*"[^"]*"/, `:"${'あ'.repeat(3_000_000)}"`) }),
    () => ({ how: 'half of it', text: text.slice(0, random.integer(0, text.length)) }),
    () => ({ how: 'a list', text: `[${text}]` }),
  ])()
}
