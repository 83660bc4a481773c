import { binary, defineLogical } from './elementwise.ts'

/** x ≥ y */
export const greaterOrEqualOp = defineLogical('GreaterOrEqual', '>=')

export const greaterOrEqual = binary(greaterOrEqualOp)
