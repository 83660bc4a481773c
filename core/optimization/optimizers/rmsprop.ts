import { decayedGradient, defineOptimizer, likeP, movingAverage, times } from '../optimizer.ts'

const MOMENTUM = 0.9
const ALPHA = 0.9
const EPSILON = 1e-8

/** RMSprop (Hinton 2012) as torch.optim.RMSprop(momentum=0.9, alpha=0.9) computes it. */
export const rmsprop = defineOptimizer({
  title: 'RMSprop',
  state: { square: likeP, momentum: likeP },
  scalars: () => ({}),
  // s ← αs + (1-α)g²;  u ← μu + g / (√s + ε);  p ← p - ηu
  update(context) {
    const { operators, p, state, learningRate } = context
    const { add, sub, mul, div, sqrt, constant } = operators
    const g = decayedGradient(context)
    const square = movingAverage(operators, { before: state.square, x: mul(g, g), share: ALPHA })
    const momentum = add(times(operators, state.momentum, MOMENTUM), div(g, add(sqrt(square), constant(EPSILON))))
    return { p: sub(p, mul(momentum, learningRate)), state: { square, momentum } }
  },
})
