import { unary, defineUnary } from './elementwise.ts'
import { exp } from './exp.ts'
import { mul } from './mul.ts'
import { neg } from './neg.ts'

/** y = erf(x)  =>  dx = d · 2/√π · exp(-x²) */
export const erfOp = defineUnary(
  'Erf',
  (x) => `fastErf(${x})`,
  ({ x, d }) => mul(d, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))),
)

export const erf = unary(erfOp)
