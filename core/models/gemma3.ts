import { z } from 'zod'
import { activationNames, readConfig } from './config.ts'
import { decoder, DecoderFields } from './decoder.ts'
import type { Family } from './family.ts'
import { ropeFields, rotaryOf } from './rotary.ts'

const Rope = ropeFields.rope_parameters
const Config = DecoderFields.extend({
  head_dim: z.number().default(256),
  hidden_activation: z.enum(activationNames).nullish(),
  attention_bias: z.boolean().default(false),
  query_pre_attn_scalar: z.number().default(256),
  sliding_window: z.number().default(4096),
  sliding_window_pattern: z.number().nullish(),
  _sliding_window_pattern: z.number().nullish(),
  layer_types: z.array(z.string()).nullish(),
  rope_theta: z.number().nullish(),
  rope_local_base_freq: z.number().default(10_000),
  rope_parameters: z.object({ full_attention: Rope, sliding_attention: Rope }).nullish(),
  final_logit_softcapping: z.number().nullish(),
  attn_logit_softcapping: z.number().nullish(),
  tie_word_embeddings: z.boolean().default(true),
})

const FULL_THETA = 1_000_000

/**
 * Gemma 3, text (Gemma Team 2025): Gemma 2 with normed heads instead of caps; five layers with a window and slow rotary
 * positions to one without.
 */
export const gemma3: Family = {
  modelTypes: ['gemma3_text'],
  read(raw) {
    const config = readConfig(Config, raw)
    const pattern = config.sliding_window_pattern ?? config._sliding_window_pattern ?? 6
    const slides = (layer: number) =>
      config.layer_types ? config.layer_types[layer] === 'sliding_attention' : (layer + 1) % pattern !== 0
    const { rope_parameters: ropes } = config
    const full = rotaryOf(
      { ...config, rope_theta: config.rope_theta ?? FULL_THETA, rope_parameters: ropes?.full_attention },
      config.head_dim,
    )
    const local = rotaryOf(
      {
        max_position_embeddings: config.max_position_embeddings,
        rope_theta: config.rope_local_base_freq,
        rope_parameters: ropes?.sliding_attention,
      },
      config.head_dim,
    )
    return decoder({
      config: { ...config, rope_parameters: null },
      rotaries: [full, local],
      activation: config.hidden_activation ?? 'gelu_pytorch_tanh',
      qkvBias: config.attention_bias,
      outputBias: config.attention_bias,
      headNorm: true,
      normOffset: true,
      sandwich: true,
      embeddingScale: Math.sqrt(config.hidden_size),
      logitCap: config.final_logit_softcapping ?? null,
      attention: (layer) => ({
        ...(slides(layer) ? { window: config.sliding_window, rotary: 1 } : {}),
        softcap: config.attn_logit_softcapping ?? undefined,
        scale: config.query_pre_attn_scalar ** -0.5,
      }),
    })
  },
}
