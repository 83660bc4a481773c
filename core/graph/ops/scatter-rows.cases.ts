import type { Value } from '../ir.ts'
import { casesOf, given, tensor } from '../testing/gradient-cases.ts'
import { add } from './add.ts'
import { scatterRows, scatterRowsOp } from './scatter-rows.ts'

export const cases = casesOf(scatterRowsOp, [
  {
    name: 'a row twice',
    inputs: [tensor([4, 2]), given([3], [2, 0, 2], 'int32'), tensor([3, 2], 1)],
    build: ([table, indices, updates]) =>
      add(table as Value, scatterRows(table as Value, indices as Value, updates as Value)),
  },
])
