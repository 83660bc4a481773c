import { unary, defineUnary } from './elementwise.ts'
import { mul } from './mul.ts'
import { sub } from './sub.ts'

/** y = 1 / (1 + e⁻ˣ)  =>  dx = d y (1 - y) */
export const sigmoidOp = defineUnary(
  'Sigmoid',
  (x) => `(1.f / (1.f + expf(-${x})))`,
  ({ out, d }) => mul(d, mul(out, sub(1, out))),
)

export const sigmoid = unary(sigmoidOp)
