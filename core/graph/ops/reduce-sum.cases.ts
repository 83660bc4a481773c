import { casesOf, one, tensor } from '../testing/gradient-cases.ts'
import { mul } from './mul.ts'
import { reduceSum, reduceSumOp } from './reduce-sum.ts'

export const cases = casesOf(reduceSumOp, [
  one('an axis kept', tensor([2, 3, 2]), (x) => mul(x, reduceSum(x, [1], true))),
  one('axes from both ends, dropped', tensor([2, 3, 2]), (x) => reduceSum(mul(x, x), [0, -1], false)),
])
