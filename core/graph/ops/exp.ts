import { unary, defineUnary } from './elementwise.ts'
import { mul } from './mul.ts'

/** y = eˣ  =>  dx = d y */
export const expOp = defineUnary(
  'Exp',
  (x) => `__expf(${x})`,
  ({ out, d }) => mul(d, out),
)

export const exp = unary(expOp)
