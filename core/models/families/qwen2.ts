import type { Family } from '../architecture.ts'
import { rmsNorms } from '../blocks/norm.ts'
import { readConfig } from '../config.ts'
import { decoder } from '../decoder.ts'
import { rotaryOf } from '../rotary.ts'
import { LlamaFields, llamaLayers, llamaParts, preNorm } from './llama-layers.ts'
import { WindowFields, windowOf } from './sliding-window.ts'

const Config = LlamaFields.extend(WindowFields.shape)

/** Qwen2 and 2.5 (Yang et al. 2024): Llama with biases of q, k and v. TinySwallow. */
export const qwen2: Family = {
  modelTypes: ['qwen2'],
  read(raw) {
    const config = readConfig(Config, raw)
    const norms = rmsNorms(config.rms_norm_eps)
    const parts = llamaParts(config)
    return decoder({
      ...parts,
      rotaries: [rotaryOf(config, config.hidden_size / config.num_attention_heads)],
      layers: llamaLayers(config, norms, (layer) => {
        const options = { window: windowOf(config, layer.index) }
        return preNorm(layer, layer.attention(layer.qkv({ bias: true }), { options }), layer.feedForward())
      }),
      norm: norms('model.norm', parts.width),
    })
  },
}
