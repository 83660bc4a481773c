import { z } from 'zod'
import { readConfig } from './config.ts'
import { decoder, DecoderFields } from './decoder.ts'
import type { Family } from './family.ts'
import { rotaryOf } from './rotary.ts'

const Config = DecoderFields.extend({ sliding_window: z.number().nullish() })

/** Mistral (Jiang et al. 2023): Llama with attention over a window of recent tokens. RakutenAI. */
export const mistral: Family = {
  modelTypes: ['mistral'],
  read(raw) {
    const config = readConfig(Config, raw)
    const headSize = config.head_dim ?? config.hidden_size / config.num_attention_heads
    return decoder({
      config,
      rotaries: [rotaryOf(config, headSize)],
      attention: () => ({ window: config.sliding_window ?? undefined }),
    })
  },
}
