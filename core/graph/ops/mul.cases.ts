import { binaryCases, casesOf } from '../testing/gradient-cases.ts'
import { mul, mulOp } from './mul.ts'

export const cases = casesOf(mulOp, binaryCases(mul))
