import { casesOf, unaryCases } from '../testing/gradient-cases.ts'
import { sigmoid, sigmoidOp } from './sigmoid.ts'

export const cases = casesOf(sigmoidOp, unaryCases(sigmoid, [0, -15, 15, 1, 1]))
