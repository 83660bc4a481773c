import { z } from 'zod'
import type { Value } from '../ir.ts'
import { apply, defineOp, expectThat } from '../op.ts'
import { scatterRows } from './scatter-rows.ts'

/** Rows of a table [R, …] by their indices (int32 or int64), axis 0. ONNX Gather. */
export const gatherOp = defineOp({
  type: 'Gather',
  takesHalfPrecision: true,
  inputs: ['table', 'indices'],
  attrs: z.object({ unique: z.boolean() }),
  infer: ([table, indices]) => {
    expectThat(
      indices.dtype === 'int32' || indices.dtype === 'int64',
      'Gather',
      [table, indices],
      'a table and integer indices',
    )
    return [{ dtype: table.dtype, shape: [...indices.shape, ...table.shape.slice(1)] }]
  },
  grad: ({ inputs: [table, indices], dOut: [d], attrs }) => [scatterRows(table, indices, d, attrs), null],
  lower: ({ emit, inputs, outputs }) => void emit('Gather', inputs, { axis: 0 }, { outputs }),
})

/** `unique`: no row is named twice. */
export const gather = (table: Value, indices: Value, { unique = false }: { unique?: boolean } = {}): Value =>
  apply(gatherOp, [table, indices], { unique })[0]
