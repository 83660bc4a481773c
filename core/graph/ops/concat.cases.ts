import { casesOf, one, tensor, two } from '../testing/gradient-cases.ts'
import { concat, concatOp } from './concat.ts'
import { mul } from './mul.ts'

export const cases = casesOf(concatOp, [
  two('a value twice', tensor([2, 1]), tensor([2, 3], 1), (x, y) => concat([x, mul(x, x), y], 1)),
  one('more values than a shader binds', tensor([1, 2]), (x) =>
    concat(
      Array.from({ length: 40 }, (_, index) => mul(x, index)),
      0,
    ),
  ),
])
