import { casesOf, unaryCases } from '../testing/gradient-cases.ts'
import { erf, erfOp } from './erf.ts'

export const cases = casesOf(erfOp, unaryCases(erf, [0, -3, 0.5, 0.5, 2]))
