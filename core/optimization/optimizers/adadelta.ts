import { decayedGradient, defineOptimizer, likeP, movingAverage, type Operators } from '../optimizer.ts'

const RHO = 0.9
const EPSILON = 1e-6

/** Adadelta (Zeiler 2012) as torch.optim.Adadelta computes it. */
export const adadelta = defineOptimizer({
  title: 'Adadelta',
  state: { square: likeP, update: likeP },
  scalars: () => ({}),
  // s ← ρs + (1-ρ)g²;  δ = g √(a + ε) / √(s + ε);  a ← ρa + (1-ρ)δ²;  p ← p - ηδ
  update(context) {
    const { operators, p, state, learningRate } = context
    const { sub, mul, div } = operators
    const g = decayedGradient(context)
    const square = movingAverage(operators, { before: state.square, x: mul(g, g), share: RHO })
    const delta = mul(div(root(operators, state.update), root(operators, square)), g)
    return {
      p: sub(p, mul(delta, learningRate)),
      state: { square, update: movingAverage(operators, { before: state.update, x: mul(delta, delta), share: RHO }) },
    }
  },
})

// √(x + ε)
const root = <V>({ sqrt, add, constant }: Operators<V>, x: V): V => sqrt(add(x, constant(EPSILON)))
