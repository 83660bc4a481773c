import { expect, it } from 'vitest'
import type { AdapterModule } from '../checkpoints/index.ts'
import { loraRows } from './lora-rows.ts'

const SCALE = 0.5
// W is [out 3, in 2], A [rank 2, in 2], B [out 3, rank 2].
const W = [
  [1, 2],
  [3, 4],
  [5, 6],
]
const module: AdapterModule = {
  rank: 2,
  inputSize: 2,
  outputSize: 3,
  a: Float32Array.of(1, -1, 2, 3),
  b: Float32Array.of(1, 0, 0, 2, -4, 1),
}
// s B A by hand: rows 0.5 · [1, -1], 0.5 · [4, 6], 0.5 · [-2, 7].
const MERGED = [
  [1.5, 1.5],
  [5, 7],
  [4, 9.5],
]
const turned = (matrix: readonly (readonly number[])[]): number[][] =>
  matrix[0]!.map((_, column) => matrix.map((row) => row[column]!))
const lengths = MERGED.map((row) => Math.hypot(...row))
const magnitude = Float32Array.of(1, 2, 3)
const DECOMPOSED = MERGED.map((row, output) => row.map((x) => (x * magnitude[output]!) / lengths[output]!))

const merge = (matrix: number[][], rowsAtOnce: number, adapter: AdapterModule, transposed: boolean): number[] => {
  const rows = loraRows(adapter, { transposed, scale: SCALE })
  const pieces = Array.from({ length: matrix.length / rowsAtOnce }, (_, piece) => ({
    first: piece * rowsAtOnce,
    numbers: Float32Array.from(matrix.slice(piece * rowsAtOnce, (piece + 1) * rowsAtOnce).flat()),
  }))
  if (rows.needsNorms) pieces.forEach(({ numbers, first }) => rows.addNorms(numbers, first))
  pieces.forEach(({ numbers, first }) => rows.merge(numbers, first))
  return pieces.flatMap(({ numbers }) => [...numbers])
}
const close = (found: number[], wanted: number[][]): void =>
  wanted.flat().forEach((value, index) => expect(found[index]).toBeCloseTo(value, 6))

it.each([1, 3])('adds the update to a matrix, %i rows at once', (rowsAtOnce) => {
  close(merge(W, rowsAtOnce, module, false), MERGED)
  close(merge(W, rowsAtOnce, { ...module, magnitude }, false), DECOMPOSED)
})

it.each([1, 2])('adds it to a matrix that is stored as [in, out], %i rows at once', (rowsAtOnce) => {
  close(merge(turned(W), rowsAtOnce, module, true), turned(MERGED))
  close(merge(turned(W), rowsAtOnce, { ...module, magnitude }, true), turned(DECOMPOSED))
})
