import { z } from 'zod'
import type { Value } from '../graph/ir.ts'
import { add, mul, reshape, rmsNorm, silu, split } from '../graph/ops/index.ts'
import { readConfig } from './config.ts'
import type { ModelContext } from './context.ts'
import type { Architecture, Family } from './family.ts'
import type { LinearSpec } from './lora.ts'
import { ropeFields, rotaryOf } from './rotary.ts'

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
    const layers = Array.from({ length: config.num_hidden_layers }, (_, index) => layerOf(config, index))
    return architecture(config, layers)
  },
}

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

interface Layer {
  readonly path: string
  /** q, k and v, or in_proj of a convolution. */
  readonly before: readonly LinearSpec[]
  readonly after: LinearSpec
  readonly isAttention: boolean
  readonly gateUp: readonly LinearSpec[]
  readonly down: LinearSpec
}

function layerOf(config: Config, index: number): Layer {
  const path = `model.layers.${index}`
  const { hidden_size: width, num_attention_heads: heads, num_key_value_heads: kvHeads } = config
  const inner = feedForwardSize(config)
  const isAttention = config.layer_types
    ? config.layer_types[index] === 'full_attention'
    : (config.full_attn_idxs ?? []).includes(index)
  const linear = (name: string, reads: string, inSize: number, outSize: number): LinearSpec => ({
    path: `${path}.${name}`,
    inSize,
    outSize,
    bias: false,
    reads: `${path}.${reads}`,
  })
  const keySize = (width / heads) * kvHeads
  const attention = (name: string, outSize: number) => linear(`self_attn.${name}`, 'h', width, outSize)
  return {
    path,
    isAttention,
    before: isAttention
      ? [attention('q_proj', width), attention('k_proj', keySize), attention('v_proj', keySize)]
      : [linear('conv.in_proj', 'h', width, 3 * width)],
    after: linear(`${isAttention ? 'self_attn' : 'conv'}.out_proj`, 'mixed', width, width),
    gateUp: [linear('feed_forward.w1', 'f', width, inner), linear('feed_forward.w3', 'f', width, inner)],
    down: linear('feed_forward.w2', 'product', inner, width),
  }
}

function architecture(config: Config, layers: readonly Layer[]): Architecture {
  const { hidden_size: width, num_attention_heads: heads } = config
  return {
    layerCount: layers.length,
    width,
    heads,
    kvHeads: config.num_key_value_heads,
    headSize: width / heads,
    feedForwardSize: feedForwardSize(config),
    vocabularySize: config.vocab_size,
    contextLength: config.max_position_embeddings,
    rotaries: [rotaryOf({ ...config, rope_theta: config.rope_theta ?? DEFAULT_THETA }, width / heads)],
    attentionDropout: 0,
    dropoutSites: 0,
    convolutions: layers.map(({ isAttention }) => (isAttention ? null : config.conv_L_cache)),
    linears: layers.flatMap(({ before, after, gateUp, down }) => [...before, after, ...gateUp, down]),
    defaultTargets: ['q_proj', 'k_proj', 'v_proj', 'out_proj', 'in_proj', 'w1', 'w2', 'w3'],
    embedding: TABLE,
    head: () => TABLE,
    forward: (context) => forward(context, config, layers),
  }
}

function forward(c: ModelContext, config: Config, layers: readonly Layer[]): Value {
  const { hidden_size: width, num_attention_heads: heads, num_key_value_heads: kvHeads, norm_eps: epsilon } = config
  const headSize = width / heads
  const norm = (x: Value, name: string) => rmsNorm(x, c.weight(`${name}.weight`, [width], 'float32'), epsilon)
  const perHead = (x: Value, name: string, count: number) =>
    reshape(rmsNorm(reshape(x, ['N', count, headSize]), c.weight(`${name}.weight`, [headSize], 'float32'), epsilon), [
      'N',
      count * headSize,
    ])

  let x = c.embed(TABLE, config.vocab_size, width)
  for (const [index, { path, before, after, isAttention, gateUp, down }] of layers.entries()) {
    x = c.layer(x, (x) => {
      const h = c.linears(norm(x, `${path}.operator_norm`), before)
      // From here on the last layer is needed only where logits are.
      const select = index === layers.length - 1 ? c.select : (value: Value) => value
      const mix = () => {
        if (isAttention) {
          const [q, k, v] = h as [Value, Value, Value]
          return c.attention(
            index,
            perHead(q, `${path}.self_attn.q_layernorm`, heads),
            perHead(k, `${path}.self_attn.k_layernorm`, kvHeads),
            v,
            {},
          )
        }
        // C · conv(B · x)
        const [inGate, outGate, value] = split(h[0] as Value, [width, width, width], 1) as [Value, Value, Value]
        const w = reshape(c.weight(`${path}.conv.conv.weight`, [width, 1, config.conv_L_cache]), [
          width,
          config.conv_L_cache,
        ])
        return mul(outGate, c.convolution(index, mul(inGate, value), w))
      }
      const [mixed] = c.linears(select(mix()), [after])
      const afterMixing = add(select(x), mixed)
      // SwiGLU (Shazeer 2020)
      const fed = c.feedForward(afterMixing, (x) => {
        const [gate, up] = c.linears(norm(x, `${path}.ffn_norm`), gateUp) as unknown as [Value, Value]
        return c.linears(mul(silu(gate), up), [down])[0]
      })
      return add(afterMixing, fed)
    })
  }
  return c.logits(norm(x, 'model.embedding_norm'), TABLE, config.vocab_size)
}
