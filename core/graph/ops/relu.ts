import { unary, defineUnary } from './elementwise.ts'
import { mul } from './mul.ts'
import { sign } from './sign.ts'

/** y = max(x, 0)  =>  dx = d · sign(y) */
export const reluOp = defineUnary(
  'Relu',
  (x) => `fmaxf(${x}, 0.f)`,
  ({ out, d }) => mul(d, sign(out)),
)

export const relu = unary(reluOp)
