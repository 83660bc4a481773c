import { string, uint32 } from '../values.ts'
import { epsilonOf, firstMisfit, SILU, sizesOf, textOf, type GgufFamily } from './family.ts'
import { llamaConfig } from './llama-config.ts'
import { layerRule, llamaEnds, llamaNorms } from './llama-tensors.ts'
import { longRopeDivisors, mainRotary, ropeEntries, unevenScaling } from './rope.ts'
import { contextInWindow, windowOf } from './window.ts'

/** Phi-3 and 4-mini. */
export const phi3: GgufFamily = {
  modelTypes: ['phi3'],
  architecture: 'phi3',
  tensors: [
    ...llamaEnds,
    ...llamaNorms,
    layerRule('self_attn.qkv_proj', 'attn_qkv'),
    layerRule('self_attn.o_proj', 'attn_output'),
    layerRule('mlp.gate_up_proj', 'ffn_up'),
    layerRule('mlp.down_proj', 'ffn_down'),
  ],
  misfit(model) {
    const { width, heads, headSize } = model.architecture
    const activation = textOf(model, 'hidden_act', 'silu')
    const rotary = mainRotary(model)
    return (
      firstMisfit([
        ['hidden_act', activation, SILU.includes(activation)],
        ['head_dim', headSize, headSize * heads === width],
      ]) ?? (rotary.long ? null : unevenScaling(rotary))
    )
  },
  metadata(model) {
    const rotary = mainRotary(model)
    return {
      ...sizesOf(model),
      ...epsilonOf(model, 'rms', 'rms_norm_eps', 1e-5),
      ...ropeEntries(rotary),
      ...contextInWindow(model, windowOf(model, null)),
      ...(rotary.long
        ? {
            'rope.scaling.type': string('longrope'),
            'rope.scaling.original_context_length': uint32(rotary.long.tokens),
          }
        : {}),
    }
  },
  extraTensors: (model) => longRopeDivisors(mainRotary(model)),
  config(metadata) {
    const { head_dim: _, ...config } = llamaConfig(metadata)
    const headSize = metadata.number('embedding_length') / metadata.number('attention.head_count')
    return {
      ...config,
      model_type: 'phi3',
      architectures: ['Phi3ForCausalLM'],
      hidden_act: 'silu',
      partial_rotary_factor: metadata.number('rope.dimension_count', headSize) / headSize,
      sliding_window: null,
      original_max_position_embeddings: metadata.number(
        'rope.scaling.original_context_length',
        metadata.number('context_length'),
      ),
    }
  },
}
