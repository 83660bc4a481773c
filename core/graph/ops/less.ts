import { logicalOp } from './elementwise.ts'

/** x < y */
export const less = logicalOp('Less', '<')
