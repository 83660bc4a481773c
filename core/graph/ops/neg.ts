import { unary, defineUnary } from './elementwise.ts'

/** -x */
export const negOp = defineUnary(
  'Neg',
  (x) => `(-${x})`,
  ({ d }) => neg(d),
)

export const neg = unary(negOp)
