import { casesOf, unaryCases } from '../testing/gradient-cases.ts'
import { neg, negOp } from './neg.ts'

export const cases = casesOf(negOp, unaryCases(neg, [0, -3, 3, 3, 50]))
