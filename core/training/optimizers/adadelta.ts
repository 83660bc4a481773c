import type { Value } from '../../graph/ir.ts'
import { add, div, mul, sqrt, sub } from '../../graph/ops/index.ts'
import { decayedGradient, likeP, movingAverage, type Optimizer } from './optimizer.ts'

const RHO = 0.9
const EPSILON = 1e-6

/** Adadelta (Zeiler 2012) as torch.optim.Adadelta computes it. */
export const adadelta: Optimizer = {
  state: { square: likeP, update: likeP },
  scalars: () => ({}),
  // s ← ρs + (1-ρ)g²;  δ = g √(a + ε) / √(s + ε);  a ← ρa + (1-ρ)δ²;  p ← p - ηδ
  update(context) {
    const { p, state, learningRate } = context
    const g = decayedGradient(context)
    const square = movingAverage(state['square'] as Value, mul(g, g), RHO)
    const root = (x: Value) => sqrt(add(x, EPSILON))
    const delta = mul(div(root(state['update'] as Value), root(square)), g)
    return {
      p: sub(p, mul(delta, learningRate)),
      state: { square, update: movingAverage(state['update'] as Value, mul(delta, delta), RHO) },
    }
  },
}
