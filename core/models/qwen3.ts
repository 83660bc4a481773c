import { z } from 'zod'
import { readConfig } from './config.ts'
import { decoder, DecoderFields } from './decoder.ts'
import type { Family } from './family.ts'
import { rotaryOf } from './rotary.ts'
import { WindowFields, windowOf } from './window.ts'

const Config = DecoderFields.extend({
  ...WindowFields.shape,
  head_dim: z.number().default(128),
  attention_bias: z.boolean().default(false),
})

/** Qwen3 (Yang et al. 2025): Llama with RMSNorm of every query's and key's head. */
export const qwen3: Family = {
  modelTypes: ['qwen3'],
  read(raw) {
    const config = readConfig(Config, raw)
    return decoder({
      config,
      rotaries: [rotaryOf(config, config.head_dim)],
      headNorm: true,
      qkvBias: config.attention_bias,
      outputBias: config.attention_bias,
      attention: (layer) => ({ window: windowOf(config, layer) }),
    })
  },
}
