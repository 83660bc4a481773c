import { casesOf, unaryCases } from '../testing/gradient-cases.ts'
import { abs, absOp } from './abs.ts'

export const cases = casesOf(absOp, unaryCases(abs, [-3, 0.5, 0.5, 40]))
