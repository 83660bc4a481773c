import { binaryOp } from './elementwise.ts'

/** x - y */
export const sub = binaryOp('Sub', '-', ({ b, d }) => [d, b.neg(d)])
