import { casesOf, one, tensor } from '../testing/gradient-cases.ts'
import { mul } from './mul.ts'
import { pad, padOp } from './pad.ts'

export const cases = casesOf(padOp, [
  one('both sides', tensor([2, 3]), (x) => pad(mul(x, x), { axis: 1, before: 2, after: 1 })),
])
