import type { SettingValues } from '../contract/index.ts'
import type { Value } from '../graph/ir.ts'
import {
  add,
  after,
  cast,
  concat,
  crossEntropy,
  crossEntropyGradient,
  detach,
  exp,
  expandLike,
  log,
  matmul,
  mul,
  reduceMax,
  reduceSum,
  reshape,
  softmax,
  split,
  sub,
  withGradient,
} from '../graph/ops/index.ts'
import { softcapped } from './activations.ts'
import type { ModelSource } from './architecture.ts'
import type { ModelContext } from './context.ts'

/** Gradients of logits are between -1 and 1; so much larger, small ones are not lost in float16. */
const GRADIENT_SCALE = 128
/**
 * The fewest tokens of a chunk, whose logits lie in memory at once: of 51,200 logits in float32 they take 26 MB.
 */
const CHUNK_TOKENS = 128
/** A power of 2: the number of targets that batches are padded to is a multiple of it (packing.ts, padBatch). */
const MAX_CHUNKS = 16

/** The output layer of a model for hidden states x [M,C]: logits x Wᵀ, kept between -cap and cap where it has one. */
export interface OutputLayer {
  readonly x: Value
  /** [V,C], in the type of x. */
  readonly weight: Value
  readonly cap: number | null
  /** The weight is trained itself. */
  readonly isTrained: boolean
}

/** The output layer of a model for the hidden states x that its forward pass gives. */
export function outputLayer(c: ModelContext, { architecture, weights }: ModelSource, x: Value): OutputLayer {
  const { head, vocabularySize, width, softcaps } = architecture
  const name = head((weight) => weights.has(weight) || c.isTrained(weight))
  return {
    x,
    weight: c.weight(name, [vocabularySize, width]),
    cap: softcaps?.logits || null,
    isTrained: c.isTrained(name),
  }
}

/** Logits [M,V] float32. */
export function logitsOf({ x, weight, cap }: OutputLayer): Value {
  const logits = cast(matmul(x, weight, { transY: true }), 'float32')
  return cap === null ? logits : softcapped(logits, cap)
}

/** How the hidden states of counted tokens become losses. */
export interface LossHead {
  /** How many chunks the logits are computed in. */
  readonly chunks: number
  /** Losses [M] float32 of an output layer for labels [M] int64. */
  losses(output: OutputLayer, labels: Value): Value
}

export interface LossHeadOptions {
  /**
   * Logits are computed in so many chunks, M being a multiple of it, so that no more than one lies in memory: where
   * nothing caps them and the output layer is not trained. 1 unless given.
   */
  readonly chunks?: number | undefined
  /** The share s of the target that is spread evenly over the vocabulary (label smoothing); 0 unless given. */
  readonly smoothing?: number | undefined
}

/** Cross entropy -log p[label], p = softmax(logits), smoothed where asked for. */
export const lossHead = ({ chunks = 1, smoothing = 0 }: LossHeadOptions = {}): LossHead => ({
  chunks,
  losses: (output, labels) =>
    chunks === 1 || output.cap !== null || output.isTrained
      ? tokenLosses(logitsOf(output), labels, smoothing)
      : chunkedLosses(output, labels, { chunks, smoothing }),
})

/** The loss head that an experiment's settings ask for; `isPadded`: batches are a multiple of any number of chunks. */
export const lossHeadOf = (
  settings: SettingValues,
  { maxTokens, isPadded }: { readonly maxTokens: number; readonly isPadded: boolean },
): LossHead =>
  lossHead({
    chunks: isPadded ? lossChunksFor(settings['training.batch_size'], maxTokens) : 1,
    smoothing: settings['training.label_smoothing'],
  })

/** Into how many chunks the logits of a batch are cut: a power of 2. */
const lossChunksFor = (rows: number, tokens: number): number =>
  2 ** Math.max(0, Math.min(Math.log2(MAX_CHUNKS), Math.floor(Math.log2((rows * tokens) / CHUNK_TOKENS))))

// (1-s) · -log p[label] + s · mean(-log p)  (Szegedy et al. 2016)
function tokenLosses(logits: Value, labels: Value, smoothing: number): Value {
  const losses = crossEntropy(logits, labels)
  if (smoothing === 0) return losses
  // mean(-log p) = log Σ exp(z) - mean(z), where any constant may be taken from z.
  const shifted = sub(logits, detach(reduceMax(logits, [-1], true)))
  const mean = mul(reduceSum(shifted, [-1], false), 1 / vocabularyOf(logits))
  const uniform = sub(log(reduceSum(exp(shifted), [-1], false)), mean)
  return add(mul(losses, 1 - smoothing), mul(uniform, smoothing))
}

// The losses, and d = GRADIENT_SCALE · d loss / d logits = GRADIENT_SCALE · ((1-s) · (p - onehot) + s · (p - 1/V))
function lossesAndGradient(logits: Value, labels: Value, smoothing: number): { losses: Value; d: Value } {
  const losses = tokenLosses(logits, labels, smoothing)
  const hard = crossEntropyGradient(logits, labels, expandLike(GRADIENT_SCALE * (1 - smoothing), losses))
  if (smoothing === 0) return { losses, d: hard }
  const even = mul(sub(softmax(logits), 1 / vocabularyOf(logits)), GRADIENT_SCALE * smoothing)
  return { losses, d: add(hard, even) }
}

const vocabularyOf = ({ shape }: Value): number => shape[1] as number

/**
 * Losses [M] of logits x Wᵀ, and at once their gradient: as the gradient of each row's loss is only scaled by what
 * comes back, no more than one chunk of logits lies in memory, and only once (as in Liger Kernel's fused linear cross
 * entropy, Hsu et al. 2024). W itself gets no gradient.
 */
function chunkedLosses(
  { x, weight }: OutputLayer,
  labels: Value,
  { chunks, smoothing }: { readonly chunks: number; readonly smoothing: number },
): Value {
  const width = x.shape[1] as number
  const cut = (value: Value, shape: readonly number[]): Value[] => {
    const rows = reshape(value, [chunks, 'M/K', ...shape])
    return split(rows, new Array<number>(chunks).fill(1), 0).map((part) => reshape(part, ['M/K', ...shape]))
  }
  const joined = (parts: readonly Value[], shape: readonly number[]) =>
    reshape(
      concat(
        parts.map((part) => reshape(part, [1, 'M/K', ...shape])),
        0,
      ),
      ['M', ...shape],
    )
  const [rows, ids] = [cut(x, [width]), cut(labels, [])]
  let last: Value | null = null
  const parts = rows.map((ahead, index) => {
    const row = last ? after(ahead, last) : ahead
    const logits = cast(matmul(row, weight, { transY: true }), 'float32')
    const { losses, d } = lossesAndGradient(logits, ids[index] as Value, smoothing)
    const g = matmul(cast(d, x.dtype), weight)
    last = g
    return { losses, g }
  })
  return withGradient(
    joined(
      parts.map(({ losses }) => losses),
      [],
    ),
    x,
    joined(
      parts.map(({ g }) => g),
      [width],
    ),
    GRADIENT_SCALE,
  )
}
