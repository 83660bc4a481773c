import { casesOf, given, one, positiveTensor, tensor, two } from '../testing/gradient-cases.ts'
import { reshape } from './reshape.ts'
import { rmsNorm, rmsNormOp } from './rms-norm.ts'

export const cases = casesOf(rmsNormOp, [
  two('rows', tensor([3, 4]), positiveTensor([4], 1), (x, w) => rmsNorm(x, w, 1e-5)),
  two('small, large and equal rows', given([3, 2], [0.2, -0.3, 40, -60, 1, 1]), tensor([2], 1), (x, w) =>
    rmsNorm(x, w, 1e-3),
  ),
  one('x as its own weight', tensor([4]), (x) => rmsNorm(reshape(x, [1, 4]), x, 1e-5)),
])
