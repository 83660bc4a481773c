import { casesOf, given, one, positiveTensor } from '../testing/gradient-cases.ts'
import { log, logOp } from './log.ts'
import { mul } from './mul.ts'

export const cases = casesOf(logOp, [
  one('positive numbers', given([4], [0.5, 1, 1, 30]), log),
  one('used twice', positiveTensor([3]), (x) => mul(log(x), log(mul(x, x)))),
])
