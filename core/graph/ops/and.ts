import { binary, defineLogical } from './elementwise.ts'

/** Both hold (of two bools). */
export const andOp = defineLogical('And', '&&')

export const and = binary(andOp)
