import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useDisk } from '../files/disk.ts'
import { faultyDisk } from '../files/testing/faulty-disk.ts'
import { readGgufHeader } from './reader.ts'
import { ggufTypes } from './types/index.ts'
import { array, bool, float32, string, uint32, type GgufValue, type Metadata } from './values.ts'
import { writeGguf, type TensorToWrite } from './writer.ts'

let folder = ''
let file = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-gguf-'))
  file = join(folder, 'model.gguf')
})
afterAll(() => rm(folder, { recursive: true }))

const metadata: Metadata = new Map<string, GgufValue>([
  ['general.architecture', string('llama')],
  ['llama.block_count', uint32(4_000_000_000)],
  ['llama.epsilon', float32(0.5)],
  ['a.flag', bool(true)],
  ['a.tokens', array('string', ['あ', '', '<|x|>', '\u{20bb7}'])],
  ['a.numbers', array('int32', [-1, 2, -2147483648])],
  ['a.bytes', array('uint8', [0, 255])],
  ['a.large', { type: 'uint64', value: 2 ** 40 }],
  ['a.small', { type: 'int64', value: -5 }],
  ['a.double', { type: 'float64', value: Math.PI }],
  ['a.short', { type: 'int16', value: -300 }],
])

function tensor(name: string, shape: readonly number[], numbers: Float32Array<ArrayBuffer>): TensorToWrite {
  return {
    name,
    type: ggufTypes.F32,
    shape,
    async *pieces() {
      yield await Promise.resolve(ggufTypes.F32.quantize!(numbers))
    },
  }
}
const tensors = [
  tensor(
    'first.weight',
    [3, 5],
    Float32Array.from({ length: 15 }, (_, index) => index),
  ),
  tensor('second.bias', [2], Float32Array.of(-1, 7)),
]

/** A header's bytes as a hostile file may have them. */
class Bytes {
  readonly parts: Buffer[] = []
  u32 = (value: number): this => this.add(4, (buffer) => buffer.writeUInt32LE(value))
  u64 = (value: number | bigint): this => this.add(8, (buffer) => buffer.writeBigUInt64LE(BigInt(value)))
  text = (value: string): this => {
    this.u64(Buffer.byteLength(value))
    this.parts.push(Buffer.from(value))
    return this
  }
  head = (tensorCount: number | bigint, entries: number | bigint, version = 3): this =>
    this.u32(0x46554747).u32(version).u64(tensorCount).u64(entries)
  info = (name: string, sizes: readonly (number | bigint)[], type = 0, offset: number | bigint = 0): this => {
    this.text(name).u32(sizes.length)
    for (const size of sizes) this.u64(size)
    return this.u32(type).u64(offset)
  }
  private add(size: number, write: (buffer: Buffer) => void): this {
    const buffer = Buffer.alloc(size)
    write(buffer)
    this.parts.push(buffer)
    return this
  }
}

describe('a GGUF file', () => {
  it('is read as it was written', async () => {
    const done: number[] = []
    await writeGguf(file, metadata, tensors, { onBytes: (bytes) => done.push((done.at(-1) ?? 0) + bytes) })
    const header = await readGgufHeader(file)
    expect(header.metadata).toEqual(metadata)
    const bytes = await readFile(file)
    const found = [...header.tensors].map(([name, { type, shape, offset, length }]) => [
      name,
      type.name,
      shape,
      offset % 32,
      [...type.dequantize(bytes.subarray(offset, offset + length))],
    ])
    expect(found).toEqual([
      ['first.weight', 'F32', [3, 5], 0, Array.from({ length: 15 }, (_, index) => index)],
      ['second.bias', 'F32', [2], 0, [-1, 7]],
    ])
    expect(done.at(-1)).toBe(bytes.length)
  })

  it('is not there when it was cancelled', async () => {
    const controller = new AbortController()
    const out = join(folder, 'cancelled.gguf')
    const onBytes = () => controller.abort()
    await expect(writeGguf(out, metadata, tensors, { signal: controller.signal, onBytes })).rejects.toMatchObject({
      name: 'AbortError',
    })
    expect((await readdir(folder)).filter((name) => name.includes('cancelled'))).toEqual([])
  })

  it('is not there where the disk is full', async () => {
    const target = await mkdtemp(join(folder, 'full-'))
    for (let at = 1; at <= 6; at++) {
      const restore = useDisk(faultyDisk({ fault: { at, kind: 'ENOSPC', when: 'during' }, within: target }))
      const written = writeGguf(join(target, 'model.gguf'), metadata, tensors)
      await expect(written).rejects.toMatchObject({ error: { code: 'disk-full' } })
      restore()
      expect(await readdir(target)).toEqual([])
    }
  })

  it('that ends before its data does is refused', async () => {
    await writeGguf(file, metadata, tensors)
    const bytes = await readFile(file)
    const cut = join(folder, 'cut.gguf')
    for (const length of [3, 40, 200, bytes.length - 40]) {
      await writeFile(cut, bytes.subarray(0, length))
      await expect(readGgufHeader(cut)).rejects.toMatchObject({ error: { code: 'checkpoint/truncated' } })
    }
  })
})

