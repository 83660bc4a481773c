import { decayedGradient, defineOptimizer, likeP, times } from '../optimizer.ts'

const MOMENTUM = 0.9

/** SGD with Nesterov momentum as torch.optim.SGD(momentum=0.9, nesterov=True) computes it. */
export const sgd = defineOptimizer({
  title: 'SGD (momentum 0.9)',
  state: { momentum: likeP },
  scalars: () => ({}),
  // u ← μu + g;  p ← p - η(g + μu)
  update(context) {
    const { operators, p, state, learningRate } = context
    const { add, sub, mul } = operators
    const g = decayedGradient(context)
    const momentum = add(times(operators, state.momentum, MOMENTUM), g)
    return { p: sub(p, mul(add(g, times(operators, momentum, MOMENTUM)), learningRate)), state: { momentum } }
  },
})
