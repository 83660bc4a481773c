import { casesOf, given, one, tensor } from '../testing/gradient-cases.ts'
import { softmax, softmaxOp } from './softmax.ts'

export const cases = casesOf(softmaxOp, [
  one('irregular rows', tensor([3, 4]), softmax),
  one('ties, extremes and masked places', given([2, 4], [1, 1, 1, 1, 30, -30, 0, -1e30]), softmax),
])
