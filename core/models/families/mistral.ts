import { z } from 'zod'
import type { Family } from '../architecture.ts'
import { readConfig } from '../config.ts'
import { LlamaFields, llamaDecoder, preNorm } from './llama-layers.ts'

const Config = LlamaFields.extend({ sliding_window: z.number().nullish() })

/** Mistral (Jiang et al. 2023): Llama with attention over a window of recent tokens. RakutenAI. */
export const mistral: Family = {
  modelTypes: ['mistral'],
  read(raw) {
    const config = readConfig(Config, raw)
    const options = { window: config.sliding_window ?? undefined }
    return llamaDecoder(config, (layer) =>
      preNorm(layer, layer.attention(layer.qkv(), { options }), layer.feedForward()),
    )
  },
}
