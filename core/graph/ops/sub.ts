import { binary, defineBinary } from './elementwise.ts'
import { neg } from './neg.ts'

/** x - y */
export const subOp = defineBinary('Sub', '-', ({ d }) => [d, neg(d)])

export const sub = binary(subOp)
