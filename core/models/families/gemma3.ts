import { z } from 'zod'
import type { Family } from '../architecture.ts'
import { offsetRmsNorms } from '../blocks/norm.ts'
import { entry, readConfig } from '../config.ts'
import { decoder } from '../decoder.ts'
import { ropeFields, rotaryOf } from '../rotary.ts'
import { GemmaFields, gemmaParts, sandwiched } from './gemma-layers.ts'
import { llamaLayers } from './llama-layers.ts'

const Rope = ropeFields.rope_parameters
const Config = GemmaFields.extend({
  vocab_size: entry(z.number(), 262_208),
  hidden_size: entry(z.number(), 2304),
  intermediate_size: entry(z.number(), 9216),
  num_hidden_layers: entry(z.number(), 26),
  num_attention_heads: entry(z.number(), 8),
  max_position_embeddings: entry(z.number(), 131_072),
  sliding_window: z.number().nullable().default(4096),
  sliding_window_pattern: entry(z.number().int().positive(), 6),
  rope_theta: entry(z.number().positive(), 1_000_000),
  rope_local_base_freq: entry(z.number().positive(), 10_000),
  rope_parameters: z.object({ full_attention: Rope, sliding_attention: Rope }).nullish(),
})

/** Number of the rotary scheme of layers with a window. */
const LOCAL = 1

/**
 * Gemma 3, text (Gemma Team 2025): Gemma 2 with normed heads instead of caps; five layers with a window and slow rotary
 * positions to one without.
 */
export const gemma3: Family = {
  modelTypes: ['gemma3_text'],
  read(raw) {
    const config = readConfig(Config, raw)
    const bias = config.attention_bias
    const slides = (layer: number) =>
      config.layer_types
        ? config.layer_types[layer] === 'sliding_attention'
        : (layer + 1) % config.sliding_window_pattern !== 0
    const { rope_parameters: ropes } = config
    const full = rotaryOf(
      { ...config, rope_scaling: { ...ropes?.full_attention, ...config.rope_scaling }, rope_parameters: null },
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
    const norms = offsetRmsNorms(config.rms_norm_eps)
    const parts = gemmaParts(config)
    return decoder({
      ...parts.decoder,
      rotaries: [full, local],
      layers: llamaLayers(config, norms, (layer) => {
        const range = slides(layer.index) ? { window: config.sliding_window ?? undefined, rotary: LOCAL } : {}
        const qkv = layer.headNorm(layer.qkv({ bias }))
        const attention = layer.attention(qkv, { bias, options: { ...parts.scores, ...range } })
        return sandwiched(layer, attention, layer.feedForward(parts))
      }),
      norm: norms('model.norm', config.hidden_size),
    })
  },
}
