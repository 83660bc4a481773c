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

/** Theta, and one factor that positions are divided by. */
export function ropeConfig(metadata: MetadataReader): Record<string, unknown> {
  const factor = metadata.number('rope.scaling.factor', 1)
  return {
    rope_theta: metadata.number('rope.freq_base', 10_000),
    ...(factor === 1 ? {} : { rope_scaling: { rope_type: 'linear', factor } }),
  }
}
