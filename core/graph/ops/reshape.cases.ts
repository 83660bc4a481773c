import type { Value } from '../ir.ts'
import { casesOf, given, one, tensor, wave } from '../testing/gradient-cases.ts'
import { mul } from './mul.ts'
import { reshape, reshapeOp } from './reshape.ts'

export const cases = casesOf(reshapeOp, [
  one('known sizes', tensor([2, 6]), (x) => mul(reshape(x, [3, 4]), reshape(x, [3, 4]))),
  {
    name: 'named sizes',
    dims: { B: 2, T: 3, N: 6 },
    inputs: [given(['B', 'T', 2], wave(12))],
    build: ([x]) => reshape(reshape(x as Value, ['N', 2]), ['B', 2, 'T', 1]),
  },
])
