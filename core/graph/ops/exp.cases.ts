import { casesOf, unaryCases } from '../testing/gradient-cases.ts'
import { exp, expOp } from './exp.ts'

export const cases = casesOf(expOp, unaryCases(exp, [0, -20, 2, 2, 3]))
