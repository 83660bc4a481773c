import { readSync } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import {
  float32ToBfloat16,
  float32ToFloat16,
  halfTable,
  bfloat16ToFloat32Array,
  float16ToFloat32Array,
} from '../checkpoints/index.ts'
import { blockOf, makeQuantize, type Quantization, type QuantizableType, type Quantized } from './quantize.ts'
import { QuantizerThreads } from './quantizer-threads.ts'

const quantize = makeQuantize(halfTable(), readSync)
/** More than one piece, and a last one that is shorter. */
const COUNT = 2 * 4096 + 192
const numbers = Float32Array.from({ length: COUNT }, (_, index) =>
  index < 64 ? 0 : Math.sin(index * 1.7) * (1 + (index % 977)),
)

const wide = ({ bytes, scales }: Quantized, kind: Quantization, block: number): number[] =>
  Array.from(
    { length: COUNT },
    (_, index) =>
      (kind === 'int8'
        ? ((bytes[index] as number) << 24) >> 24
        : ((((bytes[index >> 1] as number) >> (4 * (index & 1))) & 15) ^ 8) - 8) *
      (scales[Math.floor(index / block)] as number),
  )

it.each([
  ['int8', 64],
  ['int8', 16],
  ['int4', 64],
  ['int4', 32],
] as const)(
  '%s in blocks of %i: no number is further than half a step away, the largest of each block not at all',
  (kind, block) => {
    const quantized = quantize(numbers.slice().buffer, { dtype: 'float32', kind, block })
    const found = wide(quantized, kind, block)
    for (let start = 0; start < COUNT; start += block) {
      const step = Math.abs(quantized.scales[start / block] as number)
      const largest = numbers
        .subarray(start, start + block)
        .reduce((most, number, index, all) => (Math.abs(number) > Math.abs(all[most] as number) ? index : most), 0)
      expect(found[start + largest]).toBeCloseTo(numbers[start + largest] as number, 3)
      // The one that lies opposite the largest may be a whole step away: there is one integer less on its side.
      for (let index = start; index < start + block; index++)
        expect(Math.abs((found[index] as number) - (numbers[index] as number))).toBeLessThanOrEqual(
          step * (numbers[index]! * numbers[start + largest]! < 0 ? 1.001 : 0.501),
        )
    }
  },
)

it.each(['float64', 'float16', 'bfloat16'] as const)(
  '%s is quantized like the same numbers in float32',
  (dtype: QuantizableType) => {
    const stored =
      dtype === 'float64'
        ? Float64Array.from(numbers)
        : dtype === 'float16'
          ? Uint16Array.from(numbers, float32ToFloat16)
          : float32ToBfloat16(numbers)
    const same =
      dtype === 'float64'
        ? numbers.slice()
        : dtype === 'float16'
          ? float16ToFloat32Array(stored as Uint16Array)
          : bfloat16ToFloat32Array(stored as Uint16Array)
    expect(quantize(stored.buffer, { dtype, kind: 'int4', block: 64 })).toEqual(
      quantize(same.buffer, { dtype: 'float32', kind: 'int4', block: 64 }),
    )
  },
)

it('threads give the same, side by side', async () => {
  const threads = new QuantizerThreads()
  try {
    const options = { dtype: 'float32', kind: 'int8', block: 64 } as const
    const tensors = Array.from({ length: threads.count }, (_, index) => numbers.map((number) => number * (index + 1)))
    const wanted = tensors.map((tensor) => quantize(tensor.slice().buffer, options))
    for (let turn = 0; turn < 2; turn++)
      expect(await Promise.all(tensors.map((tensor) => threads.quantize(tensor.slice().buffer, options)))).toEqual(
        wanted,
      )
  } finally {
    threads.close()
  }
})

it('a file is read in pieces, from any place on, on a thread too; one that is too short is no tensor', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-quantize-'))
  const file = await open(join(folder, 'weights'), 'w+')
  const threads = new QuantizerThreads()
  try {
    const many = Float32Array.from({ length: 2 ** 18 + COUNT }, (_, index) => Math.sin(index * 1.7))
    const position = 3
    await file.write(new Uint8Array(position))
    await file.write(new Uint8Array(many.buffer))
    const options = { dtype: 'float32', kind: 'int4', block: 64 } as const
    const wanted = quantize(many.slice().buffer, options)
    const piece = { fd: file.fd, position, byteLength: many.byteLength }
    expect(quantize(piece, options)).toEqual(wanted)
    expect(await threads.quantize(piece, options)).toEqual(wanted)
    await expect(threads.quantize({ ...piece, byteLength: piece.byteLength + 256 }, options)).rejects.toThrow(
      'became shorter',
    )
  } finally {
    threads.close()
    await file.close()
    await rm(folder, { recursive: true })
  }
})

it('rows are cut into the largest blocks that divide them', () => {
  expect([2304, 96, 48, 40, 1].map(blockOf)).toEqual([64, 32, 16, null, null])
})
