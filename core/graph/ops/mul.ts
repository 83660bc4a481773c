import { binaryOp } from './elementwise.ts'

/** x · y */
export const mul = binaryOp('Mul', '*', ({ b, x, y, d }) => [b.mul(d, y), b.mul(d, x)])
