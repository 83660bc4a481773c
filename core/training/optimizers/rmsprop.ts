import type { Value } from '../../graph/ir.ts'
import { add, div, mul, sqrt, sub } from '../../graph/ops/index.ts'
import { decayedGradient, likeP, movingAverage, times, type Optimizer } from './optimizer.ts'

const MOMENTUM = 0.9
const ALPHA = 0.9
const EPSILON = 1e-8

/** RMSprop (Hinton 2012) as torch.optim.RMSprop(momentum=0.9, alpha=0.9) computes it. */
export const rmsprop: Optimizer = {
  state: { square: likeP, momentum: likeP },
  scalars: () => ({}),
  // s ← αs + (1-α)g²;  u ← μu + g / (√s + ε);  p ← p - ηu
  update(context) {
    const { p, state, learningRate } = context
    const g = decayedGradient(context)
    const square = movingAverage(state['square'] as Value, mul(g, g), ALPHA)
    const momentum = add(times(state['momentum'] as Value, MOMENTUM), div(g, add(sqrt(square), EPSILON)))
    return { p: sub(p, mul(momentum, learningRate)), state: { square, momentum } }
  },
}
