import type { Value } from '../ir.ts'
import { casesOf, given, one, positiveTensor, tensor } from '../testing/gradient-cases.ts'
import { layerNorm, layerNormOp } from './layer-norm.ts'
import { reshape } from './reshape.ts'

export const cases = casesOf(layerNormOp, [
  {
    name: 'rows',
    inputs: [tensor([3, 4]), positiveTensor([4], 1), tensor([4], 2)],
    build: ([x, w, c]) => layerNorm(x as Value, w as Value, c as Value, 1e-5),
  },
  {
    name: 'small, large and equal rows',
    inputs: [given([3, 2], [0.2, -0.3, 40, -60, 1, 1]), tensor([2], 1), tensor([2])],
    build: ([x, w, c]) => layerNorm(x as Value, w as Value, c as Value, 1e-2),
  },
  one('x as its own weight and bias', tensor([4]), (x) => layerNorm(reshape(x, [1, 4]), x, x, 1e-5)),
])
