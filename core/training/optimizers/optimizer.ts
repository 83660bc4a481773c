import type { Value } from '../../graph/ir.ts'
import { add, mul } from '../../graph/ops/index.ts'

/** What an optimizer's formula works with: p and gradient [P] float32, the scalars [1]. */
export interface UpdateContext {
  readonly p: Value
  readonly gradient: Value
  /** The optimizer's own vectors, by the names it declared. */
  readonly state: Readonly<Record<string, Value>>
  readonly learningRate: Value
  readonly scalars: Readonly<Record<string, Value>>
  readonly weightDecay: number
}

/** One of an optimizer's vectors. */
export interface StateVector {
  readonly dtype: 'float32' | 'int8' | 'uint8'
  /** How many elements it has for P trainable numbers. */
  readonly length: (parameterCount: number) => number
}

/**
 * An optimizer: its state vectors (zeros at the start), the scalars it needs at each step, and its formula on the flat
 * trainable vector.
 */
export interface Optimizer {
  readonly state: Readonly<Record<string, StateVector>>
  /** Scalars of the step number `step` (from 1). */
  scalars(step: number): Readonly<Record<string, number>>
  /** The new p and the new state. */
  update(context: UpdateContext): { readonly p: Value; readonly state: Readonly<Record<string, Value>> }
}

/** A float32 number for each trainable one. */
export const likeP: StateVector = { dtype: 'float32', length: (parameterCount) => parameterCount }

/** x · factor */
export const times = (x: Value, factor: number): Value => (factor === 1 ? x : mul(x, factor))

/** share · average + (1 - share) · x */
export const movingAverage = (average: Value, x: Value, share: number): Value =>
  add(times(average, share), times(x, 1 - share))

/** The gradient with weight decay in it, as torch's optimizers other than AdamW have it: g + λp. */
export const decayedGradient = ({ gradient, p, weightDecay }: UpdateContext): Value =>
  weightDecay === 0 ? gradient : add(gradient, times(p, weightDecay))
