import type { DeviceKind, SettingValues } from '../contract/index.ts'
import type { LocalModel } from '../hub/local-models.ts'
import { architectureOf, type Architecture } from '../models/family.ts'
import { isFeedForwardLean, lossChunksFor } from '../training/memory-policy.ts'
import { optimizers, type Optimizer } from '../training/optimizers/index.ts'
import { trainableLayout } from '../training/trainable.ts'
import { keepsCopies, modelFilesOf } from '../weights/model-files.ts'

const FLOAT_BYTES = 4
/** float16 and bfloat16. */
const HALF_BYTES = 2
/** Values as wide as the feed-forward layer that live at once in the backward pass. */
const WIDE_COPIES = 4
/** CUDA's context, cuBLAS and recorded steps; measured (nvidia-smi beside what the arenas have taken). */
const CUDA_BASE_BYTES = 1.2e9
/** Node, ONNX Runtime and the tokenizer before any model is loaded; measured. */
const BASE_BYTES = 220e6
/** Copies of a small model's weights: widened to float32, and packed for the forward and for the backward product. */
const WEIGHT_COPIES = 3
/** Bytes of one number of the base weights that lie on the device once; quantized ones with their scales. */
const RESIDENT_BYTES = { float32: 2, float16: 2, bfloat16: 2, int8: 1.07, int4: 0.57 } as const

/** Trainable parameters of a run and an estimate of its peak memory in bytes: of the GPU's memory where that is computed on. Throws UserError for an unsupported model or unknown LoRA targets. */
export function estimateMemory(model: LocalModel, values: SettingValues, device: DeviceKind): { trainableParameterCount: number; memoryBytes: number } {
  const architecture = architectureOf(model.checkpoint.config)
  const files = modelFilesOf(model.checkpoint)
  const { parameterCount } = trainableLayout(files, values)
  const trainable = trainableBytes(parameterCount, optimizers[values['training.optimizer']])
  if (device === 'cuda' && values['environment.precision'] !== 'float32') return { trainableParameterCount: parameterCount, memoryBytes: CUDA_BASE_BYTES + trainable + halvesBytes(architecture, model.parameterCount, values) }
  const dtype = values['architecture.backbone_dtype']
  const weights = model.parameterCount * (keepsCopies(files, dtype) ? FLOAT_BYTES * WEIGHT_COPIES : RESIDENT_BYTES[dtype])
  return { trainableParameterCount: parameterCount, memoryBytes: BASE_BYTES + weights + trainable + activationBytes(architecture, values) }
}

/** What a step in halves takes on CUDA besides what is trained: the weights, what the forward pass keeps in the layout of our kernels, and the widest values of the moment. */
export function halvesBytes(architecture: Architecture, parameterCount: number, values: SettingValues): number {
  const { layerCount, width, heads, kvHeads, headSize, feedForwardSize, vocabularySize, linears } = architecture
  const dtype = values['architecture.backbone_dtype']
  const [rows, length] = [values['training.batch_size'], values['tokenizer.max_length']]
  const tokens = rows * length
  // Where linear layers lie in few bits, the embeddings do not.
  const inFewBits = dtype === 'int8' || dtype === 'int4' ? linears.reduce((sum, { inSize, outSize }) => sum + inSize * outSize, 0) : 0
  const weights = RESIDENT_BYTES[dtype] * inFewBits + HALF_BYTES * (parameterCount - inFewBits)
  // Of a layer: both its residual sums and every linear layer's result, or both sums, q, k, v and what attention gives.
  const results = linears.reduce((sum, { outSize }) => sum + outSize, 0) / layerCount + heads * headSize
  const kept = isFeedForwardLean('cuda', values) ? 2 * width + 2 * (heads + kvHeads) * headSize : results
  const layers = values['architecture.gradient_checkpointing'] ? layerCount * width + results : layerCount * kept
  const logits = (tokens / lossChunksFor(rows, length)) * vocabularySize * (FLOAT_BYTES + 2 * HALF_BYTES)
  return weights + HALF_BYTES * tokens * (layers + WIDE_COPIES * feedForwardSize) + logits
}

/** p, the gradient, and the optimizer's vectors. */
function trainableBytes(parameterCount: number, { state }: Optimizer): number {
  const stateBytes = Object.values(state).reduce((sum, { dtype, length }) => sum + length(parameterCount) * (dtype === 'float32' ? FLOAT_BYTES : 1), 0)
  return 2 * FLOAT_BYTES * parameterCount + stateBytes
}

/** What the forward pass keeps for the backward pass, for full-length rows: per layer and token some vectors, per head a row of attention; with checkpointing a vector a layer, and one layer whole. */
function activationBytes({ layerCount, width, heads, kvHeads, headSize, feedForwardSize, vocabularySize }: Architecture, values: SettingValues): number {
  const [rows, tokens] = [values['training.batch_size'], values['tokenizer.max_length']]
  const layer = 8 * width + 4 * (heads + 2 * kvHeads) * headSize + 6 * feedForwardSize + 3 * heads * tokens
  const layers = values['architecture.gradient_checkpointing'] ? layerCount * width + layer : layerCount * layer
  return rows * tokens * FLOAT_BYTES * (layers + 3 * vocabularySize)
}
