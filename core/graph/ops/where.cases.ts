import type { Value } from '../ir.ts'
import { casesOf, given, tensor } from '../testing/gradient-cases.ts'
import { mul } from './mul.ts'
import { where, whereOp } from './where.ts'

export const cases = casesOf(whereOp, [
  {
    name: 'broadcast condition and values',
    inputs: [given([2, 1], [1, 0], 'bool'), tensor([2, 3]), tensor([3], 1)],
    build: ([c, x, y]) => where(c as Value, x as Value, y as Value),
  },
  {
    name: 'one value twice',
    inputs: [given([2], [1, 0], 'bool'), tensor([2])],
    build: ([c, x]) => where(c as Value, x as Value, mul(x as Value, x as Value)),
  },
])
