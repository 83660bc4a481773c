import { unaryOp } from './elementwise.ts'

/** Natural logarithm. */
export const log = unaryOp(
  'Log',
  (x) => `logf(${x})`,
  ({ b, x, d }) => b.div(d, x),
)
