import type { Checkpoint } from '../checkpoints/index.ts'
import type { DeviceKind, SettingValues } from '../contract/index.ts'
import { isFusedHead } from '../graph/ops/attention.ts'
import type { Architecture } from '../models/family.ts'
import type { LoraLayout } from '../models/lora.ts'
import { lossChunksFor } from '../models/loss-head.ts'
import { isAttentionLean, isFeedForwardLean } from './memory-policy.ts'
import { optimizers, type Optimizer } from './optimizers/index.ts'
import { computeTypeFor, weightStorageFor } from './precision.ts'
import { recordedCount, recordedLength } from './packing.ts'
import { trainableLayout } from './trainable.ts'
import { keepsCopies, modelFilesOf, type ModelFiles } from '../weights/model-files.ts'
import { residentBytes } from '../weights/resident.ts'

const FLOAT_BYTES = 4
/** float16 and bfloat16. */
const HALF_BYTES = 2
/** Node, ONNX Runtime and the tokenizer before any model is loaded; measured. */
const BASE_BYTES = 220e6
/** CUDA's context, cuBLAS and recorded steps; measured (nvidia-smi beside tensors and scratch memory). */
const CUDA_BASE_BYTES = 1.2e9
/** Copies of a small model's weights: widened to float32, and packed for the forward and for the backward product. */
const WEIGHT_COPIES = 3
/** Values as wide as the feed-forward layer that live at once in the backward pass. */
const WIDE_COPIES = 4
/** Logits and their gradient. */
const LOGIT_COPIES = 2

/** What the plan's memory is estimated for. */
export interface MemoryPlace {
  readonly kind: DeviceKind
  /** Kernels of our own can be compiled there (CUDA). */
  readonly hasKernels: boolean
}

/**
 * Trainable parameters of a run and an estimate of its peak memory in bytes: of the GPU's memory where that is computed
 * on. Throws UserError for an unsupported model or unknown LoRA targets.
 */
export function estimateMemory(
  checkpoint: Checkpoint,
  values: SettingValues,
  { kind, hasKernels }: MemoryPlace,
): { trainableParameterCount: number; memoryBytes: number } {
  const files = modelFilesOf(checkpoint)
  const layout = trainableLayout(files, values)
  const base = kind === 'cuda' ? CUDA_BASE_BYTES : BASE_BYTES
  const memoryBytes =
    kind === 'cuda' && hasKernels
      ? kernelsBytes(files, layout, values)
      : weightBytes(files, kind, values) + trainableBytes(layout, values) + activationBytes(files.architecture, values)
  return { trainableParameterCount: layout.parameterCount, memoryBytes: base + memoryBytes }
}

/**
 * What a run with kernels of our own takes on CUDA: weights, what is trained, what the forward pass keeps in their
 * layout, and the largest values of the moment.
 */
export function kernelsBytes(
  files: Pick<ModelFiles, 'architecture' | 'stored' | 'scattered'>,
  layout: LoraLayout,
  values: SettingValues,
): number {
  const { architecture } = files
  const { layerCount, width, heads, kvHeads, headSize, feedForwardSize, vocabularySize, linears, softcaps, head } =
    architecture
  const [rows, length, recompute] = [
    recordedCount(values['training.batch_size']),
    recordedLength(values['tokenizer.max_length']),
    values['architecture.gradient_checkpointing'],
  ]
  const tokens = rows * length
  const compute = computeTypeFor('cuda', values)
  const numberBytes = compute === 'float32' ? FLOAT_BYTES : HALF_BYTES
  // Of a layer: both its residual sums and every linear layer's result, or both sums, q, k, v and what attention gives.
  const results = linears.reduce((sum, { outSize }) => sum + outSize, 0) / layerCount + heads * headSize
  const kept = isFeedForwardLean('cuda', values) ? 2 * width + 2 * (heads + kvHeads) * headSize : results
  const layers = recompute ? layerCount * width + results : layerCount * kept
  const isFused = compute !== 'float32' && isFusedHead(headSize) && !softcaps?.attention
  const probabilities =
    isFused || (!recompute && isAttentionLean(architecture, rows, length))
      ? 0
      : (recompute ? 1 : layerCount) * heads * tokens * length
  const headName = head((name) => files.stored.has(name))
  const isWhole = softcaps?.logits || layout.wholes.some(({ name }) => name === headName)
  const logits = (tokens / (isWhole ? 1 : lossChunksFor(rows, length))) * vocabularySize * LOGIT_COPIES
  const moment = Math.max(WIDE_COPIES * feedForwardSize * tokens, logits)
  // Tables that are stored in other numbers than are computed with, and weights that are trained themselves.
  const widened = compute === 'float32' && files.stored.get(headName)?.dtype !== 'float32' ? vocabularySize * width : 0
  const trained =
    compute === 'float32'
      ? 0
      : layout.wholes.reduce((sum, { place: { shape } }) => sum + shape.reduce((product, size) => product * size, 1), 0)
  return (
    weightBytes(files, 'cuda', values) +
    trainableBytes(layout, values) +
    numberBytes * (layers * tokens + probabilities + moment + widened + trained)
  )
}

/** The base weights: copies for every session of a small model, or once. */
function weightBytes(
  files: Pick<ModelFiles, 'architecture' | 'stored' | 'scattered'>,
  kind: DeviceKind,
  values: SettingValues,
): number {
  const storage = weightStorageFor(kind, values)
  if (!keepsCopies(files, storage)) return residentBytes(files, storage)
  return (
    WEIGHT_COPIES *
    FLOAT_BYTES *
    [...files.stored.values()].reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)
  )
}

/** p, the gradient, and the optimizer's vectors. */
function trainableBytes({ parameterCount }: LoraLayout, values: SettingValues): number {
  const { state }: Optimizer = optimizers[values['training.optimizer']]
  const stateBytes = Object.values(state).reduce(
    (sum, { dtype, length }) => sum + length(parameterCount) * (dtype === 'float32' ? FLOAT_BYTES : 1),
    0,
  )
  return 2 * FLOAT_BYTES * parameterCount + stateBytes
}

/**
 * What ONNX Runtime's own kernels keep for the backward pass, for full-length rows: per layer and token some vectors,
 * per head a row of attention; with checkpointing a vector a layer, and one layer whole.
 */
function activationBytes(
  { layerCount, width, heads, kvHeads, headSize, feedForwardSize, vocabularySize }: Architecture,
  values: SettingValues,
): number {
  const [rows, tokens] = [values['training.batch_size'], values['tokenizer.max_length']]
  const layer = 8 * width + 4 * (heads + 2 * kvHeads) * headSize + 6 * feedForwardSize + 3 * heads * tokens
  const layers = values['architecture.gradient_checkpointing'] ? layerCount * width + layer : layerCount * layer
  return rows * tokens * FLOAT_BYTES * (layers + 3 * vocabularySize)
}
