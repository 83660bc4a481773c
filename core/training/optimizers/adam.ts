import type { Value } from '../../graph/ir.ts'
import { add, div, mul, sqrt, sub } from '../../graph/ops/index.ts'
import { decayedGradient, likeP, movingAverage, times, type Optimizer, type UpdateContext } from './optimizer.ts'

export const BETA1 = 0.9
export const BETA2 = 0.999
const EPSILON = 1e-8

/** Bias corrections of both averages at a step. */
export const corrections = (step: number): { readonly correction1: number; readonly correction2: number } => ({
  correction1: 1 / (1 - BETA1 ** step),
  correction2: 1 / (1 - BETA2 ** step),
})

// p ← p - η m̂ / (√v̂ + ε)
export function adamStep({ learningRate, scalars }: UpdateContext, p: Value, m: Value, v: Value): Value {
  const root = add(sqrt(mul(v, scalars['correction2'] as Value)), EPSILON)
  return sub(p, mul(div(mul(m, scalars['correction1'] as Value), root), learningRate))
}

/** p ← p - ηλp: weight decay apart from the gradient. */
export const decayed = ({ p, learningRate, weightDecay }: UpdateContext): Value =>
  weightDecay === 0 ? p : sub(p, mul(times(p, weightDecay), learningRate))

// m ← β₁m + (1-β₁)g;  v ← β₂v + (1-β₂)g²
function moments({ state }: UpdateContext, gradient: Value): { m: Value; v: Value } {
  return {
    m: movingAverage(state['m'] as Value, gradient, BETA1),
    v: movingAverage(state['v'] as Value, mul(gradient, gradient), BETA2),
  }
}

/** Adam (Kingma & Ba 2015) as torch.optim.Adam computes it. */
export const adam: Optimizer = {
  state: { m: likeP, v: likeP },
  scalars: corrections,
  update(context) {
    const state = moments(context, decayedGradient(context))
    return { p: adamStep(context, context.p, state.m, state.v), state }
  },
}

/** AdamW (Loshchilov & Hutter 2019) as torch.optim.AdamW computes it. */
export const adamw: Optimizer = {
  state: { m: likeP, v: likeP },
  scalars: corrections,
  update(context) {
    const state = moments(context, context.gradient)
    return { p: adamStep(context, decayed(context), state.m, state.v), state }
  },
}
