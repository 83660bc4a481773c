import { onePlus } from '../changes.ts'
import { float32, uint32 } from '../values.ts'
import { epsilonOf, firstMisfit, headSizes, sizesOf, type GgufFamily } from './family.ts'
import { gemmaMisfit } from './gemma.ts'
import { llamaConfig } from './llama-config.ts'
import { llamaAttention, llamaEnds, llamaFeedForward, sandwichNorms } from './llama-tensors.ts'
import { mainRotary, ropeEntries, unevenScaling } from './rope.ts'
import { slidingLayers, windowOf } from './window.ts'

const WIDE_LAYERS = 46
/** Every other layer attends to a window, the first one too. */
const slides = (layer: number): boolean => layer % 2 === 0

/** Gemma 2. */
export const gemma2: GgufFamily = {
  modelTypes: ['gemma2'],
  architecture: 'gemma2',
  tensors: [
    ...llamaEnds.map((entry) => (entry.theirs === 'output_norm.weight' ? { ...entry, change: onePlus } : entry)),
    ...llamaAttention(),
    ...llamaFeedForward,
    ...sandwichNorms(onePlus),
  ],
  misfit(model) {
    const { softcaps, layerCount } = model.architecture
    const layers = slidingLayers(model) ?? Array.from({ length: layerCount }, (_, layer) => slides(layer))
    return (
      gemmaMisfit(model, WIDE_LAYERS) ??
      firstMisfit([
        ['attn_logit_softcapping', null, softcaps?.attention != null],
        ['final_logit_softcapping', null, softcaps?.logits != null],
        ['layer_types', layers, layers.every((found, layer) => found === slides(layer))],
        ['sliding_window', null, windowOf(model, 4096) !== null],
      ]) ??
      unevenScaling(mainRotary(model))
    )
  },
  metadata: (model) => ({
    ...sizesOf(model),
    ...headSizes(model),
    ...epsilonOf(model, 'rms', 'rms_norm_eps', 1e-6),
    ...ropeEntries(mainRotary(model)),
    attn_logit_softcapping: float32(model.architecture.softcaps?.attention ?? 0),
    final_logit_softcapping: float32(model.architecture.softcaps?.logits ?? 0),
    'attention.sliding_window': uint32(windowOf(model, 4096) ?? 0),
  }),
  config(metadata) {
    const config = llamaConfig(metadata)
    const isWide = metadata.number('block_count') === WIDE_LAYERS
    return {
      ...config,
      model_type: 'gemma2',
      architectures: ['Gemma2ForCausalLM'],
      hidden_activation: 'gelu_pytorch_tanh',
      tie_word_embeddings: true,
      query_pre_attn_scalar: isWide
        ? metadata.number('embedding_length') / metadata.number('attention.head_count')
        : config['head_dim'],
      attn_logit_softcapping: metadata.number('attn_logit_softcapping', 50),
      final_logit_softcapping: metadata.number('final_logit_softcapping', 30),
      sliding_window: metadata.number('attention.sliding_window', 4096),
    }
  },
}
