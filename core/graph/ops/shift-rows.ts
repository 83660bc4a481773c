import { z } from 'zod'
import { defineOp } from '../op.ts'

/** Row n of y is row n - by of x [N,C], zeros where there is none: rows move down, or up where `by` is negative. ONNX Pad with negative numbers. */
export const shiftRows = defineOp({
  type: 'ShiftRows',
  inputs: ['x'],
  attrs: z.object({ by: z.number().int() }),
  infer: ([x]) => [x],
  grad: ({ b, dOut: [d], attrs: { by } }) => [b.shiftRows(d, -by)],
  lower: ({ emit, constant, inputs: [x], values: [{ dtype }], outputs, attrs: { by } }) => void emit('Pad', [x, constant('int64', [by, 0, -by, 0], [4]), constant(dtype, [0], [])], {}, { outputs }),
})
