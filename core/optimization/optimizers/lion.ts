import { decayedParameters, defineOptimizer, likeP, movingAverage } from '../optimizer.ts'

const BETA1 = 0.9
const BETA2 = 0.99

/** Lion (Chen et al. 2023, Symbolic Discovery of Optimization Algorithms), with the paper's β₁ 0.9 and β₂ 0.99. */
export const lion = defineOptimizer({
  title: 'Lion',
  state: { m: likeP },
  scalars: () => ({}),
  // u = sign(β₁m + (1-β₁)g);  p ← p - ηλp - ηu;  m ← β₂m + (1-β₂)g
  update(context) {
    const { operators, gradient, state, learningRate } = context
    const { sub, mul, sign } = operators
    const u = sign(movingAverage(operators, { before: state.m, x: gradient, share: BETA1 }))
    return {
      p: sub(decayedParameters(context), mul(u, learningRate)),
      state: { m: movingAverage(operators, { before: state.m, x: gradient, share: BETA2 }) },
    }
  },
})
