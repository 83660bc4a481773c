import { z } from 'zod'
import type { Family } from '../architecture.ts'
import { entry, only, readConfig } from '../config.ts'
import { LlamaFields, llamaDecoder, preNorm } from './llama-layers.ts'

const Config = LlamaFields.extend({
  max_position_embeddings: entry(z.number(), 2048),
  attention_bias: entry(z.boolean(), false),
  mlp_bias: entry(z.boolean(), false),
  layer_types: z.array(z.literal('full_attention')).nullish(),
  rope_interleaved: only(false),
})

/** What Llama's formula does not depend on, in transformers neither: SmolLM's marks, and windows of other families. */
const IGNORED = ['is_llama_config', 'sliding_window', 'max_window_layers']

/**
 * Llama 2 and 3 (Touvron et al. 2023): RMSNorm before each part, rotary positions, grouped queries, a gated feed-forward
 * layer. llm-jp-3, Sarashina2, ELYZA, Swallow.
 */
export const llama: Family = {
  modelTypes: ['llama'],
  read(raw) {
    const config = readConfig(Config, raw, IGNORED)
    const bias = config.attention_bias
    return llamaDecoder(config, (layer) =>
      preNorm(layer, layer.attention(layer.qkv({ bias }), { bias }), layer.feedForward({ bias: config.mlp_bias })),
    )
  },
}
