import { z } from 'zod'
import type { Value } from '../ir.ts'
import { ONNX_TYPES } from '../onnx/types.ts'
import { apply, defineOp, expectThat } from '../op.ts'

/** How many int32 numbers there are. */
const INT32_COUNT = 2 ** 32

/** Below it a wrapped product drops its element. */
export const dropoutThreshold = (p: number): number => Math.round(p * INT32_COUNT - INT32_COUNT / 2)

/**
 * A mask [..,C] float32 of ones, with zeros at probability p. Element (.., c) is one where the wrapped product rows[..]
 * · columns[c] of two odd random int32 vectors, rows [..,1] and columns [C], reaches a threshold: the same mask on
 * every device from a number for each row and column.
 */
export const dropoutMaskOp = defineOp({
  type: 'DropoutMask',
  inputs: ['rows', 'columns'],
  attrs: z.object({ p: z.number().min(0).max(1) }),
  infer: ([rows, columns]) => {
    expectThat(
      rows.dtype === 'int32' && columns.dtype === 'int32' && rows.shape.at(-1) === 1 && columns.shape.length === 1,
      'DropoutMask',
      [rows, columns],
      'rows [..,1] and columns [C] int32',
    )
    return [{ dtype: 'float32', shape: [...rows.shape.slice(0, -1), columns.shape[0] ?? 1] }]
  },
  grad: { noGrad: 'made of random integers' },
  element: ({ inputs: [row, column], attrs: { p } }) =>
    `((int)((unsigned)${row} * (unsigned)${column}) >= ${dropoutThreshold(p)} ? 1.f : 0.f)`,
  lower({ emit, constant, inputs, outputs, attrs: { p } }) {
    const threshold = constant('int32', [dropoutThreshold(p)], [])
    emit(
      'Cast',
      [emit('GreaterOrEqual', [emit('Mul', inputs)[0], threshold])[0]],
      { to: ONNX_TYPES.float32 },
      { outputs },
    )
  },
})

export const dropoutMask = (rows: Value, columns: Value, attrs: { p: number }): Value =>
  apply(dropoutMaskOp, [rows, columns], attrs)[0]
