import type { Value } from '../../graph/ir.ts'
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
    const { b, p, state, learningRate } = context
    const g = decayedGradient(context)
    const square = movingAverage(b, state['square'] as Value, b.mul(g, g), ALPHA)
    const momentum = b.add(
      times(b, state['momentum'] as Value, MOMENTUM),
      b.div(g, b.add(b.sqrt(square), b.constant(EPSILON))),
    )
    return { p: b.sub(p, b.mul(momentum, learningRate)), state: { square, momentum } }
  },
}
