import { unaryOp } from './elementwise.ts'

/** -x */
export const neg = unaryOp(
  'Neg',
  (x) => `(-${x})`,
  ({ b, d }) => b.neg(d),
)
