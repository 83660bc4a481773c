import { z } from 'zod'
import type { DType, Value } from '../ir.ts'
import { C_TYPES } from '../kernels/c-types.ts'
import { DTYPES, ONNX_TYPES } from '../onnx/types.ts'
import { apply, defineOp } from '../op.ts'

/** Another element type. ONNX Cast. */
export const castOp = defineOp({
  type: 'Cast',
  takesHalfPrecision: true,
  convertsType: true,
  isMadePerUse: true,
  inputs: ['x'],
  attrs: z.object({ to: z.enum(DTYPES) }),
  infer: ([x], { to }) => [{ dtype: to, shape: x.shape }],
  grad: ({ inputs: [x], dOut: [d] }) => [cast(d, x.dtype)],
  element: ({ inputs: [x], attrs: { to } }) => `((${C_TYPES[to]})${x})`,
  lower: ({ emit, inputs, outputs, attrs }) => void emit('Cast', inputs, { to: ONNX_TYPES[attrs.to] }, { outputs }),
})

/** The value itself where it has the type already. */
export const cast = (x: Value, to: DType): Value => (x.dtype === to ? x : apply(castOp, [x], { to })[0])
