import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { float32ToFloat16 } from './float-bits.ts'
import { readTensor } from './read-tensor.ts'
import { readSafetensorsHeader } from './safetensors-header.ts'
import { writeSafetensors } from './safetensors-writer.ts'
import { safetensorsBytes, temporaryFolders } from './testing/test-support.ts'

const newFolder = temporaryFolders()

describe('a written file', () => {
  it('is read back with dtypes, shapes, offsets, metadata and values', async () => {
    const folder = await newFolder()
    const file = join(folder, 'w.safetensors')
    await writeSafetensors(
      file,
      {
        half: { dtype: 'float16', shape: [3], data: Uint16Array.from([1.5, -2, 65504], float32ToFloat16) },
        brain: { dtype: 'bfloat16', shape: [2], data: Uint16Array.from([0x3f80, 0xc040]) },
        full: { dtype: 'float32', shape: [1, 2], data: Float32Array.from([0.25, -1e30]) },
        empty: { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) },
      },
      { step: '7' },
    )
    const { tensors, metadata } = await readSafetensorsHeader(file)
    const dataStart = (await readFile(file)).length - 18
    expect(dataStart % 8).toBe(0)
    expect([...tensors]).toEqual([
      ['empty', { dtype: 'float32', shape: [0, 4], file: 'w.safetensors', offset: dataStart, length: 0 }],
      ['full', { dtype: 'float32', shape: [1, 2], file: 'w.safetensors', offset: dataStart, length: 8 }],
      ['brain', { dtype: 'bfloat16', shape: [2], file: 'w.safetensors', offset: dataStart + 8, length: 4 }],
      ['half', { dtype: 'float16', shape: [3], file: 'w.safetensors', offset: dataStart + 12, length: 6 }],
    ])
    expect(metadata).toEqual({ step: '7' })
    const values = await Promise.all(
      ['half', 'brain', 'full'].map(async (name) => [...(await readTensor(folder, tensors.get(name)!))]),
    )
    expect(values).toEqual([
      [1.5, -2, 65504],
      [1, -3],
      [0.25, Math.fround(-1e30)],
    ])
  })
})

describe('a damaged file', () => {
  const tensor = (begin: number, end: number) => ({
    dtype: 'F32',
    shape: [(end - begin) / 4],
    data_offsets: [begin, end],
  })
  const data = (length: number) => new Uint8Array(length)
  const header = (entries: object) => safetensorsBytes(entries, data(8))
  const headerSize = (entries: object) => 8 + JSON.stringify(entries).length

  const good = { a: tensor(0, 4), b: tensor(4, 8) }
  const cases: [string, Uint8Array, object][] = [
    ['shorter than its first number', data(3), { code: 'checkpoint/truncated', facts: { expected: 8, found: 3 } }],
    [
      'cut within the header',
      header(good).subarray(0, 20),
      { code: 'checkpoint/truncated', facts: { expected: headerSize(good), found: 20 } },
    ],
    [
      'cut within the data',
      header(good).subarray(0, -3),
      { code: 'checkpoint/truncated', facts: { expected: headerSize(good) + 8, found: headerSize(good) + 5 } },
    ],
    [
      'with bytes after the data',
      safetensorsBytes(good, data(9)),
      { code: 'checkpoint/excess', facts: { expected: headerSize(good) + 8, found: headerSize(good) + 9 } },
    ],
    ['whose header is absurdly long', data(8).fill(255), { code: 'checkpoint/header-invalid', facts: {} }],
    ['whose header is no JSON', safetensorsBytes('{"a":', data(8)), { code: 'checkpoint/header-invalid', facts: {} }],
    [
      'whose header is no object',
      safetensorsBytes('[1, 2]', data(8)),
      { code: 'checkpoint/header-invalid', facts: {} },
    ],
    ['with an entry that is none', header({ a: 5 }), { code: 'checkpoint/header-invalid', facts: {} }],
    [
      'with a negative offset',
      header({ a: { dtype: 'F32', shape: [1], data_offsets: [-4, 0] } }),
      { code: 'checkpoint/header-invalid', facts: {} },
    ],
    [
      'with overlapping tensors',
      header({ a: tensor(0, 8), b: tensor(4, 8) }),
      { code: 'checkpoint/offsets-invalid', facts: { tensor: 'b', expected: 8, found: 4 } },
    ],
    [
      'with a hole between tensors',
      header({ a: tensor(4, 8) }),
      { code: 'checkpoint/offsets-invalid', facts: { tensor: 'a', expected: 0, found: 4 } },
    ],
    ['with a tensor beyond the end', header({ a: tensor(0, 16) }), { code: 'checkpoint/truncated', facts: {} }],
    [
      'whose offsets contradict the shape',
      header({ a: { dtype: 'F32', shape: [3], data_offsets: [0, 8] } }),
      { code: 'checkpoint/offsets-invalid', facts: { tensor: 'a', expected: 12, found: 8 } },
    ],
    [
      'with an unknown element type',
      header({ a: { dtype: 'Q4', shape: [8], data_offsets: [0, 8] } }),
      { code: 'checkpoint/dtype-unknown', facts: { tensor: 'a', found: 'Q4' } },
    ],
  ]

  it.each(cases)('%s is refused with file and place', async (_, bytes, error) => {
    const file = join(await newFolder(), 'model.safetensors')
    await writeFile(file, bytes)
    await expect(readSafetensorsHeader(file)).rejects.toMatchObject({
      error: { ...error, facts: { ...(error as { facts: object }).facts, file } },
    })
  })

  it('that is missing is named', async () => {
    const file = join(await newFolder(), 'none.safetensors')
    await expect(readSafetensorsHeader(file)).rejects.toMatchObject({
      error: { code: 'file/not-found', facts: { file } },
    })
  })
})
