import type { Value } from './ir.ts'
import { reduceSum, reshape } from './ops/index.ts'

/** The longest row of the first pass. */
const LONGEST_ROW = 4096

/** A vector's size [N] as rows and columns [R,C] to sum up in two passes. */
export function rowsOf(count: number): readonly [rows: number, columns: number] {
  let columns = Math.min(LONGEST_ROW, Math.max(1, count))
  while (count % columns !== 0) columns -= 1
  return [count / columns, columns]
}

/**
 * Sum of all elements of [R,C] as a scalar: of every row, then of those. Always in the same order, as on the processor;
 * ONNX Runtime's reduction of a whole vector on CUDA adds up in the order in which its blocks happen to end.
 */
export function total(x: Value): Value {
  const sums = reduceSum(x, [-1], true)
  const [rows] = x.shape
  return reshape(rows === 1 ? sums : reduceSum(reshape(sums, [1, rows as number]), [-1], true), [])
}
