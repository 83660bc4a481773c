import { logicalOp } from './elementwise.ts'

/** x = y */
export const equal = logicalOp('Equal', '==')
