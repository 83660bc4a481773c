import { logicalOp } from './elementwise.ts'

/** x ≥ y */
export const greaterOrEqual = logicalOp('GreaterOrEqual', '>=')
