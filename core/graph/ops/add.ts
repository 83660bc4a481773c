import { binary, defineBinary } from './elementwise.ts'

/** x + y */
export const addOp = { ...defineBinary('Add', '+', ({ d }) => [d, d]), isSum: true as const }

export const add = binary(addOp)
