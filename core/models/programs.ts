import { Builder } from '../graph/builder.ts'
import { gradients } from '../graph/autodiff.ts'
import type { Graph, Value } from '../graph/ir.ts'
import { add, gather, mul, reshape, where } from '../graph/ops/index.ts'
import { total } from '../graph/total.ts'
import type { Architecture, ModelSource } from './architecture.ts'
import type { ModelContext, TrainableValues } from './context.ts'
import { decodingContext, decodingInputs } from './decoding-context.ts'
import { cutTrainable, trainableInputs, weightNorms, type ComputeType } from './linear.ts'
import type { LoraLayout } from './lora.ts'
import { logitsOf, lossHead as makeLossHead, outputLayer, type LossHead, type OutputLayer } from './loss-head.ts'
import { longTextLimit } from './rotary.ts'
import { trainingContext, type Batch, type Randomness } from './training-context.ts'

export type { ModelSource } from './architecture.ts'
export type { ComputeType } from './linear.ts'

export interface TrainingOptions {
  /** Of the inputs of LoRA's A; 0 unless given. */
  readonly dropout?: number
  /** Of the attention probabilities; 0 unless given. */
  readonly attentionDropout?: number
  /** Hidden states are dropped where the model's config.json says so. */
  readonly hiddenDropout?: boolean
  /** The embeddings get noise (NEFTune). */
  readonly noise?: boolean
  /** What matrices and activations are; norms, softmax, loss and p stay float32. float32 unless given. */
  readonly compute?: ComputeType
  /** Gradient checkpointing: keeps only the inputs of layers and recomputes their insides (Chen et al. 2016). */
  readonly recompute?: boolean
  /**
   * Attention's probabilities, which grow with the square of the length, are recomputed in the backward pass; part of
   * `recompute`.
   */
  readonly recomputeAttention?: boolean
  /** Feed-forward parts, whose values are the widest, are recomputed in the backward pass; part of `recompute`. */
  readonly recomputeFeedForward?: boolean
  /** Attention as one custom operator, where the model's heads allow it; fp16 and bf16 only. */
  readonly fused?: boolean
  /** Makes losses of hidden states. Plain cross entropy unless given. */
  readonly lossHead?: LossHead
}

/**
 * One micro-batch forward and backward. B sequences of T tokens, M counted positions, P trainable numbers.
 * Inputs: ids, segments [B,T] int32 and positions [B,T] int64 (packed samples: a token sees earlier tokens of its own
 * segment); cos, sin [S, D/2] (where long texts turn otherwise [2S, D/2], and turns [B,T] int64: rows of them); targets [M] int32 (flat index b·T + t of the token before the counted one), labels [M]
 * int64, weights [M] float32; p, g [P] float32; accumulate [1] bool (false: g begins anew); odd and random int32 with
 * dropout or noise: dropout_rows [N,1] (N = B·T), with LoRA dropout dropout_columns [C], with hidden dropout
 * hidden_columns [sites, width], with noise noise_columns [width] and noise_scale [N,1] float32; with attention
 * dropout: attention_rows [R,1] (R = B · heads · T), attention_columns [layers, T]; in float16 loss_scale and its
 * inverse loss_unscale [1] float32. Outputs: loss [] (weighted sum), g_out [P] = gradient, plus g where accumulate
 * holds (bind to the same tensor).
 */
export function trainingProgram(model: ModelSource, layout: LoraLayout, options: TrainingOptions = {}): Graph {
  const {
    dropout = 0,
    compute = 'float32',
    recompute = false,
    recomputeAttention = false,
    recomputeFeedForward = false,
    fused = false,
    lossHead = makeLossHead(),
  } = options
  const { b, batch } = begin(model.architecture)
  const p = b.input('p', 'float32', [layout.parameterCount])
  const g = b.input('g', 'float32', [layout.parameterCount])
  const random = randomness(model.architecture, b, options)
  const trainable: TrainableValues = {
    layout,
    ...cutTrainable(layout, p, compute),
    dropout: dropout > 0 && random ? dropoutOf(b, batch, layout, { p: dropout, rows: random.rows }) : null,
  }
  const context = trainingContext({
    model,
    b,
    batch,
    trainable,
    compute,
    recompute,
    recomputeAttention,
    recomputeFeedForward,
    fused,
    random,
  })
  const losses = lossHead.losses(outputOf(model, context), batch.labels)
  const loss = weightedSum(losses, batch.weights)
  const scaled = compute === 'float16' ? reshape(mul(loss, b.input('loss_scale', 'float32', [1])), []) : loss
  const [dp] = gradients(scaled, [p]) as [Value]
  const unscaled = compute === 'float16' ? mul(dp, b.input('loss_unscale', 'float32', [1])) : dp
  b.output('loss', loss)
  b.output('g_out', add(where(b.input('accumulate', 'bool', [1]), g, 0), unscaled))
  return b.build()
}

/** The output layer for the hidden states of a context's rows. */
const outputOf = (model: ModelSource, context: ModelContext): OutputLayer =>
  outputLayer(context, model, model.architecture.forward(context))

/** Σ x w of two vectors [M]. */
const weightedSum = (x: Value, w: Value): Value => total(mul(reshape(x, [1, 'M']), reshape(w, [1, 'M'])))

/**
 * Forward only. Inputs as `trainingProgram` without g and randomness (and without p where `layout` is null). Outputs:
 * losses [M], loss [].
 */
