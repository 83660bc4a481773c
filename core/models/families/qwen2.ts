import { z } from 'zod'
import type { Family } from '../architecture.ts'
import { entry, readConfig } from '../config.ts'
import { LlamaFields, llamaDecoder, preNorm } from './llama-layers.ts'
import { WindowFields, windowOf } from './sliding-window.ts'

const Config = LlamaFields.extend({
  ...WindowFields.shape,
  num_key_value_heads: z.number().nullable().default(32),
  max_position_embeddings: entry(z.number(), 32_768),
})

/** q, k and v always have biases, o has none; the attention for a million tokens is that of other software. */
const IGNORED = ['attention_bias', 'qkv_bias', 'dual_chunk_attention_config']

/** Qwen2 and 2.5 (Yang et al. 2024): Llama with biases of q, k and v. TinySwallow. */
export const qwen2: Family = {
  modelTypes: ['qwen2'],
  read(raw) {
    const config = readConfig(Config, raw, IGNORED)
    return llamaDecoder(config, (layer) => {
      const options = { window: windowOf(config, layer.index) }
      return preNorm(layer, layer.attention(layer.qkv({ bias: true }), { options }), layer.feedForward())
    })
  },
}
