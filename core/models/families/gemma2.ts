import { z } from 'zod'
import type { Family } from '../architecture.ts'
import { offsetRmsNorms } from '../blocks/norm.ts'
import { entry, readConfig } from '../config.ts'
import { decoder } from '../decoder.ts'
import { rotaryOf } from '../rotary.ts'
import { GemmaFields, gemmaParts, sandwiched } from './gemma-layers.ts'
import { llamaLayers } from './llama-layers.ts'

const Config = GemmaFields.extend({
  max_position_embeddings: entry(z.number(), 8192),
  sliding_window: z.number().nullable().default(4096),
  attn_logit_softcapping: z.number().nullable().default(50),
  final_logit_softcapping: z.number().nullable().default(30),
})

/** Gemma 2 (Gemma Team 2024): four norms a layer, capped scores and logits, every other layer attends to a window. */
export const gemma2: Family = {
  modelTypes: ['gemma2'],
  read(raw) {
    const config = readConfig(Config, raw)
    const bias = config.attention_bias
    const slides = (layer: number) =>
      config.layer_types ? config.layer_types[layer] === 'sliding_attention' : layer % 2 === 0
    const norms = offsetRmsNorms(config.rms_norm_eps)
    const parts = gemmaParts(config)
    return decoder({
      ...parts.decoder,
      rotaries: [rotaryOf(config, config.head_dim)],
      layers: llamaLayers(config, norms, (layer) => {
        const window = slides(layer.index) ? (config.sliding_window ?? undefined) : undefined
        const attention = layer.attention(layer.qkv({ bias }), { bias, options: { ...parts.scores, window } })
        return sandwiched(layer, attention, layer.feedForward(parts))
      }),
      norm: norms('model.norm', config.hidden_size),
    })
  },
}
