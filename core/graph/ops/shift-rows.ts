import { z } from 'zod'
import type { Value } from '../ir.ts'
import { castName } from '../onnx/cast-name.ts'
import { ONNX_TYPES } from '../onnx/types.ts'
import { apply, defineOp } from '../op.ts'

/**
 * Row n of y is row n - by of x [N,C], zeros where there is none: rows move down, or up where `by` is negative. ONNX
 * Pad with negative numbers.
 */
export const shiftRowsOp = defineOp({
  type: 'ShiftRows',
  inputs: ['x'],
  attrs: z.object({ by: z.number().int() }),
  infer: ([x]) => [x],
  grad: ({ dOut: [d], attrs: { by } }) => [shiftRows(d, -by)],
  lower({ emit, constant, inputs: [x], values: [{ dtype }], outputs, attrs: { by } }) {
    const pads = constant('int64', [by, 0, -by, 0], [4])
    if (dtype !== 'bfloat16') return void emit('Pad', [x, pads, constant(dtype, [0], [])], {}, { outputs })
    // No provider pads it.
    const [moved] = emit('Pad', [castName(emit, x, dtype, 'float32'), pads, constant('float32', [0], [])], {})
    emit('Cast', [moved], { to: ONNX_TYPES[dtype] }, { outputs })
  },
})

export const shiftRows = (x: Value, by: number): Value => apply(shiftRowsOp, [x], { by })[0]
