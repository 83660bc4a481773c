import { casesOf, unaryCases } from '../testing/gradient-cases.ts'
import { tanh, tanhOp } from './tanh.ts'

export const cases = casesOf(tanhOp, unaryCases(tanh, [0, -9, 9, 1, 1]))
