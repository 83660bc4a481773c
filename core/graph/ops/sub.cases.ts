import { binaryCases, casesOf } from '../testing/gradient-cases.ts'
import { sub, subOp } from './sub.ts'

export const cases = casesOf(subOp, binaryCases(sub))
