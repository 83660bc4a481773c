import { casesOf, tensor, two } from '../testing/gradient-cases.ts'
import { expandLike, expandLikeOp } from './expand-like.ts'
import { mul } from './mul.ts'

export const cases = casesOf(expandLikeOp, [
  two('rows', tensor([1, 3]), tensor([4, 3], 1), (x, like) => mul(expandLike(x, like), like)),
])
