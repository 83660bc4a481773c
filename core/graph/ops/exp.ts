import { unaryOp } from './elementwise.ts'

/** y = eˣ  =>  dx = d y */
export const exp = unaryOp(
  'Exp',
  (x) => `__expf(${x})`,
  ({ b, out, d }) => b.mul(d, out),
)
