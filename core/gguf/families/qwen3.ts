import { epsilonOf, firstMisfit, headSizes, SILU, sizesOf, textOf, type GgufFamily } from './family.ts'
import { llamaConfig } from './llama-config.ts'
import { headNorms, llamaAttention, llamaEnds, llamaFeedForward, llamaNorms } from './llama-tensors.ts'
import { neitherEvenNorYarn, ropeOrYarnEntries } from './rope.ts'
import { contextInWindow, qwenWindow } from './window.ts'

/** Qwen3. */
export const qwen3: GgufFamily = {
  modelTypes: ['qwen3'],
  architecture: 'qwen3',
  tensors: [...llamaEnds, ...llamaAttention(), ...headNorms(), ...llamaFeedForward, ...llamaNorms],
  misfit(model) {
    const activation = textOf(model, 'hidden_act', 'silu')
    return (
      firstMisfit([
        ['hidden_act', activation, SILU.includes(activation)],
        ['attention_bias', true, model.config['attention_bias'] !== true],
      ]) ?? neitherEvenNorYarn(model)
    )
  },
  metadata: (model) => ({
    ...sizesOf(model),
    ...headSizes(model),
    ...epsilonOf(model, 'rms', 'rms_norm_eps', 1e-6),
    ...ropeOrYarnEntries(model),
    ...contextInWindow(model, qwenWindow(model)),
  }),
  config: (metadata) => ({
    ...llamaConfig(metadata),
    model_type: 'qwen3',
    architectures: ['Qwen3ForCausalLM'],
    hidden_act: 'silu',
    attention_bias: false,
    use_sliding_window: false,
  }),
}
