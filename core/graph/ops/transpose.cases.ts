import { casesOf, one, tensor } from '../testing/gradient-cases.ts'
import { mul } from './mul.ts'
import { transpose, transposeOp } from './transpose.ts'

export const cases = casesOf(transposeOp, [
  one('three axes', tensor([2, 3, 2]), (x) => mul(transpose(x, [2, 0, 1]), transpose(x, [2, 0, 1]))),
])
