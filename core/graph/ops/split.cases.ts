import type { Value } from '../ir.ts'
import { casesOf, one, tensor } from '../testing/gradient-cases.ts'
import { mul } from './mul.ts'
import { split, splitOp } from './split.ts'

export const cases = casesOf(splitOp, [
  one('a part unused', tensor([2, 6]), (x) => {
    const [p, , q] = split(x, [1, 2, 3], 1) as [Value, Value, Value]
    return [mul(p, p), q]
  }),
  one('many parts', tensor([18]), (x) =>
    split(
      mul(x, x),
      Array.from({ length: 18 }, () => 1),
      0,
    ),
  ),
])
