import { unaryOp } from './elementwise.ts'

/** y = tanh(x)  =>  dx = d (1 - y²) */
export const tanh = unaryOp(
  'Tanh',
  (x) => `fastTanh(${x})`,
  ({ b, out, d }) => b.mul(d, b.sub(b.constant(1, out.dtype), b.mul(out, out))),
)
