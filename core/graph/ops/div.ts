import { binaryOp } from './elementwise.ts'

/** q = x / y  =>  dx = d / y,  dy = -(d / y) q */
export const div = binaryOp('Div', '/', ({ b, y, out, d }) => {
  const dx = b.div(d, y)
  return [dx, b.neg(b.mul(dx, out))]
})
