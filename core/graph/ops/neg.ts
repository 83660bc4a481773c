import { unaryOp } from './elementwise.ts'

/** -x */
export const neg = unaryOp('Neg', ({ b, d }) => b.neg(d))
