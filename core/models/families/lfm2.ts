import { z } from 'zod'
import type { Family } from '../architecture.ts'
import { attention } from '../blocks/attention.ts'
import type { Block, Layer } from '../blocks/block.ts'
import { tokenEmbedding } from '../blocks/embedding.ts'
import { gatedFeedForward } from '../blocks/feed-forward.ts'
import { normBefore, perHead, rmsNorms, type Norms } from '../blocks/norm.ts'
import { queryKeyNorm, separate } from '../blocks/projection.ts'
import { sequential } from '../blocks/residual.ts'
import { shortConvolution } from '../blocks/short-convolution.ts'
import { readConfig } from '../config.ts'
import { decoder } from '../decoder.ts'
import type { LinearSpec } from '../lora.ts'
import { ropeFields, rotaryOf } from '../rotary.ts'

const Config = z.object({
  ...ropeFields,
  vocab_size: z.number(),
  hidden_size: z.number(),
  intermediate_size: z.number(),
  num_hidden_layers: z.number(),
  num_attention_heads: z.number(),
  num_key_value_heads: z.number(),
  layer_types: z.array(z.string()).nullish(),
  full_attn_idxs: z.array(z.number()).nullish(),
  norm_eps: z.number().default(1e-5),
  conv_bias: z.literal(false).default(false),
  conv_L_cache: z.number().default(3),
  block_auto_adjust_ff_dim: z.boolean().default(true),
  block_ffn_dim_multiplier: z.number().nullish(),
  block_multiple_of: z.number().default(256),
  rope_theta: z.number().nullish(),
})
type Config = z.infer<typeof Config>

const TABLE = 'model.embed_tokens.weight'
const DEFAULT_THETA = 1_000_000

/** LFM2 (Liquid AI 2025): layers of gated short convolutions, and a few of attention. LFM2.5-1.2B-JP. */
export const lfm2: Family = {
  modelTypes: ['lfm2'],
  read(raw) {
    const config = readConfig(Config, raw)
    const { hidden_size: width, num_attention_heads: heads } = config
    const norms = rmsNorms(config.norm_eps)
    const indices = Array.from({ length: config.num_hidden_layers }, (_, index) => index)
    return decoder({
      width,
      heads,
      kvHeads: config.num_key_value_heads,
      headSize: width / heads,
      feedForwardSize: feedForwardSize(config),
      vocabularySize: config.vocab_size,
      contextLength: config.max_position_embeddings,
      rotaries: [rotaryOf({ ...config, rope_theta: config.rope_theta ?? DEFAULT_THETA }, width / heads)],
      attentionDropout: 0,
      convolutions: indices.map((index) => (attends(config, index) ? null : config.conv_L_cache)),
      defaultTargets: ['q_proj', 'k_proj', 'v_proj', 'out_proj', 'in_proj', 'w1', 'w2', 'w3'],
      embedding: tokenEmbedding(TABLE, [config.vocab_size, width]),
      layers: indices.map((index) => layerOf(config, norms, index)),
      norm: norms('model.embedding_norm', width),
      outputLayers: [],
    })
  },
}

/** Whether a layer attends; it convolves where not. */
const attends = ({ layer_types: types, full_attn_idxs: indices }: Config, index: number): boolean =>
  types ? types[index] === 'full_attention' : (indices ?? []).includes(index)

/** The feed-forward layer's real width: two thirds, rounded up, where config.json asks for it. */
function feedForwardSize({
  intermediate_size: size,
  block_auto_adjust_ff_dim: adjusts,
  block_ffn_dim_multiplier: factor,
  block_multiple_of: unit,
}: Config): number {
  if (!adjusts) return size
  return unit * Math.ceil(Math.floor((factor ?? 1) * Math.floor((2 * size) / 3)) / unit)
}

function layerOf(config: Config, norms: Norms, index: number): Layer {
  const path = `model.layers.${index}`
  const { hidden_size: width } = config
  const inner = feedForwardSize(config)
  const linear = (name: string, reads: string, inSize: number, outSize: number): LinearSpec => ({
    path: `${path}.${name}`,
    inSize,
    outSize,
    bias: false,
    reads: `${path}.${reads}`,
  })
  const mix = attends(config, index)
    ? attentionOf(config, norms, { path, linear })
    : shortConvolution({
        input: linear('conv.in_proj', 'h', width, 3 * width),
        output: linear('conv.out_proj', 'mixed', width, width),
        weight: `${path}.conv.conv.weight`,
        width,
        kernel: config.conv_L_cache,
      })
  const feed = gatedFeedForward({
    gateUp: separate(linear('feed_forward.w1', 'f', width, inner), linear('feed_forward.w3', 'f', width, inner)),
    down: linear('feed_forward.w2', 'product', inner, width),
    activation: 'silu',
  })
  return sequential(
    normBefore(norms(`${path}.operator_norm`, width), mix),
    normBefore(norms(`${path}.ffn_norm`, width), feed),
  )
}

interface LayerNames {
  readonly path: string
  readonly linear: (name: string, reads: string, inSize: number, outSize: number) => LinearSpec
}

function attentionOf(config: Config, norms: Norms, { path, linear }: LayerNames): Block {
  const { hidden_size: width, num_attention_heads: heads, num_key_value_heads: kvHeads } = config
  const headSize = width / heads
  const project = (name: string, outSize: number) => linear(`self_attn.${name}`, 'h', width, outSize)
  const qkv = separate(
    project('q_proj', width),
    project('k_proj', headSize * kvHeads),
    project('v_proj', headSize * kvHeads),
  )
  const normOf = (name: string, count: number) => perHead(norms(`${path}.self_attn.${name}`, headSize), count, headSize)
  return attention({
    qkv: queryKeyNorm(qkv, normOf('q_layernorm', heads), normOf('k_layernorm', kvHeads)),
    output: linear('self_attn.out_proj', 'mixed', width, width),
  })
}
