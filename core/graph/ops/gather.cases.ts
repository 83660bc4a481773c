import type { Value } from '../ir.ts'
import { casesOf, given, tensor } from '../testing/gradient-cases.ts'
import { gather, gatherOp } from './gather.ts'

export const cases = casesOf(gatherOp, [
  {
    name: 'a row twice, one never',
    inputs: [tensor([4, 3]), given([3], [2, 0, 2], 'int32')],
    build: ([table, indices]) => gather(table as Value, indices as Value),
  },
  {
    name: 'indices in two axes',
    inputs: [tensor([4, 2]), given([2, 2], [1, 1, 3, 0], 'int64')],
    build: ([table, indices]) => gather(table as Value, indices as Value),
  },
])
