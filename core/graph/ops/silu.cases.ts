import { casesOf, unaryCases } from '../testing/gradient-cases.ts'
import { silu, siluOp } from './silu.ts'

export const cases = casesOf(siluOp, unaryCases(silu, [0, -15, 15, 1, 1, 60]))
