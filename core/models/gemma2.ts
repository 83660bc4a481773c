import { z } from 'zod'
import { activationNames, readConfig } from './config.ts'
import { decoder, DecoderFields } from './decoder.ts'
import type { Family } from './family.ts'
import { rotaryOf } from './rotary.ts'

const Config = DecoderFields.extend({
  head_dim: z.number().default(256),
  hidden_activation: z.enum(activationNames).nullish(),
  attention_bias: z.boolean().default(false),
  query_pre_attn_scalar: z.number().default(256),
  sliding_window: z.number().nullish(),
  layer_types: z.array(z.string()).nullish(),
  attn_logit_softcapping: z.number().nullish(),
  final_logit_softcapping: z.number().nullish(),
  tie_word_embeddings: z.boolean().default(true),
})

/** Gemma 2 (Gemma Team 2024): four norms a layer, capped scores and logits, every other layer attends to a window. */
export const gemma2: Family = {
  modelTypes: ['gemma2'],
  read(raw) {
    const config = readConfig(Config, raw)
    const slides = (layer: number) =>
      config.layer_types ? config.layer_types[layer] === 'sliding_attention' : layer % 2 === 0
    return decoder({
      config,
      rotaries: [rotaryOf(config, config.head_dim)],
      activation: config.hidden_activation ?? 'gelu_pytorch_tanh',
      qkvBias: config.attention_bias,
      outputBias: config.attention_bias,
      normOffset: true,
      sandwich: true,
      embeddingScale: Math.sqrt(config.hidden_size),
      logitCap: config.final_logit_softcapping ?? null,
      attention: (layer) => ({
        window: slides(layer) ? (config.sliding_window ?? undefined) : undefined,
        softcap: config.attn_logit_softcapping ?? undefined,
        scale: config.query_pre_attn_scalar ** -0.5,
      }),
    })
  },
}
