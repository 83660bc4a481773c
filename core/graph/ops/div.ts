import { binary, defineBinary } from './elementwise.ts'
import { mul } from './mul.ts'
import { neg } from './neg.ts'

/** q = x / y  =>  dx = d / y,  dy = -(d / y) q */
export const divOp = defineBinary('Div', '/', ({ y, out, d }) => {
  const dx = div(d, y)
  return [dx, neg(mul(dx, out))]
})

export const div = binary(divOp)
