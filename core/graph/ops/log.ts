import { div } from './div.ts'
import { unary, defineUnary } from './elementwise.ts'

/** Natural logarithm. */
export const logOp = defineUnary(
  'Log',
  (x) => `logf(${x})`,
  ({ x, d }) => div(d, x),
)

export const log = unary(logOp)
