import { z } from 'zod'
import type { Family } from '../architecture.ts'
import { readConfig } from '../config.ts'
import { LlamaFields, llamaDecoder, preNorm } from './llama-layers.ts'

const Config = LlamaFields.extend({ attention_bias: z.boolean().default(false), mlp_bias: z.boolean().default(false) })

/**
 * Llama 2 and 3 (Touvron et al. 2023): RMSNorm before each part, rotary positions, grouped queries, a gated feed-forward
 * layer. llm-jp-3, Sarashina2, ELYZA, Swallow.
 */
export const llama: Family = {
  modelTypes: ['llama'],
  read(raw) {
    const config = readConfig(Config, raw)
    const bias = config.attention_bias
    return llamaDecoder(config, (layer) =>
      preNorm(layer, layer.attention(layer.qkv({ bias }), { bias }), layer.feedForward({ bias: config.mlp_bias })),
    )
  },
}
