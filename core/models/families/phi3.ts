import { z } from 'zod'
import type { Family } from '../architecture.ts'
import { droppedEmbedding } from '../blocks/embedding.ts'
import { normBefore } from '../blocks/norm.ts'
import { dropped, sequential } from '../blocks/residual.ts'
import { readConfig } from '../config.ts'
import { LlamaFields, llamaDecoder, llamaParts, type LlamaLayer } from './llama-layers.ts'

const Config = LlamaFields.extend({
  sliding_window: z.number().nullish(),
  embd_pdrop: z.number().default(0),
  resid_pdrop: z.number().default(0),
})

/** Phi-3 and 4-mini (Abdin et al. 2024): Llama with q, k, v in one layer, gate and up in another, and LongRoPE. */
export const phi3: Family = {
  modelTypes: ['phi3'],
  read(raw) {
    const config = readConfig(Config, raw)
    const options = { window: config.sliding_window ?? undefined }
    const layers = (layer: LlamaLayer) => {
      const attention = layer.attention(layer.fusedQkv(), { options })
      return sequential(
        dropped(normBefore(layer.norm('input_layernorm'), attention), config.resid_pdrop),
        dropped(normBefore(layer.norm('post_attention_layernorm'), layer.fusedFeedForward()), config.resid_pdrop),
      )
    }
    return llamaDecoder(config, layers, {
      // PEFT knows no default for phi3; these are what its users name.
      defaultTargets: ['qkv_proj', 'o_proj'],
      embedding: droppedEmbedding(llamaParts(config).embedding, config.embd_pdrop),
    })
  },
}
