import { casesOf, unaryCases } from '../testing/gradient-cases.ts'
import { relu, reluOp } from './relu.ts'

export const cases = casesOf(reluOp, unaryCases(relu, [-3, 0.5, 0.5, 40]))
