import { epsilonOf, firstMisfit, SILU, sizesOf, textOf, type GgufFamily } from './family.ts'
import { llamaConfig } from './llama-config.ts'
import { llamaAttention, llamaEnds, llamaFeedForward, llamaNorms } from './llama-tensors.ts'
import { neitherEvenNorYarn, ropeOrYarnEntries } from './rope.ts'
import { contextInWindow, qwenWindow } from './window.ts'

/** Qwen2 and 2.5. */
export const qwen2: GgufFamily = {
  modelTypes: ['qwen2'],
  architecture: 'qwen2',
  tensors: [...llamaEnds, ...llamaAttention(), ...llamaFeedForward, ...llamaNorms],
  misfit(model) {
    const { width, heads, headSize } = model.architecture
    const activation = textOf(model, 'hidden_act', 'silu')
    return (
      firstMisfit([
        ['hidden_act', activation, SILU.includes(activation)],
        ['head_dim', headSize, headSize * heads === width],
      ]) ?? neitherEvenNorYarn(model)
    )
  },
  metadata: (model) => ({
    ...sizesOf(model),
    ...epsilonOf(model, 'rms', 'rms_norm_eps', 1e-6),
    ...ropeOrYarnEntries(model),
    ...contextInWindow(model, qwenWindow(model)),
  }),
  config: (metadata) => ({
    ...llamaConfig(metadata),
    model_type: 'qwen2',
    architectures: ['Qwen2ForCausalLM'],
    hidden_act: 'silu',
    use_sliding_window: false,
  }),
}
