import { z } from 'zod'
import type { Family } from '../architecture.ts'
import { rmsNorms } from '../blocks/norm.ts'
import { readConfig } from '../config.ts'
import { decoder } from '../decoder.ts'
import { rotaryOf } from '../rotary.ts'
import { LlamaFields, llamaLayers, llamaParts, preNorm } from './llama-layers.ts'
import { WindowFields, windowOf } from './sliding-window.ts'

const Config = LlamaFields.extend({
  ...WindowFields.shape,
  head_dim: z.number().default(128),
  attention_bias: z.boolean().default(false),
})

/** Qwen3 (Yang et al. 2025): Llama with RMSNorm of every query's and key's head. */
export const qwen3: Family = {
  modelTypes: ['qwen3'],
  read(raw) {
    const config = readConfig(Config, raw)
    const bias = config.attention_bias
    const norms = rmsNorms(config.rms_norm_eps)
    const parts = llamaParts(config)
    return decoder({
      ...parts,
      rotaries: [rotaryOf(config, parts.headSize)],
      layers: llamaLayers(config, norms, (layer) => {
        const options = { window: windowOf(config, layer.index) }
        const qkv = layer.headNorm(layer.qkv({ bias }))
        return preNorm(layer, layer.attention(qkv, { bias, options }), layer.feedForward())
      }),
      norm: norms('model.norm', parts.width),
    })
  },
}
