import { casesOf, one, tensor } from '../testing/gradient-cases.ts'
import { mul } from './mul.ts'
import { slice, sliceOp } from './slice.ts'

export const cases = casesOf(sliceOp, [
  one('overlapping slices', tensor([2, 5]), (x) =>
    mul(slice(x, { axis: 1, start: 1, end: 4 }), slice(x, { axis: 1, start: 2, end: 5 })),
  ),
])
