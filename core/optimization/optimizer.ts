/**
 * The operators that a formula is written in. `V` is what the formula computes with: core/training gives values of a
 * graph. Shapes broadcast as in NumPy.
 */
export interface Operators<V> {
  add(x: V, y: V): V
  sub(x: V, y: V): V
  mul(x: V, y: V): V
  div(x: V, y: V): V
  sqrt(x: V): V
  abs(x: V): V
  /** -1, 0 or 1. */
  sign(x: V): V
  /** To the nearest integer, halves to the even one. */
  round(x: V): V
  ceil(x: V): V
  reshape(x: V, shape: readonly number[]): V
  pad(x: V, zeros: { readonly axis: number; readonly before: number; readonly after: number }): V
  slice(x: V, range: { readonly axis: number; readonly start: number; readonly end: number }): V
  /** The largest of each row: [rows, n] to [rows, 1]. */
  largestOfRows(x: V): V
  cast(x: V, to: 'float32' | 'int8' | 'uint8'): V
  /** A float32 number. */
  constant(value: number): V
}

/** What an optimizer's formula works with: p and gradient [P] float32, learning rate and scalars [1]. */
export interface UpdateContext<V, State extends string, Scalar extends string> {
  readonly operators: Operators<V>
  readonly p: V
  readonly gradient: V
  /** P, the count of trainable numbers. */
  readonly parameterCount: number
  /** The optimizer's own vectors, by the names it declared. */
  readonly state: Readonly<Record<State, V>>
  readonly learningRate: V
  readonly scalars: Readonly<Record<Scalar, V>>
  /** λ; 0 is none. */
  readonly weightDecay: number
}

/** One of an optimizer's vectors. */
export interface StateVector {
  readonly dtype: 'float32' | 'int8' | 'uint8'
  /** How many elements it has for P trainable numbers. */
  readonly length: (parameterCount: number) => number
}

/**
 * An optimizer: how the form calls it, its state vectors (zeros at the start), the scalars it needs at each step, and
 * its formula on the flat trainable vector.
 */
export interface Optimizer<State extends string = string, Scalar extends string = string> {
  /** Its name where a language's texts say no more. */
  readonly title: string
  readonly state: Readonly<Record<State, StateVector>>
  /** Scalars of the step number `step` (from 1). */
  scalars(step: number): Readonly<Record<Scalar, number>>
  /** The new p and the new state. */
  update<V>(context: UpdateContext<V, State, Scalar>): { readonly p: V; readonly state: Readonly<Record<State, V>> }
}

/** The optimizer itself: its formula is checked against the names of the state and the scalars that it declares. */
export const defineOptimizer = <State extends string, Scalar extends string>(
  optimizer: Optimizer<State, Scalar>,
): Optimizer<State, Scalar> => optimizer

/** A float32 number for each trainable one. */
export const likeP: StateVector = { dtype: 'float32', length: (parameterCount) => parameterCount }

/** x · factor */
export const times = <V>({ mul, constant }: Operators<V>, x: V, factor: number): V =>
  factor === 1 ? x : mul(x, constant(factor))

/** share · before + (1 - share) · x */
export const movingAverage = <V>(
  operators: Operators<V>,
  { before, x, share }: { readonly before: V; readonly x: V; readonly share: number },
): V => operators.add(times(operators, before, share), times(operators, x, 1 - share))

type Decay<V> = Pick<UpdateContext<V, never, never>, 'operators' | 'p' | 'gradient' | 'learningRate' | 'weightDecay'>

/** The gradient with weight decay in it, as torch's optimizers other than AdamW have it: g + λp. */
export const decayedGradient = <V>({ operators, gradient, p, weightDecay }: Decay<V>): V =>
  weightDecay === 0 ? gradient : operators.add(gradient, times(operators, p, weightDecay))

/** p - ηλp: weight decay apart from the gradient (Loshchilov & Hutter 2019). */
export const decayedParameters = <V>({ operators, p, learningRate, weightDecay }: Decay<V>): V =>
  weightDecay === 0 ? p : operators.sub(p, operators.mul(times(operators, p, weightDecay), learningRate))
