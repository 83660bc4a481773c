import { z } from 'zod'
import { readConfig } from './config.ts'
import { decoder, DecoderFields } from './decoder.ts'
import type { Family } from './family.ts'
import { rotaryOf } from './rotary.ts'

const Config = DecoderFields.extend({
  sliding_window: z.number().nullish(),
  embd_pdrop: z.number().default(0),
  resid_pdrop: z.number().default(0),
})

/** Phi-3 and 4-mini (Abdin et al. 2024): Llama with q, k, v in one layer, gate and up in another, and LongRoPE. */
export const phi3: Family = {
  modelTypes: ['phi3'],
  read(raw) {
    const config = readConfig(Config, raw)
    return decoder({
      config,
      rotaries: [rotaryOf(config, config.head_dim ?? config.hidden_size / config.num_attention_heads)],
      fused: true,
      attention: () => ({ window: config.sliding_window ?? undefined }),
      embeddingDropout: config.embd_pdrop,
      residualDropout: config.resid_pdrop,
      // PEFT knows no default for phi3; these are what its users name.
      defaultTargets: ['qkv_proj', 'o_proj'],
    })
  },
}
