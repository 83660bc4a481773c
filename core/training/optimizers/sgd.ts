import type { Value } from '../../graph/ir.ts'
import { add, mul, sub } from '../../graph/ops/index.ts'
import { decayedGradient, likeP, times, type Optimizer } from './optimizer.ts'

const MOMENTUM = 0.9

/** SGD with Nesterov momentum as torch.optim.SGD(momentum=0.9, nesterov=True) computes it. */
export const sgd: Optimizer = {
  state: { momentum: likeP },
  scalars: () => ({}),
  // u ← μu + g;  p ← p - η(g + μu)
  update(context) {
    const { p, state, learningRate } = context
    const g = decayedGradient(context)
    const momentum = add(times(state['momentum'] as Value, MOMENTUM), g)
    return { p: sub(p, mul(add(g, times(momentum, MOMENTUM)), learningRate)), state: { momentum } }
  },
}
