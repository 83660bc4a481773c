/** https://en.wikipedia.org/wiki/Bzip2#File_format */
const BLOCK = 0x314159265359
const END = 0x177245385090
const BLOCK_BYTES = 100_000
/** A block's 900,000 symbols have at most 20 bits each. */
const MAX_PACKED_BLOCK = 2_400_000
const MAX_CODE_BITS = 20
const SYMBOLS_PER_SELECTOR = 50
const MAX_TABLES = 6
const OUTPUT_BYTES = 1 << 18

/** Bytes that are no bzip2 any more. */
export class Bzip2Damage extends Error {}

/** Reads bits from the highest of each byte on. */
class Bits {
  #bytes: Uint8Array = new Uint8Array(0)
  /** The place in bits. */
  #at = 0

  get left(): number {
    return this.#bytes.length - (this.#at >>> 3)
  }

  add(bytes: Uint8Array): void {
    const from = this.#at >>> 3
    this.#bytes = Buffer.concat([this.#bytes.subarray(from), bytes])
    this.#at &= 7
  }

  /** At most 48 of them. */
  read(count: number): number {
    let value = 0
    for (let left = count; left > 0;) {
      const byte = this.#bytes[this.#at >>> 3]
      if (byte === undefined) throw new Bzip2Damage('end')
      const here = Math.min(left, 8 - (this.#at & 7))
      value = value * 2 ** here + ((byte >>> (8 - (this.#at & 7) - here)) & ((1 << here) - 1))
      this.#at += here
      left -= here
    }
    return value
  }

  toByte(): void {
    this.#at = (this.#at + 7) & ~7
  }
}

/**
 * Unpacks bzip2, also several streams one after another, block by block: at most some ten megabytes are in memory.
 * Throws Bzip2Damage.
 */
export async function* unpackBzip2(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = pieces[Symbol.asyncIterator]()
  const bits = new Bits()
  let isOver = false
  const fill = async () => {
    const waiting: Uint8Array[] = []
    for (let size = bits.left; !isOver && size < MAX_PACKED_BLOCK;) {
      const next = await source.next()
      if (next.done) isOver = true
      else {
        waiting.push(next.value)
        size += next.value.length
      }
    }
    bits.add(Buffer.concat(waiting))
  }
  try {
    for (await fill(); bits.left > 0; await fill()) yield* streamIn(bits, fill)
  } finally {
    await source.return?.()
  }
}

async function* streamIn(bits: Bits, fill: () => Promise<void>): AsyncGenerator<Uint8Array> {
  const level = bits.read(24) === 0x425a68 ? bits.read(8) - 0x30 : 0
  if (level < 1 || level > 9) throw new Bzip2Damage('header')
  let sum = 0
  for (;;) {
    await fill()
    const mark = bits.read(48)
    const expected = bits.read(32)
    if (mark === END) {
      if (expected !== sum) throw new Bzip2Damage('checksum')
      return bits.toByte()
    }
    if (mark !== BLOCK) throw new Bzip2Damage('block')
    const found = { sum: 0xffffffff }
    yield* expand(readBlock(bits, level * BLOCK_BYTES), found)
    if (~found.sum >>> 0 !== expected) throw new Bzip2Damage('checksum')
    sum = (((sum << 1) | (sum >>> 31)) ^ expected) >>> 0
  }
}

/** A block's bytes before the runs in them are expanded. */
function readBlock(bits: Bits, limit: number): Uint8Array {
  if (bits.read(1) === 1) throw new Bzip2Damage('randomised')
  const origin = bits.read(24)
  const bytes = bytesUsed(bits)
  const tableCount = bits.read(3)
  const selectorCount = bits.read(15)
  if (tableCount < 2 || tableCount > MAX_TABLES || selectorCount === 0 || bytes.length === 0)
    throw new Bzip2Damage('tables')
  const selectors = readSelectors(bits, tableCount, selectorCount)
  const tables = Array.from({ length: tableCount }, () => readTable(bits, bytes.length + 2))
  const last = readSymbols(bits, { bytes, selectors, tables, limit })
  if (origin >= last.length) throw new Bzip2Damage('origin')
  return unsort(last, origin)
}

/** The bytes that the block holds, in order. */
function bytesUsed(bits: Bits): number[] {
  const groups = bits.read(16)
  const used: number[] = []
  for (let group = 0; group < 16; group++) {
    if (((groups >>> (15 - group)) & 1) === 0) continue
    const members = bits.read(16)
    for (let member = 0; member < 16; member++)
      if (((members >>> (15 - member)) & 1) === 1) used.push(group * 16 + member)
  }
  return used
}

/** Which table each group of symbols is written by: a place in a list whose latest member moves to the front. */
function readSelectors(bits: Bits, tableCount: number, count: number): number[] {
  const recent = Array.from({ length: tableCount }, (_, index) => index)
  return Array.from({ length: count }, () => {
    let place = 0
    while (bits.read(1) === 1) if (++place >= tableCount) throw new Bzip2Damage('selector')
    return toFront(recent, place)
  })
}

function toFront(recent: number[], place: number): number {
  const value = recent[place] as number
  recent.copyWithin(1, 0, place)
  recent[0] = value
  return value
}

/** A canonical Huffman code: for each length the codes' first value and where their symbols begin. */
interface CodeTable {
  readonly symbols: readonly number[]
  readonly counts: readonly number[]
}

function readTable(bits: Bits, symbolCount: number): CodeTable {
  let length = bits.read(5)
  const lengths = Array.from({ length: symbolCount }, () => {
    for (;;) {
      if (length < 1 || length > MAX_CODE_BITS) throw new Bzip2Damage('code')
      if (bits.read(1) === 0) return length
      length += bits.read(1) === 0 ? 1 : -1
    }
  })
  const counts = Array.from(
    { length: MAX_CODE_BITS + 1 },
    (_, bitCount) => lengths.filter((one) => one === bitCount).length,
  )
  const symbols = lengths
    .map((_, symbol) => symbol)
    .sort((a, b) => (lengths[a] as number) - (lengths[b] as number) || a - b)
  return { symbols, counts }
}

function readSymbol(bits: Bits, { symbols, counts }: CodeTable): number {
  let code = 0
  let first = 0
  let index = 0
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    code = code * 2 + bits.read(1)
    const count = counts[length] as number
    if (code - first < count) return symbols[index + code - first] as number
    index += count
    first = (first + count) * 2
  }
  throw new Bzip2Damage('code')
}

interface Coded {
  readonly bytes: number[]
  readonly selectors: readonly number[]
  readonly tables: readonly CodeTable[]
  readonly limit: number
}

/** Symbols 0 and 1 are the digits of a run's length; the others are places in the list of recent bytes. */
function readSymbols(bits: Bits, { bytes: recent, selectors, tables, limit }: Coded): Uint8Array {
  const end = recent.length + 1
  const out = new Uint8Array(limit)
  let size = 0
  let run = 0
  let digit = 1
  for (let read = 0; ; read++) {
    const table = tables[selectors[Math.floor(read / SYMBOLS_PER_SELECTOR)] ?? -1]
    if (!table) throw new Bzip2Damage('selectors')
    const symbol = readSymbol(bits, table)
    if (symbol < 2) {
      run += digit << symbol
      digit <<= 1
      if (run > limit) throw new Bzip2Damage('size')
      continue
    }
    if (size + run > limit) throw new Bzip2Damage('size')
    out.fill(recent[0] as number, size, size + run)
    size += run
    run = 0
    digit = 1
    if (symbol === end) return out.subarray(0, size)
    if (size >= limit) throw new Bzip2Damage('size')
    out[size++] = toFront(recent, symbol - 1)
  }
}

/** Takes the Burrows-Wheeler transform back. */
function unsort(last: Uint8Array, origin: number): Uint8Array {
  const starts = new Uint32Array(257)
  for (const byte of last) starts[byte + 1] = (starts[byte + 1] as number) + 1
  for (let byte = 0; byte < 256; byte++) starts[byte + 1] = (starts[byte + 1] as number) + (starts[byte] as number)
  const next = new Uint32Array(last.length)
  last.forEach((byte, index) => {
    next[(starts[byte] = (starts[byte] as number) + 1) - 1] = index
  })
  const out = new Uint8Array(last.length)
  let at = next[origin] as number
  for (let index = 0; index < out.length; index++) {
    out[index] = last[at] as number
    at = next[at] as number
  }
  return out
}

const checksums = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24
  for (let bit = 0; bit < 8; bit++) sum = sum < 0 ? (sum << 1) ^ 0x04c11db7 : sum << 1
  return sum
})

const RUN = 4

/** Behind four equal bytes stands how often the byte comes again. */
function* expand(block: Uint8Array, checksum: { sum: number }): Generator<Uint8Array> {
  let out = new Uint8Array(OUTPUT_BYTES)
  let size = 0
  let equal = 0
  let previous = -1
  for (const byte of block) {
    const isCount = equal === RUN
    const value = isCount ? previous : byte
    const count = isCount ? byte : 1
    equal = isCount ? 0 : byte === previous ? equal + 1 : 1
    previous = isCount ? -1 : byte
    for (let index = 0; index < count; index++) {
      out[size++] = value
      checksum.sum = (checksum.sum << 8) ^ (checksums[((checksum.sum >>> 24) ^ value) & 0xff] as number)
    }
    if (size < OUTPUT_BYTES - 256) continue
    yield out.subarray(0, size)
    out = new Uint8Array(OUTPUT_BYTES)
    size = 0
  }
  yield out.subarray(0, size)
}
