import { casesOf, one, tensor } from '../testing/gradient-cases.ts'
import { mul } from './mul.ts'
import { shiftRows, shiftRowsOp } from './shift-rows.ts'

export const cases = casesOf(shiftRowsOp, [
  one('down', tensor([4, 2]), (x) => shiftRows(x, 2)),
  one('up', tensor([3, 2]), (x) => mul(x, shiftRows(x, -1))),
])
