import { casesOf, given, one, positiveTensor } from '../testing/gradient-cases.ts'
import { add } from './add.ts'
import { mul } from './mul.ts'
import { sqrt, sqrtOp } from './sqrt.ts'

export const cases = casesOf(sqrtOp, [
  one('positive numbers', given([4], [0.5, 1, 1, 30]), sqrt),
  one('used twice', positiveTensor([3]), (x) => mul(sqrt(x), sqrt(add(x, x)))),
])
