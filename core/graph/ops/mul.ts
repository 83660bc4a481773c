import { binary, defineBinary } from './elementwise.ts'

/** x · y */
export const mulOp = defineBinary('Mul', '*', ({ x, y, d }) => [mul(d, y), mul(d, x)])

export const mul = binary(mulOp)
