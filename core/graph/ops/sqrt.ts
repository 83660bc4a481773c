import { div } from './div.ts'
import { unary, defineUnary } from './elementwise.ts'
import { mul } from './mul.ts'

/** y = √x  =>  dx = d / 2y */
export const sqrtOp = defineUnary(
  'Sqrt',
  (x) => `sqrtf(${x})`,
  ({ out, d }) => div(d, mul(out, 2)),
)

export const sqrt = unary(sqrtOp)
