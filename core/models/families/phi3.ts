import { z } from 'zod'
import type { Family } from '../architecture.ts'
import { droppedEmbedding } from '../blocks/embedding.ts'
import { normBefore } from '../blocks/norm.ts'
import { dropped, sequential } from '../blocks/residual.ts'
import { entry, only, readConfig } from '../config.ts'
import { rotaryOf } from '../rotary.ts'
import { LlamaFields, attentionSizes, llamaDecoder, llamaParts, type LlamaLayer } from './llama-layers.ts'

const Config = LlamaFields.extend({
  rms_norm_eps: entry(z.number(), 1e-5),
  max_position_embeddings: entry(z.number(), 4096),
  original_max_position_embeddings: entry(z.number().positive(), 4096),
  sliding_window: z.number().nullish(),
  embd_pdrop: entry(z.number(), 0),
  resid_pdrop: entry(z.number(), 0),
  attention_bias: only(false),
  mlp_bias: only(false),
  lm_head_bias: only(false),
})

/** Entries of Phi-4-mini that its published code does not read either. */
const IGNORED = ['interpolate_factor', 'full_attn_mod']

/** Phi-3 called LongRoPE so before it was published. */
const ROPE = { partial: true, names: { su: 'longrope', yarn: 'longrope' } }

/** Phi-3 and 4-mini (Abdin et al. 2024): Llama with q, k, v in one layer, gate and up in another, and LongRoPE. */
export const phi3: Family = {
  modelTypes: ['phi3'],
  read(raw) {
    const config = readConfig(Config, raw, IGNORED)
    const options = { window: config.sliding_window ?? undefined }
    const layers = (layer: LlamaLayer) => {
      const attention = layer.attention(layer.fusedQkv(), { options })
      return sequential(
        dropped(normBefore(layer.norm('input_layernorm'), attention), config.resid_pdrop),
        dropped(normBefore(layer.norm('post_attention_layernorm'), layer.fusedFeedForward()), config.resid_pdrop),
      )
    }
    return llamaDecoder(config, layers, {
      rotaries: [rotaryOf(config, attentionSizes(config).headSize, ROPE)],
      // PEFT knows no default for phi3; these are what its users name.
      defaultTargets: ['qkv_proj', 'o_proj'],
      embedding: droppedEmbedding(llamaParts(config).embedding, config.embd_pdrop),
    })
  },
}
