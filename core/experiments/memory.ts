import type { SettingValues } from '../contract/index.ts'
import type { LocalModel } from '../hub/local-models.ts'
import { architectureOf, loraTargets, type Architecture } from '../models/family.ts'
import { layOutLora } from '../models/lora.ts'

const FLOAT_BYTES = 4
/** Node, ONNX Runtime and the tokenizer before any model is loaded; measured. */
const BASE_BYTES = 220e6
/** Vectors of the trainable parameters: p, m, v, the gradient. */
const TRAINABLE_VECTORS = 4
/** Copies of the weights: widened to float32, and packed for the forward and for the backward product. */
const WEIGHT_COPIES = 3

/** Trainable parameters of a run and an estimate of its peak memory in bytes. Throws UserError for an unsupported model or unknown LoRA targets. */
export function estimateMemory(model: LocalModel, values: SettingValues): { trainableParameterCount: number; memoryBytes: number } {
  const architecture = architectureOf(model.checkpoint.config)
  const modules = loraTargets(architecture, values['training.lora_target_modules'])
  const { parameterCount } = layOutLora(modules, { rank: values['training.lora_r'], alpha: values['training.lora_alpha'] })
  const weights = model.parameterCount * FLOAT_BYTES * WEIGHT_COPIES
  const trainable = parameterCount * FLOAT_BYTES * TRAINABLE_VECTORS
  const activations = activationBytes(architecture, values['training.batch_size'], values['tokenizer.max_length'])
  return { trainableParameterCount: parameterCount, memoryBytes: BASE_BYTES + weights + trainable + activations }
}

/** What the forward pass keeps for the backward pass, for full-length rows: per layer and token some vectors, per head a row of attention. */
function activationBytes({ layerCount, width, heads, kvHeads, headSize, feedForwardSize, vocabularySize }: Architecture, rows: number, tokens: number): number {
  const perToken = 8 * width + 4 * (heads + 2 * kvHeads) * headSize + 6 * feedForwardSize
  const attention = 3 * heads * tokens
  const logits = 3 * vocabularySize
  return rows * tokens * FLOAT_BYTES * (layerCount * (perToken + attention) + logits)
}
