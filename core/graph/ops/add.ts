import { binaryOp } from './elementwise.ts'

/** x + y */
export const add = binaryOp('Add', '+', ({ d }) => [d, d])
