import { turnedPairs } from '../changes.ts'
import { epsilonOf, firstMisfit, headSizes, SILU, sizesOf, textOf, type GgufFamily } from './family.ts'
import { llamaConfig } from './llama-config.ts'
import { llamaAttention, llamaEnds, llamaFeedForward, llamaNorms } from './llama-tensors.ts'
import { mainRotary, ropeDivisors, ropeEntries, turnsLongTexts } from './rope.ts'

/** Llama, as llama.cpp has it: it turns neighbours instead of halves. */
export const llama: GgufFamily = {
  modelTypes: ['llama'],
  architecture: 'llama',
  tensors: [...llamaEnds, ...llamaAttention(turnedPairs), ...llamaFeedForward, ...llamaNorms],
  misfit(model) {
    const activation = textOf(model, 'hidden_act', 'silu')
    return firstMisfit([
      ['hidden_act', activation, SILU.includes(activation)],
      ['rope_scaling', 'longrope', !turnsLongTexts(mainRotary(model))],
    ])
  },
  metadata: (model) => ({
    ...sizesOf(model),
    ...headSizes(model),
    ...epsilonOf(model, 'rms', 'rms_norm_eps', 1e-6),
    ...ropeEntries(mainRotary(model)),
  }),
  extraTensors: (model) => ropeDivisors(mainRotary(model)),
  config: (metadata) => ({
    ...llamaConfig(metadata),
    model_type: 'llama',
    architectures: ['LlamaForCausalLM'],
    hidden_act: 'silu',
    attention_bias: metadata.hasTensor('blk.0.attn_q.bias'),
    mlp_bias: metadata.hasTensor('blk.0.ffn_up.bias'),
  }),
}
