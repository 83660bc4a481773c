import { binary, defineBinary } from './elementwise.ts'

/** x + y */
export const addOp = defineBinary('Add', '+', ({ d }) => [d, d])

export const add = binary(addOp)
