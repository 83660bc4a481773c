import type { Family } from '../architecture.ts'
import { readConfig } from '../config.ts'
import { rotaryOf } from '../rotary.ts'
import { LlamaFields, llamaDecoder, preNorm, type LlamaLayer } from './llama-layers.ts'
import { WindowFields, windowOf } from './sliding-window.ts'

const Config = LlamaFields.extend(WindowFields.shape)

/** Qwen2 and 2.5 (Yang et al. 2024): Llama with biases of q, k and v. TinySwallow. */
export const qwen2: Family = {
  modelTypes: ['qwen2'],
  read(raw) {
    const config = readConfig(Config, raw)
    const layers = (layer: LlamaLayer) => {
      const options = { window: windowOf(config, layer.index) }
      return preNorm(layer, layer.attention(layer.qkv({ bias: true }), { options }), layer.feedForward())
    }
    return llamaDecoder(config, layers, {
      rotaries: [rotaryOf(config, config.hidden_size / config.num_attention_heads)],
    })
  },
}
