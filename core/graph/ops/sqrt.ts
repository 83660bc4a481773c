import { unaryOp } from './elementwise.ts'

/** y = √x  =>  dx = d / 2y */
export const sqrt = unaryOp(
  'Sqrt',
  (x) => `sqrtf(${x})`,
  ({ b, out, d }) => b.div(d, b.mul(out, b.constant(2, out.dtype))),
)
