import { onePlus } from '../changes.ts'
import { float32, uint32 } from '../values.ts'
import { epsilonOf, firstMisfit, headSizes, numberOf, sizesOf, type GgufFamily } from './family.ts'
import { gemmaMisfit } from './gemma.ts'
import { llamaConfig } from './llama-config.ts'
import { headNorms, llamaAttention, llamaEnds, llamaFeedForward, sandwichNorms } from './llama-tensors.ts'
import { mainRotary, ropeEntries, unevenScaling } from './rope.ts'
import { slidingLayers, windowOf } from './window.ts'

const WIDE_LAYERS = 62
const LOCAL_THETA = 10_000
/** Every sixth layer attends to everything. */
const slides = (layer: number): boolean => (layer + 1) % 6 !== 0

/** Gemma 3, text. */
export const gemma3: GgufFamily = {
  modelTypes: ['gemma3_text'],
  architecture: 'gemma3',
  tensors: [
    ...llamaEnds.map((entry) => (entry.theirs === 'output_norm.weight' ? { ...entry, change: onePlus } : entry)),
    ...llamaAttention(),
    ...headNorms(onePlus),
    ...llamaFeedForward,
    ...sandwichNorms(onePlus),
  ],
  misfit(model) {
    const { softcaps, layerCount, rotaries } = model.architecture
    const pattern = numberOf(model, 'sliding_window_pattern', 6)
    const layers = slidingLayers(model) ?? Array.from({ length: layerCount }, (_, layer) => (layer + 1) % pattern !== 0)
    const local = rotaries[1]
    return (
      gemmaMisfit(model, WIDE_LAYERS) ??
      firstMisfit([
        ['attn_logit_softcapping', softcaps?.attention, softcaps?.attention == null],
        ['final_logit_softcapping', softcaps?.logits, softcaps?.logits == null],
        ['layer_types', layers, layers.every((found, layer) => found === slides(layer))],
        ['sliding_window', null, windowOf(model, 4096) !== null],
        ['rope_local_base_freq', local?.theta, local?.theta === LOCAL_THETA],
      ]) ??
      unevenScaling(mainRotary(model)) ??
      (local ? unevenScaling(local) : null)
    )
  },
  metadata: (model) => ({
    ...sizesOf(model),
    ...headSizes(model),
    ...epsilonOf(model, 'rms', 'rms_norm_eps', 1e-6),
    ...ropeEntries(mainRotary(model)),
    'rope.freq_base_swa': float32(LOCAL_THETA),
    'attention.sliding_window': uint32(windowOf(model, 4096) ?? 0),
  }),
  config(metadata) {
    const config = llamaConfig(metadata)
    const isWide = metadata.number('block_count') === WIDE_LAYERS
    return {
      ...config,
      model_type: 'gemma3_text',
      architectures: ['Gemma3ForCausalLM'],
      hidden_activation: 'gelu_pytorch_tanh',
      tie_word_embeddings: true,
      query_pre_attn_scalar: isWide
        ? metadata.number('embedding_length') / metadata.number('attention.head_count')
        : config['head_dim'],
      rope_local_base_freq: metadata.number('rope.freq_base_swa', LOCAL_THETA),
      sliding_window: metadata.number('attention.sliding_window'),
      sliding_window_pattern: 6,
    }
  },
}
