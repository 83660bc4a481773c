import { unaryOp } from './elementwise.ts'

/** y = 1 / (1 + e⁻ˣ)  =>  dx = d y (1 - y) */
export const sigmoid = unaryOp(
  'Sigmoid',
  (x) => `(1.f / (1.f + expf(-${x})))`,
  ({ b, out, d }) => b.mul(d, b.mul(out, b.sub(b.constant(1, out.dtype), out))),
)
