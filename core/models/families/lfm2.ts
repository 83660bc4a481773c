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
import { entry, only, readConfig } from '../config.ts'
import { decoder } from '../decoder.ts'
import type { LinearSpec } from '../lora.ts'
import { ropeFields, rotaryOf } from '../rotary.ts'

const Config = z.object({
  ...ropeFields,
  vocab_size: z.number(),
  hidden_size: z.number(),
  intermediate_size: entry(z.number(), 12_288),
  num_hidden_layers: z.number(),
  num_attention_heads: z.number(),
  num_key_value_heads: entry(z.number(), 8),
  head_dim: z.number().nullish(),
  max_position_embeddings: entry(z.number(), 128_000),
  layer_types: z.array(z.enum(['full_attention', 'attention', 'conv'])).nullish(),
  full_attn_idxs: z.array(z.number()).nullish(),
  norm_eps: entry(z.number(), 1e-5),
  conv_bias: only(false),
  conv_L_cache: entry(z.number(), 3),
  block_auto_adjust_ff_dim: entry(z.boolean(), true),
  block_ffn_dim_multiplier: z.number().nullable().default(1),
  block_multiple_of: entry(z.number(), 256),
  tie_word_embeddings: entry(z.boolean(), true),
  // The names of Liquid AI's own files, which count where both are there.
  block_ff_dim: z.number().nullish(),
  tie_embedding: z.boolean().nullish(),
  use_pos_enc: only(true),
})
type Config = z.infer<typeof Config>

/** What Liquid AI's own files say of the training, and say twice. */
const IGNORED = [
  'block_dim',
  'block_mlp_init_scale',
  'block_norm_eps',
  'block_out_init_scale',
  'block_use_swiglu',
  'block_use_xavier_init',
  'conv_dim',
  'conv_dim_out',
  'conv_use_xavier_init',
  'num_heads',
  'theta',
]

const TABLE = 'model.embed_tokens.weight'
const DEFAULT_THETA = 1_000_000

/** LFM2 (Liquid AI 2025): layers of gated short convolutions, and a few of attention. LFM2.5-1.2B-JP. */
export const lfm2: Family = {
  modelTypes: ['lfm2'],
  read(raw) {
    const config = readConfig(Config, raw, IGNORED)
    const { hidden_size: width, num_attention_heads: heads } = config
    const norms = rmsNorms(config.norm_eps)
    const indices = Array.from({ length: config.num_hidden_layers }, (_, index) => index)
    return decoder({
      width,
      heads,
      kvHeads: config.num_key_value_heads,
      headSize: headSizeOf(config),
      feedForwardSize: feedForwardSize(config),
      vocabularySize: config.vocab_size,
      contextLength: config.max_position_embeddings,
      rotaries: [rotaryOf(config, headSizeOf(config), { theta: DEFAULT_THETA })],
      attentionDropout: 0,
      convolutions: indices.map((index) => (attends(config, index) ? null : config.conv_L_cache)),
      defaultTargets: ['q_proj', 'k_proj', 'v_proj', 'out_proj', 'in_proj', 'w1', 'w2', 'w3'],
      embedding: tokenEmbedding(TABLE, [config.vocab_size, width]),
      layers: indices.map((index) => layerOf(config, norms, index)),
      norm: norms('model.embedding_norm', width),
      outputLayers: ['lm_head.weight'],
      tied: config.tie_embedding ?? config.tie_word_embeddings,
    })
  },
}

const headSizeOf = ({ hidden_size: width, num_attention_heads: heads, head_dim: size }: Config): number =>
  size ?? width / heads

/** Whether a layer attends; it convolves where not. */
const attends = ({ layer_types: types, full_attn_idxs: indices }: Config, index: number): boolean =>
  types ? types[index] !== 'conv' : (indices?.includes(index) ?? true)

/** The feed-forward layer's real width: two thirds, rounded up, where config.json asks for it. */
function feedForwardSize({
  intermediate_size: written,
  block_ff_dim: published,
  block_auto_adjust_ff_dim: adjusts,
  block_ffn_dim_multiplier: factor,
  block_multiple_of: unit,
}: Config): number {
  const size = published ?? written
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
  const headSize = headSizeOf(config)
  const project = (name: string, outSize: number) => linear(`self_attn.${name}`, 'h', width, outSize)
  const qkv = separate(
    project('q_proj', headSize * heads),
    project('k_proj', headSize * kvHeads),
    project('v_proj', headSize * kvHeads),
  )
  const normOf = (name: string, count: number) => perHead(norms(`${path}.self_attn.${name}`, headSize), count, headSize)
  return attention({
    qkv: queryKeyNorm(qkv, normOf('q_layernorm', heads), normOf('k_layernorm', kvHeads)),
    output: linear('self_attn.out_proj', 'mixed', headSize * heads, width),
  })
}
