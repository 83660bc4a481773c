import { z } from 'zod'
import type { Family } from '../architecture.ts'
import { normAfter } from '../blocks/norm.ts'
import { sequential } from '../blocks/residual.ts'
import { entry, only, readConfig } from '../config.ts'
import { LlamaFields, llamaDecoder } from './llama-layers.ts'

const Config = LlamaFields.extend({
  rms_norm_eps: entry(z.number(), 1e-5),
  max_position_embeddings: entry(z.number(), 2048),
  attention_bias: entry(z.boolean(), false),
  mlp_bias: only(false),
  layer_types: z.array(z.literal('full_attention')).nullish(),
})

/** OLMo 2 (OLMo Team 2024): Llama with norms after attention and feed-forward, and of q and k over their whole width. */
export const olmo2: Family = {
  modelTypes: ['olmo2'],
  read(raw) {
    const config = readConfig(Config, raw)
    const bias = config.attention_bias
    return llamaDecoder(config, (layer) => {
      const attention = layer.attention(layer.widthNorm(layer.qkv({ bias })), { bias })
      return sequential(
        normAfter(attention, layer.norm('post_attention_layernorm')),
        normAfter(layer.feedForward(), layer.norm('post_feedforward_layernorm')),
      )
    })
  },
}
