import { unaryOp } from './elementwise.ts'

/** y = erf(x)  =>  dx = d · 2/√π · exp(-x²) */
export const erf = unaryOp(
  'Erf',
  (x) => `fastErf(${x})`,
  ({ b, x, d }) => b.mul(d, b.mul(b.exp(b.neg(b.mul(x, x))), b.constant(2 / Math.sqrt(Math.PI), x.dtype))),
)
