import type { SettingValues } from '../contract/index.ts'
import type { LocalModel } from '../hub/local-models.ts'
import { architectureOf, type Architecture } from '../models/family.ts'
import { optimizers, type Optimizer } from '../training/optimizers/index.ts'
import { trainableLayout } from '../training/trainable.ts'
import { keepsCopies, modelFilesOf } from '../weights/model-files.ts'

const FLOAT_BYTES = 4
/** Node, ONNX Runtime and the tokenizer before any model is loaded; measured. */
const BASE_BYTES = 220e6
/** Copies of a small model's weights: widened to float32, and packed for the forward and for the backward product. */
const WEIGHT_COPIES = 3
/** Bytes of one number of the base weights that lie on the device once; quantized ones with their scales. */
const RESIDENT_BYTES = { float32: 2, float16: 2, bfloat16: 2, int8: 1.07, int4: 0.57 } as const

/** Trainable parameters of a run and an estimate of its peak memory in bytes. Throws UserError for an unsupported model or unknown LoRA targets. */
export function estimateMemory(model: LocalModel, values: SettingValues): { trainableParameterCount: number; memoryBytes: number } {
  const architecture = architectureOf(model.checkpoint.config)
  const files = modelFilesOf(model.checkpoint)
  const { parameterCount } = trainableLayout(files, values)
  const dtype = values['architecture.backbone_dtype']
  const weights = model.parameterCount * (keepsCopies(files, dtype) ? FLOAT_BYTES * WEIGHT_COPIES : RESIDENT_BYTES[dtype])
  const activations = activationBytes(architecture, values)
  return { trainableParameterCount: parameterCount, memoryBytes: BASE_BYTES + weights + trainableBytes(parameterCount, optimizers[values['training.optimizer']]) + activations }
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