const STRING = 8
const ARRAY = 9
const hostile: Readonly<Record<string, Bytes>> = {
  'another magic': new Bytes().u32(0x12345678).u64(0).u64(0),
  'a huge count of tensors': new Bytes().head(2n ** 63n, 0),
  'a huge count of entries': new Bytes().head(0, 2n ** 40n),
  'a huge key': new Bytes().head(0, 1).u64(2n ** 62n),
  'a huge text': new Bytes()
    .head(0, 1)
    .text('k')
    .u32(STRING)
    .u64(2n ** 50n),
  'a huge list': new Bytes()
    .head(0, 1)
    .text('k')
    .u32(ARRAY)
    .u32(STRING)
    .u64(2n ** 33n),
  'too many texts': new Bytes().head(0, 1).text('k').u32(ARRAY).u32(STRING).u64(9_000_000),
  'lists in lists': new Bytes().head(0, 1).text('k').u32(ARRAY).u32(ARRAY).u64(1),
  'an unknown kind of value': new Bytes().head(0, 1).text('k').u32(77),
  'a key twice': new Bytes().head(0, 2).text('k').u32(4).u32(1).text('k').u32(4).u32(1),
  'too many axes': new Bytes().head(1, 0).info('t', [1, 1, 1, 1, 1]),
  'no axes': new Bytes().head(1, 0).info('t', []),
  'an axis of nothing': new Bytes().head(1, 0).info('t', [0]),
  'more numbers than there are': new Bytes().head(1, 0).info('t', [2n ** 40n, 2n ** 40n]),
  'a row that is no whole number of blocks': new Bytes().head(1, 0).info('t', [33], 8),
  'a tensor off the alignment': new Bytes().head(1, 0).info('t', [1], 0, 5),
  'a tensor twice': new Bytes().head(2, 0).info('t', [1]).info('t', [1], 0, 32),
  'an alignment of zero': new Bytes().head(0, 1).text('general.alignment').u32(4).u32(0),
  'an alignment that is no power of two': new Bytes().head(0, 1).text('general.alignment').u32(4).u32(48),
}

describe('is refused:', () => {
  const refusalOf = async (bytes: Bytes, more = 4096): Promise<unknown> => {
    const path = join(folder, 'hostile.gguf')
    await writeFile(path, Buffer.concat([...bytes.parts, Buffer.alloc(more)]))
    return readGgufHeader(path).catch((error: unknown) => (error as { error?: unknown }).error ?? error)
  }

  it.each(Object.entries(hostile))('%s', async (_, bytes) => {
    expect(await refusalOf(bytes)).toMatchObject({ code: 'gguf/damaged' })
  })

  it('a version of before, and one of after', async () => {
    expect(await refusalOf(new Bytes().head(0, 0, 1))).toMatchObject({ code: 'gguf/version', facts: { found: 1 } })
    expect(await refusalOf(new Bytes().head(0, 0, 4))).toMatchObject({ code: 'gguf/version', facts: { found: 4 } })
  })

  it('a type that is not known', async () => {
    expect(await refusalOf(new Bytes().head(1, 0).info('t', [32], 99))).toMatchObject({
      code: 'gguf/type-unknown',
      facts: { tensor: 't', found: 99 },
    })
  })

  it('tensors over each other, and beyond the end', async () => {
    const overlapping = new Bytes().head(2, 0).info('a', [64]).info('b', [64], 0, 32)
    expect(await refusalOf(overlapping)).toMatchObject({ code: 'gguf/damaged' })
    expect(await refusalOf(new Bytes().head(1, 0).info('a', [64], 0, 2n ** 45n))).toMatchObject({
      code: 'checkpoint/truncated',
    })
  })
})
