import { binary, defineLogical } from './elementwise.ts'

/** x < y */
export const lessOp = defineLogical('Less', '<')

export const less = binary(lessOp)
