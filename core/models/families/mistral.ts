import { z } from 'zod'
import type { Family } from '../architecture.ts'
import { rmsNorms } from '../blocks/norm.ts'
import { readConfig } from '../config.ts'
import { decoder } from '../decoder.ts'
import { rotaryOf } from '../rotary.ts'
import { LlamaFields, llamaLayers, llamaParts, preNorm } from './llama-layers.ts'

const Config = LlamaFields.extend({ sliding_window: z.number().nullish() })

/** Mistral (Jiang et al. 2023): Llama with attention over a window of recent tokens. RakutenAI. */
export const mistral: Family = {
  modelTypes: ['mistral'],
  read(raw) {
    const config = readConfig(Config, raw)
    const options = { window: config.sliding_window ?? undefined }
    const norms = rmsNorms(config.rms_norm_eps)
    const parts = llamaParts(config)
    return decoder({
      ...parts,
      rotaries: [rotaryOf(config, parts.headSize)],
      layers: llamaLayers(config, norms, (layer) =>
        preNorm(layer, layer.attention(layer.qkv(), { options }), layer.feedForward()),
      ),
      norm: norms('model.norm', parts.width),
    })
  },
}
