import { unaryOp } from './elementwise.ts'

/** Natural logarithm. */
export const log = unaryOp('Log', ({ b, x, d }) => b.div(d, x))
