import { epsilonOf, firstMisfit, SILU, sizesOf, textOf, type GgufFamily } from './family.ts'
import { llamaConfig } from './llama-config.ts'
import { headNorms, layerRule, llamaAttention, llamaEnds, llamaFeedForward } from './llama-tensors.ts'
import { mainRotary, ropeEntries, unevenScaling } from './rope.ts'

/** OLMo 2. */
export const olmo2: GgufFamily = {
  modelTypes: ['olmo2'],
  architecture: 'olmo2',
  repeatsTiedHead: true,
  tensors: [
    ...llamaEnds,
    ...llamaAttention(),
    ...headNorms(),
    ...llamaFeedForward,
    layerRule('post_attention_layernorm', 'post_attention_norm'),
    layerRule('post_feedforward_layernorm', 'post_ffw_norm'),
  ],
  misfit(model) {
    const { width, heads, headSize } = model.architecture
    const activation = textOf(model, 'hidden_act', 'silu')
    const { attention_bias: bias } = model.config
    return (
      firstMisfit([
        ['hidden_act', activation, SILU.includes(activation)],
        ['attention_bias', bias, bias !== true],
        ['head_dim', headSize, headSize * heads === width],
      ]) ?? unevenScaling(mainRotary(model))
    )
  },
  metadata: (model) => ({
    ...sizesOf(model),
    ...epsilonOf(model, 'rms', 'rms_norm_eps', 1e-5),
    ...ropeEntries(mainRotary(model)),
  }),
  config(metadata) {
    const { head_dim: _, ...config } = llamaConfig(metadata)
    return {
      ...config,
      model_type: 'olmo2',
      architectures: ['Olmo2ForCausalLM'],
      hidden_act: 'silu',
      tie_word_embeddings: false,
    }
  },
}
