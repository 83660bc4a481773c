import { casesOf, one, tensor } from '../testing/gradient-cases.ts'
import { mul } from './mul.ts'
import { reduceSum } from './reduce-sum.ts'
import { withGradient, withGradientOp } from './with-gradient.ts'

export const cases = casesOf(withGradientOp, [
  one('sums of squares', tensor([3, 2]), (x) => withGradient(reduceSum(mul(x, x), [1], false), x, mul(x, 8), 4)),
])
