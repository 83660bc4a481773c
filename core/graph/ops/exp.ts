import { unaryOp } from './elementwise.ts'

/** y = eˣ  =>  dx = d y */
export const exp = unaryOp('Exp', ({ b, out, d }) => b.mul(d, out))
