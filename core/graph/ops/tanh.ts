import { unary, defineUnary } from './elementwise.ts'
import { mul } from './mul.ts'
import { sub } from './sub.ts'

/** y = tanh(x)  =>  dx = d (1 - y²) */
export const tanhOp = defineUnary(
  'Tanh',
  (x) => `fastTanh(${x})`,
  ({ out, d }) => mul(d, sub(1, mul(out, out))),
)

export const tanh = unary(tanhOp)