export function evaluationProgram(
  model: ModelSource,
  layout: LoraLayout | null,
  compute: ComputeType = 'float32',
): Graph {
  const { b, batch } = begin(model.architecture)
  const context = trainingContext({ model, b, batch, trainable: trainableFromP(b, layout, compute), compute })
  const losses = makeLossHead().losses(outputOf(model, context), batch.labels)
  b.output('losses', losses)
  b.output('loss', weightedSum(losses, batch.weights))
  return b.build()
}

/**
 * Logits of every selected position, for tests and inspection. Inputs as `evaluationProgram` without labels and
 * weights. Output: logits [M,V].
 */
export function logitsProgram(model: ModelSource, layout: LoraLayout | null, compute: ComputeType = 'float32'): Graph {
  const { b, batch } = begin(model.architecture, { labelled: false })
  const context = trainingContext({ model, b, batch, trainable: trainableFromP(b, layout, compute), compute })
  b.output('logits', logitsOf(outputOf(model, context)))
  return b.build()
}

/** Where DoRA's magnitudes begin: outputs `norms0`, `norms1` … [outSize], by the layout's slots. No inputs. */
export function magnitudesProgram({ weights }: ModelSource, { slots }: LoraLayout): Graph {
  const b = new Builder()
  slots.forEach(({ module }, index) => b.output(`norms${index}`, weightNorms(b, weights, module)))
  return b.build()
}

export interface DecodingOptions {
  /**
   * Instead of p the matrices of the adapter, one input `matrixName(place)` each: a token of a small model then takes a
   * tenth less.
   */
  readonly cutAdapter?: boolean
  /** What is computed in, and the type of caches and cut matrices. float32 unless given. */
  readonly compute?: ComputeType
  /** For single tokens (T = 1) after a prompt only, without the input `total`: a CUDA graph can be captured of it. */
  readonly forCapture?: boolean
}

/**
 * One call of decoding: T new tokens of B sequences on top of a cache of S places.
 * Inputs: ids [B,T] int32; last [B] int32 (flat index of each sequence's last real token); lengths [B] int32 (tokens in
 * the cache after the call, minus 1); total [1] int32 (the longest such length plus 1); cos, sin as for training, and
 * is_long [B,1] int64 (0 or 1) where long texts turn otherwise; the caches
 * of `cachesOf`; p [P] where `layout` is given. Outputs: logits [B,V]; `<cache>_out` (bind to the same tensors as the
 * inputs).
 */
export function decodingProgram(
  model: ModelSource,
  layout: LoraLayout | null,
  { cutAdapter = false, compute = 'float32', forCapture = false }: DecodingOptions = {},
): Graph {
  const b = new Builder()
  const inputs = decodingInputs(b, model.architecture, { compute, forCapture })
  const trainable =
    layout && cutAdapter
      ? { layout, ...trainableInputs(b, layout, compute), dropout: null }
      : trainableFromP(b, layout, compute)
  const context = decodingContext({ model, b, inputs, trainable, compute, forCapture })
  b.output('logits', logitsOf(outputOf(model, context)))
  return b.build()
}

function begin(architecture: Architecture, { labelled = true } = {}): { b: Builder; batch: Batch } {
  const b = new Builder()
  const ids = b.input('ids', 'int32', ['B', 'T'])
  const positions = b.input('positions', 'int64', ['B', 'T'])
  const turns = longTextLimit(architecture) === null ? positions : b.input('turns', 'int64', ['B', 'T'])
  const segments = b.input('segments', 'int32', ['B', 'T'])
  const targets = b.input('targets', 'int32', ['M'])
  const labels = labelled ? b.input('labels', 'int64', ['M']) : targets
  const weights = labelled ? b.input('weights', 'float32', ['M']) : targets
  return { b, batch: { ids, positions, turns, segments, targets, labels, weights } }
}

const trainableFromP = (
  b: Builder,
  layout: LoraLayout | null,
  compute: ComputeType = 'float32',
): TrainableValues | null =>
  layout && {
    layout,
    ...cutTrainable(layout, b.input('p', 'float32', [layout.parameterCount]), compute),
    dropout: null,
  }

function randomness(
  { layerCount, width, dropoutSites }: Architecture,
  b: Builder,
  { dropout = 0, attentionDropout = 0, hiddenDropout = false, noise = false }: TrainingOptions,
): Randomness | null {
  const hides = hiddenDropout && dropoutSites > 0
  if (dropout === 0 && attentionDropout === 0 && !hides && !noise) return null
  const rows = b.input('dropout_rows', 'int32', ['N', 1])
  const attention =
    attentionDropout > 0
      ? {
          p: attentionDropout,
          rows: b.input('attention_rows', 'int32', ['R', 1]),
          columns: b.input('attention_columns', 'int32', [layerCount, 'T']),
        }
      : null
  const hidden = hides ? b.input('hidden_columns', 'int32', [dropoutSites, width]) : null
  const moved = noise
    ? { columns: b.input('noise_columns', 'int32', [width]), scale: b.input('noise_scale', 'float32', ['N', 1]) }
    : null
  return { rows, attention, hidden, noise: moved }
}

function dropoutOf(
  b: Builder,
  { targets }: Batch,
  layout: LoraLayout,
  { p, rows }: { readonly p: number; readonly rows: Value },
): TrainableValues['dropout'] {
  const columns = b.input('dropout_columns', 'int32', [layout.columnCount])
  return { p, columns, rows: (x) => (x.shape[0] === 'M' ? gather(rows, targets) : rows) }
}
