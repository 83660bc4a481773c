import { casesOf, unaryCases } from '../testing/gradient-cases.ts'
import { gelu, geluOp } from './gelu.ts'

export const cases = casesOf(geluOp, [
  ...unaryCases((x) => gelu(x, 'none'), [0, -6, 0.5, 0.5, 6]),
  ...unaryCases((x) => gelu(x, 'tanh'), [0, -6, 0.5, 0.5, 6]),
])
