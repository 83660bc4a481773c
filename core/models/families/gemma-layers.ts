import { z } from 'zod'
import { activationNames } from '../activations.ts'
import type { Block, Layer } from '../blocks/block.ts'
import { scaledEmbedding } from '../blocks/embedding.ts'
import { sandwich } from '../blocks/norm.ts'
import { sequential } from '../blocks/residual.ts'
import { entry, only } from '../config.ts'
import { LlamaFields, llamaParts, type LlamaLayer } from './llama-layers.ts'
import { layerKinds } from './sliding-window.ts'

/** What the config.json of Gemma 2 and 3 says in the same words. */
export const GemmaFields = LlamaFields.extend({
  num_key_value_heads: entry(z.number(), 4),
  head_dim: entry(z.number(), 256),
  hidden_activation: entry(z.enum(activationNames), 'gelu_pytorch_tanh'),
  attention_bias: entry(z.boolean(), false),
  query_pre_attn_scalar: entry(z.number().positive(), 256),
  layer_types: layerKinds.nullish(),
  attn_logit_softcapping: z.number().nullish(),
  final_logit_softcapping: z.number().nullish(),
  tie_word_embeddings: entry(z.boolean(), true),
  use_bidirectional_attention: only(false),
})

/** Scaled embeddings, capped scores and logits, and the activation by Gemma's name for it. */
export function gemmaParts(config: Omit<z.infer<typeof GemmaFields>, 'rope_parameters'>) {
  const parts = llamaParts(config)
  const softcap = config.attn_logit_softcapping ?? undefined
  return {
    activation: config.hidden_activation,
    scores: { softcap, scale: config.query_pre_attn_scalar ** -0.5 },
    decoder: {
      ...parts,
      embedding: scaledEmbedding(parts.embedding, Math.sqrt(config.hidden_size)),
      softcaps: { attention: softcap ?? null, logits: config.final_logit_softcapping ?? null },
    },
  }
}

/** A layer with norms before and after attention, and before and after the feed-forward part. */
export const sandwiched = (layer: LlamaLayer, attention: Block, feedForward: Block): Layer =>
  sequential(
    sandwich(layer.norm('input_layernorm'), attention, layer.norm('post_attention_layernorm')),
    sandwich(layer.norm('pre_feedforward_layernorm'), feedForward, layer.norm('post_feedforward_layernorm')),
  )
