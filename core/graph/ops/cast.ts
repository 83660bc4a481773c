import { z } from 'zod'
import { C_TYPES } from '../kernels/c-types.ts'
import { DTYPES, ONNX_TYPES } from '../onnx/types.ts'
import { defineOp } from '../op.ts'

/** Another element type. ONNX Cast. */
export const cast = defineOp({
  type: 'Cast',
  inputs: ['x'],
  attrs: z.object({ to: z.enum(DTYPES) }),
  infer: ([x], { to }) => [{ dtype: to, shape: x.shape }],
  grad: ({ b, inputs: [x], dOut: [d] }) => [b.cast(d, x.dtype)],
  element: ({ inputs: [x], attrs: { to } }) => `((${C_TYPES[to]})${x})`,
  lower: ({ emit, inputs, outputs, attrs }) => void emit('Cast', inputs, { to: ONNX_TYPES[attrs.to] }, { outputs }),
})
