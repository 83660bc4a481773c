import { casesOf, one, tensor } from '../testing/gradient-cases.ts'
import { detach, detachOp } from './detach.ts'
import { mul } from './mul.ts'
import { sub } from './sub.ts'

export const cases = casesOf(detachOp, [
  one('one of two ways', tensor([2, 3]), (x) => sub(mul(detach(mul(x, 0)), x), x)),
])
