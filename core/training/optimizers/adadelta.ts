import type { Value } from '../../graph/ir.ts'
import { decayedGradient, likeP, movingAverage, type Optimizer } from './optimizer.ts'

const RHO = 0.9
const EPSILON = 1e-6

/** Adadelta (Zeiler 2012) as torch.optim.Adadelta computes it. */
export const adadelta: Optimizer = {
  state: { square: likeP, update: likeP },
  scalars: () => ({}),
  // s ← ρs + (1-ρ)g²;  δ = g √(a + ε) / √(s + ε);  a ← ρa + (1-ρ)δ²;  p ← p - ηδ
  update(context) {
    const { b, p, state, learningRate } = context
    const g = decayedGradient(context)
    const square = movingAverage(b, state['square'] as Value, b.mul(g, g), RHO)
    const root = (x: Value) => b.sqrt(b.add(x, b.constant(EPSILON)))
    const delta = b.mul(b.div(root(state['update'] as Value), root(square)), g)
    return {
      p: b.sub(p, b.mul(delta, learningRate)),
      state: { square, update: movingAverage(b, state['update'] as Value, b.mul(delta, delta), RHO) },
    }
  },
}
