import { Builder } from '../graph/builder.ts'
import type { Graph, Value } from '../graph/ir.ts'

/** What an optimizer's formula works with: all [P] float32 but the scalars [1]. */
interface UpdateContext {
  readonly b: Builder
  readonly p: Value
  readonly gradient: Value
  /** The optimizer's own vectors, by the names it declared. */
  readonly state: Readonly<Record<string, Value>>
  readonly learningRate: Value
  readonly scalars: Readonly<Record<string, Value>>
  readonly weightDecay: number
}

/** An optimizer: its state vectors, the scalars it needs at each step, and its formula on the flat trainable vector. */
export interface Optimizer {
  readonly state: readonly string[]
  /** Scalars of the step number `step` (from 1). */
  scalars(step: number): Readonly<Record<string, number>>
  /** The new p and the new state. */
  update(context: UpdateContext): { readonly p: Value; readonly state: Readonly<Record<string, Value>> }
}

const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

/** AdamW (Loshchilov & Hutter 2019) as torch.optim.AdamW computes it. */
const adamw: Optimizer = {
  state: ['m', 'v'],
  scalars: (step) => ({ correction1: 1 / (1 - BETA1 ** step), correction2: 1 / (1 - BETA2 ** step) }),
  // m ← β₁m + (1-β₁)g;  v ← β₂v + (1-β₂)g²;  p ← p - ηλp - η m̂ / (√v̂ + ε)
  update({ b, p, gradient, state, learningRate, scalars, weightDecay }) {
    const times = (x: Value, factor: number) => b.mul(x, b.constant(factor))
    const m = b.add(times(state['m'] as Value, BETA1), times(gradient, 1 - BETA1))
    const v = b.add(times(state['v'] as Value, BETA2), times(b.mul(gradient, gradient), 1 - BETA2))
    const root = b.add(b.sqrt(b.mul(v, scalars['correction2'] as Value)), b.constant(EPSILON))
    const step = b.mul(b.div(b.mul(m, scalars['correction1'] as Value), root), learningRate)
    const decayed = weightDecay === 0 ? p : b.sub(p, b.mul(times(p, weightDecay), learningRate))
    return { p: b.sub(decayed, step), state: { m, v } }
  },
}

export const optimizers = { AdamW: adamw } as const satisfies Record<string, Optimizer>

/** Added to the norm before dividing, as torch.nn.utils.clip_grad_norm_ does. */
const CLIP_EPSILON = 1e-6

/**
 * One optimizer step over P trainable numbers. Inputs: p, g and the state vectors [P]; learning_rate and the optimizer's scalars [1].
 * Outputs: p_out and `<state>_out` [P] (bind to the same tensors), norm [] (of the gradient before clipping).
 */
export function optimizerProgram(optimizer: Optimizer, parameterCount: number, { clip, weightDecay }: { readonly clip: number; readonly weightDecay: number }): Graph {
  const b = new Builder()
  const vector = (name: string) => b.input(name, 'float32', [parameterCount])
  const scalar = (name: string) => b.input(name, 'float32', [1])
  const [p, g] = [vector('p'), vector('g')]
  const state = Object.fromEntries(optimizer.state.map((name) => [name, vector(name)]))
  const scalars = Object.fromEntries(Object.keys(optimizer.scalars(1)).map((name) => [name, scalar(name)]))
  const norm = b.sqrt(b.reduceSum(b.mul(g, g), [0], false))
  const updated = optimizer.update({ b, p, gradient: clip > 0 ? clipped(b, g, norm, clip) : g, state, learningRate: scalar('learning_rate'), scalars, weightDecay })
  b.output('p_out', updated.p)
  for (const name of optimizer.state) b.output(`${name}_out`, updated.state[name] as Value)
  b.output('norm', norm)
  return b.build()
}

// g · min(1, c / (‖g‖ + ε))  (Pascanu et al. 2013)
function clipped(b: Builder, g: Value, norm: Value, clip: number): Value {
  const one = b.constant(1)
  const factor = b.div(b.constant(clip), b.add(norm, b.constant(CLIP_EPSILON)))
  return b.mul(g, b.where(b.less(factor, one), factor, one))
}
