import { unary, defineUnary } from './elementwise.ts'
import { mul } from './mul.ts'
import { sign } from './sign.ts'

/** y = |x|  =>  dx = d · sign(x) */
export const absOp = defineUnary(
  'Abs',
  (x) => `fabsf(${x})`,
  ({ x, d }) => mul(d, sign(x)),
)

export const abs = unary(absOp)
