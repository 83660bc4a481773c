import { binaryCases, casesOf, positiveTensor } from '../testing/gradient-cases.ts'
import { div, divOp } from './div.ts'

export const cases = casesOf(divOp, binaryCases(div, positiveTensor))
