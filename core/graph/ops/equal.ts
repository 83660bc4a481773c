import { binary, defineLogical } from './elementwise.ts'

/** x = y */
export const equalOp = defineLogical('Equal', '==')

export const equal = binary(equalOp)
