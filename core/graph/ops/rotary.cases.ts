import type { Value } from '../ir.ts'
import { casesOf, given, tensor, wave, type GradientCase } from '../testing/gradient-cases.ts'
import { rotary, rotaryOp } from './rotary.ts'

const rotaryCase = (heads: number, headSize = 4): GradientCase => {
  const angles = wave(8, 3)
  const inputs = [tensor([2, 3, heads * headSize]), given([2, 3], [0, 1, 2, 3, 0, 1], 'int64')]
  return {
    name: `${heads} heads of ${headSize}`,
    inputs,
    build: ([x, positions]) =>
      rotary(
        x as Value,
        positions as Value,
        x!.graph.constant(angles.map(Math.cos), 'float32', [4, 2]),
        x!.graph.constant(angles.map(Math.sin), 'float32', [4, 2]),
        { heads, size: 4 },
      ),
  }
}

export const cases = casesOf(rotaryOp, [rotaryCase(1), rotaryCase(3), rotaryCase(2, 8)])
