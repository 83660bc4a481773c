import type { Value } from '../ir.ts'
import { casesOf, given, wave } from '../testing/gradient-cases.ts'
import { crossEntropy, crossEntropyOp } from './cross-entropy.ts'

export const cases = casesOf(crossEntropyOp, [
  {
    name: 'rows with ties and extremes',
    inputs: [given([3, 4], [...wave(4), 0, 0, 0, 0, 20, -20, 3, 1]), given([3], [1, 3, 0], 'int64')],
    build: ([logits, labels]) => crossEntropy(logits as Value, labels as Value),
  },
  {
    name: 'a hopeless row',
    inputs: [given([1, 3], [0, 60, -60]), given([1], [2], 'int64')],
    build: ([logits, labels]) => crossEntropy(logits as Value, labels as Value),
  },
])
