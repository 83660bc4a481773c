import type { MetadataReader } from './family.ts'

/** config.json's sizes by Llama's names. */
export function llamaConfig(metadata: MetadataReader): Record<string, unknown> {
  const heads = metadata.number('attention.head_count')
  const width = metadata.number('embedding_length')
  return {
    hidden_size: width,
    intermediate_size: metadata.number('feed_forward_length'),
    num_hidden_layers: metadata.number('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: metadata.number('attention.head_count_kv', heads),
    head_dim: metadata.number('attention.key_length', metadata.number('rope.dimension_count', width / heads)),
    max_position_embeddings: metadata.number('context_length'),
    rms_norm_eps: metadata.number('attention.layer_norm_rms_epsilon'),
    vocab_size: metadata.vocabularySize,
    tie_word_embeddings: !metadata.hasTensor('output.weight'),
    ...ropeConfig(metadata),
  }
}

/** Theta, and what positions are divided by: one factor, or one for each pair. */
export function ropeConfig(metadata: MetadataReader): Record<string, unknown> {
  const short = metadata.values('rope_freqs.weight') ?? metadata.values('rope_factors_short.weight')
  if (short) return { rope_theta: metadata.number('rope.freq_base', 10_000), rope_scaling: longRope(metadata, short) }
  const factor = metadata.number('rope.scaling.factor', 1)
  return {
    rope_theta: metadata.number('rope.freq_base', 10_000),
    ...(factor === 1 ? {} : { rope_scaling: scalingOf(metadata, factor) }),
  }
}

const scalingOf = (metadata: MetadataReader, factor: number): Record<string, unknown> =>
  metadata.text('rope.scaling.type', 'linear') === 'yarn'
    ? {
        rope_type: 'yarn',
        factor,
        original_max_position_embeddings: metadata.number(
          'rope.scaling.original_context_length',
          metadata.number('context_length'),
        ),
      }
    : { rope_type: 'linear', factor }

/** LongRoPE has a factor for each pair: those of another scheme are the same for short and long texts. */
const longRope = (metadata: MetadataReader, short: readonly number[]): Record<string, unknown> => ({
  rope_type: 'longrope',
  short_factor: short,
  long_factor: metadata.values('rope_factors_long.weight') ?? short,
  attention_factor: metadata.number('rope.scaling.attn_factor', 1),
  original_max_position_embeddings: metadata.number(
    'rope.scaling.original_context_length',
    metadata.number('context_length'),
  ),
})
