import { unaryOp } from './elementwise.ts'

/** y = max(x, 0)  =>  dx = d · sign(y) */
export const relu = unaryOp(
  'Relu',
  (x) => `fmaxf(${x}, 0.f)`,
  ({ b, out, d }) => b.mul(d, b.sign(out)),
)
