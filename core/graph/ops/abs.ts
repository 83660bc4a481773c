import { unaryOp } from './elementwise.ts'

/** y = |x|  =>  dx = d · sign(x) */
export const abs = unaryOp(
  'Abs',
  (x) => `fabsf(${x})`,
  ({ b, x, d }) => b.mul(d, b.sign(x)),
)
