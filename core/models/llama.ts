import { z } from 'zod'
import { readConfig } from './config.ts'
import { decoder, DecoderFields } from './decoder.ts'
import type { Family } from './family.ts'
import { rotaryOf } from './rotary.ts'

const Config = DecoderFields.extend({
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
})

/** Llama 2 and 3 (Touvron et al. 2023), and what follows their plan: llm-jp-3, Sarashina2, ELYZA, Swallow. */
export const llama: Family = {
  modelTypes: ['llama'],
  read(raw) {
    const config = readConfig(Config, raw)
    const headSize = config.head_dim ?? config.hidden_size / config.num_attention_heads
    return decoder({
      config,
      rotaries: [rotaryOf(config, headSize)],
      qkvBias: config.attention_bias,
      outputBias: config.attention_bias,
      mlpBias: config.mlp_bias,
    })
  },
}
