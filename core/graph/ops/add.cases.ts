import { binaryCases, casesOf } from '../testing/gradient-cases.ts'
import { add, addOp } from './add.ts'

export const cases = casesOf(addOp, binaryCases(add))
