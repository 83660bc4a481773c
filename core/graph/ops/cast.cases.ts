import { casesOf, given, one } from '../testing/gradient-cases.ts'
import { cast, castOp } from './cast.ts'

export const cases = casesOf(castOp, [
  {
    ...one('to fewer bits and back', given([4], [0, 0.25, -1.5, 2]), (x) => cast(cast(x, 'float16'), 'float32')),
    float16: true,
  },
])
