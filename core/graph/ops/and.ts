import { logicalOp } from './elementwise.ts'

/** Both hold (of two bools). */
export const and = logicalOp('And', '&&')
