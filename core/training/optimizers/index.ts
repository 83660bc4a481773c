import { Builder } from '../../graph/builder.ts'
import type { Graph, Value } from '../../graph/ir.ts'
import { add, div, less, mul, reshape, sqrt, where } from '../../graph/ops/index.ts'
import { rowsOf, total } from '../../graph/total.ts'
import { adadelta } from './adadelta.ts'
import { adam, adamw } from './adam.ts'
import { adamw8bit } from './adamw-8bit.ts'
import type { Optimizer } from './optimizer.ts'
import { rmsprop } from './rmsprop.ts'
import { sgd } from './sgd.ts'

export type { Optimizer, StateVector } from './optimizer.ts'

/** Every optimizer, by H2O LLM Studio's names. */
export const optimizers = {
  AdamW: adamw,
  Adam: adam,
  AdamW8bit: adamw8bit,
  SGD: sgd,
  RMSprop: rmsprop,
  Adadelta: adadelta,
} as const satisfies Record<string, Optimizer>
export type OptimizerName = keyof typeof optimizers

/** Added to the norm before dividing, as torch.nn.utils.clip_grad_norm_ does. */
const CLIP_EPSILON = 1e-6
/** Norms beyond it are no numbers, or grew too large for float32. */
const LARGEST_NORM = 3e38

export interface OptimizerProgramOptions {
  /** The gradient's norm is held below it; 0 is no limit. */
  readonly clip: number
  readonly weightDecay: number
  /** A gradient that is no number, as float16 may give, changes nothing. */
  readonly skipOverflow?: boolean
}

/**
 * One optimizer step over P trainable numbers. Inputs: p, g [P] and the state vectors; learning_rate and the
 * optimizer's scalars [1]. Outputs: p_out and `<state>_out` (bind to the same tensors), norm [] (of the gradient before
 * clipping).
 */
export function optimizerProgram(
  optimizer: Optimizer,
  parameterCount: number,
  { clip, weightDecay, skipOverflow = false }: OptimizerProgramOptions,
): Graph {
  const b = new Builder()
  const vector = (name: string) => b.input(name, 'float32', [parameterCount])
  const scalar = (name: string) => b.input(name, 'float32', [1])
  const [p, g] = [vector('p'), vector('g')]
  const state = Object.fromEntries(
    Object.entries(optimizer.state).map(([name, { dtype, length }]) => [
      name,
      b.input(name, dtype, [length(parameterCount)]),
    ]),
  )
  const scalars = Object.fromEntries(Object.keys(optimizer.scalars(1)).map((name) => [name, scalar(name)]))
  const rows = reshape(g, rowsOf(parameterCount))
  const norm = sqrt(total(mul(rows, rows)))
  const fits = less(norm, LARGEST_NORM)
  // Of one kernel with the choice at its end, which waits for the norm: nothing of [P] lies in memory in between.
  const whole = skipOverflow ? where(fits, g, 0) : g
  const updated = optimizer.update({
    p,
    gradient: clip > 0 ? clipped(b, whole, norm, clip) : whole,
    state,
    learningRate: scalar('learning_rate'),
    scalars,
    weightDecay,
  })
  const output = (name: string, after: Value, before: Value) =>
    b.output(`${name}_out`, skipOverflow ? where(fits, after, before) : after)
  output('p', updated.p, p)
  for (const name of Object.keys(optimizer.state)) output(name, updated.state[name] as Value, state[name] as Value)
  b.output('norm', norm)
  return b.build()
}

// g · min(1, c / (‖g‖ + ε))  (Pascanu et al. 2013)
function clipped(b: Builder, g: Value, norm: Value, clip: number): Value {
  const one = b.constant(1)
  const factor = div(clip, add(norm, CLIP_EPSILON))
  return mul(g, where(less(factor, one), factor, one))
}
