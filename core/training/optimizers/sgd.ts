import type { Value } from '../../graph/ir.ts'
import { decayedGradient, likeP, times, type Optimizer } from './optimizer.ts'

const MOMENTUM = 0.9

/** SGD with Nesterov momentum as torch.optim.SGD(momentum=0.9, nesterov=True) computes it. */
export const sgd: Optimizer = {
  state: { momentum: likeP },
  scalars: () => ({}),
  // u ← μu + g;  p ← p - η(g + μu)
  update(context) {
    const { b, p, state, learningRate } = context
    const g = decayedGradient(context)
    const momentum = b.add(times(b, state['momentum'] as Value, MOMENTUM), g)
    return { p: b.sub(p, b.mul(b.add(g, times(b, momentum, MOMENTUM)), learningRate)), state: { momentum } }
  },
}
