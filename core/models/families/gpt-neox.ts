import { z } from 'zod'
import { activationNames } from '../activations.ts'
import type { Family } from '../architecture.ts'
import { attention } from '../blocks/attention.ts'
import type { Layer } from '../blocks/block.ts'
import { droppedEmbedding, tokenEmbedding } from '../blocks/embedding.ts'
import { feedForward } from '../blocks/feed-forward.ts'
import { layerNorms, normBefore, type Norms } from '../blocks/norm.ts'
import { fusedByHead } from '../blocks/projection.ts'
import { dropped, parallel, sequential } from '../blocks/residual.ts'
import { entry, readConfig } from '../config.ts'
import { decoder } from '../decoder.ts'
import type { LinearSpec } from '../lora.ts'
import { ropeFields, rotaryOf } from '../rotary.ts'

const Config = z.object({
  ...ropeFields,
  vocab_size: z.number(),
  hidden_size: z.number(),
  num_hidden_layers: z.number(),
  num_attention_heads: z.number(),
  intermediate_size: z.number(),
  max_position_embeddings: entry(z.number(), 2048),
  hidden_act: entry(z.enum(activationNames), 'gelu'),
  rotary_pct: entry(z.number(), 0.25),
  rotary_emb_base: z.number().positive().nullish(),
  layer_norm_eps: entry(z.number(), 1e-5),
  use_parallel_residual: entry(z.boolean(), true),
  attention_bias: entry(z.boolean(), true),
  attention_dropout: entry(z.number().min(0).max(0.99), 0),
  hidden_dropout: entry(z.number().min(0).max(0.99), 0),
  tie_word_embeddings: entry(z.boolean(), false),
})
type Config = z.infer<typeof Config>

const TABLE = 'gpt_neox.embed_in.weight'
/** transformers 5 writes lm_head, published checkpoints say embed_out. */
const OUTPUT_LAYERS = ['lm_head.weight', 'embed_out.weight']

/**
 * GPT-NeoX (Black et al. 2022): LayerNorm, rotary positions of a part of each head, attention and feed-forward side by
 * side or in turn. LINE 3.6b, rinna, open-calm.
 */
export const gptNeox: Family = {
  modelTypes: ['gpt_neox'],
  read(raw) {
    const config = readConfig(Config, raw)
    const { hidden_size: width, num_attention_heads: heads, hidden_dropout: p } = config
    const norms = layerNorms(config.layer_norm_eps)
    const rope = {
      ...config,
      rope_theta: config.rotary_emb_base ?? config.rope_theta,
      partial_rotary_factor: config.rotary_pct,
    }
    return decoder({
      width,
      heads,
      kvHeads: heads,
      headSize: width / heads,
      feedForwardSize: config.intermediate_size,
      vocabularySize: config.vocab_size,
      contextLength: config.max_position_embeddings,
      rotaries: [rotaryOf(rope, width / heads, { partial: true })],
      attentionDropout: config.attention_dropout,
      defaultTargets: ['query_key_value'],
      embedding: droppedEmbedding(tokenEmbedding(TABLE, [config.vocab_size, width]), p),
      layers: Array.from({ length: config.num_hidden_layers }, (_, index) => layerOf(config, norms, index)),
      norm: norms('gpt_neox.final_layer_norm', width),
      outputLayers: OUTPUT_LAYERS,
      tied: config.tie_word_embeddings,
    })
  },
}

function layerOf(config: Config, norms: Norms, index: number): Layer {
  const { hidden_size: width, intermediate_size: inner, attention_bias: attentionBias, hidden_dropout: p } = config
  const heads = config.num_attention_heads
  const path = `gpt_neox.layers.${index}`
  const linear = (name: string, inSize: number, outSize: number, bias = true): LinearSpec => ({
    path: `${path}.${name}`,
    inSize,
    outSize,
    bias,
    reads: `${path}.${name}`,
  })
  const joined = linear('attention.query_key_value', width, 3 * width, attentionBias)
  const mix = attention({
    qkv: fusedByHead(joined, heads, width / heads),
    output: linear('attention.dense', width, width, attentionBias),
  })
  const feed = feedForward({
    up: linear('mlp.dense_h_to_4h', width, inner),
    down: linear('mlp.dense_4h_to_h', inner, width),
    activation: config.hidden_act,
  })
  const residual = config.use_parallel_residual ? parallel : sequential
  return residual(
    dropped(normBefore(norms(`${path}.input_layernorm`, width), mix), p),
    dropped(normBefore(norms(`${path}.post_attention_layernorm`, width), feed), p),
  )
}
