import { z } from 'zod'
import type { Family } from '../architecture.ts'
import { entry, readConfig } from '../config.ts'
import { LlamaFields, llamaDecoder, preNorm } from './llama-layers.ts'
import { WindowFields, windowOf } from './sliding-window.ts'

const Config = LlamaFields.extend({
  ...WindowFields.shape,
  num_key_value_heads: z.number().nullable().default(32),
  max_position_embeddings: entry(z.number(), 32_768),
  head_dim: entry(z.number(), 128),
  attention_bias: entry(z.boolean(), false),
})

/** Qwen3 (Yang et al. 2025): Llama with RMSNorm of every query's and key's head. */
export const qwen3: Family = {
  modelTypes: ['qwen3'],
  read(raw) {
    const config = readConfig(Config, raw, ['dual_chunk_attention_config'])
    const bias = config.attention_bias
    return llamaDecoder(config, (layer) => {
      const options = { window: windowOf(config, layer.index) }
      const qkv = layer.headNorm(layer.qkv({ bias }))
      return preNorm(layer, layer.attention(qkv, { bias, options }), layer.feedForward())
    })
  },
}
