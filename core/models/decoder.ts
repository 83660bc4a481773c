import { z } from 'zod'
import type { Value } from '../graph/ir.ts'
import { add, mul, reshape, rmsNorm, split } from '../graph/ops/index.ts'
import { activations, activationNames, type Activation } from './config.ts'
import type { AttentionOptions, ModelContext } from './context.ts'
import type { Architecture } from './family.ts'
import type { LinearSpec } from './lora.ts'
import { ropeFields, type Rotary } from './rotary.ts'

/** What the config.json of every model after Llama's plan says in the same words. */
export const DecoderFields = z.object({
  ...ropeFields,
  hidden_size: z.number(),
  intermediate_size: z.number(),
  num_hidden_layers: z.number(),
  num_attention_heads: z.number(),
  num_key_value_heads: z.number().nullish(),
  head_dim: z.number().nullish(),
  vocab_size: z.number(),
  rms_norm_eps: z.number().default(1e-6),
  hidden_act: z.enum(activationNames).default('silu'),
  attention_dropout: z.number().min(0).max(0.99).default(0),
  tie_word_embeddings: z.boolean().default(false),
})

type DecoderConfig = z.infer<typeof DecoderFields>

/** How a family differs from Llama. */
export interface DecoderPlan {
  readonly config: DecoderConfig
  readonly rotaries: readonly Rotary[]
  /** Biases of q, k and v; of o; of the feed-forward layers. */
  readonly qkvBias?: boolean
  readonly outputBias?: boolean
  readonly mlpBias?: boolean
  /** q, k and v are one layer `qkv_proj`, gate and up one layer `gate_up_proj` (Phi-3). */
  readonly fused?: boolean
  /** RMSNorm of every head of q and k before they turn. */
  readonly headNorm?: boolean
  /** Weights of norms are stored as w - 1 (Gemma). */
  readonly normOffset?: boolean
  /** Norms after attention and feed-forward too (Gemma). */
  readonly sandwich?: boolean
  readonly embeddingScale?: number
  readonly logitCap?: number | null
  /** Window, cap, scale and rotary scheme of a layer's attention. */
  readonly attention?: (layer: number) => AttentionOptions
  /** Dropout of the embeddings, and of what attention and feed-forward give (Phi-3). */
  readonly embeddingDropout?: number
  readonly residualDropout?: number
  readonly defaultTargets?: readonly string[]
  /** Where Gemma's config.json has another name for the activation. */
  readonly activation?: Activation
}

const TABLE = 'model.embed_tokens.weight'
const HEAD = 'lm_head.weight'

/**
 * Llama's plan (Touvron et al. 2023): RMSNorm, rotary positions, grouped queries, a gated feed-forward layer; families
 * differ as `plan` says.
 */
export function decoder(plan: DecoderPlan): Architecture {
  const { config } = plan
  const heads = config.num_attention_heads
  const kvHeads = config.num_key_value_heads ?? heads
  const headSize = config.head_dim ?? config.hidden_size / heads
  const layers = Array.from({ length: config.num_hidden_layers }, (_, index) =>
    layerOf(plan, index, { querySize: heads * headSize, keySize: kvHeads * headSize }),
  )
  const drops = Number(plan.embeddingDropout ?? 0) > 0 || Number(plan.residualDropout ?? 0) > 0
  return {
    layerCount: config.num_hidden_layers,
    width: config.hidden_size,
    heads,
    kvHeads,
    headSize,
    feedForwardSize: config.intermediate_size,
    vocabularySize: config.vocab_size,
    contextLength: config.max_position_embeddings,
    rotaries: plan.rotaries,
    attentionDropout: config.attention_dropout,
    dropoutSites: drops ? 1 + 2 * layers.length : 0,
    softcaps: { attention: Boolean(plan.attention?.(0).softcap), logits: Boolean(plan.logitCap) },
    linears: layers.flatMap(({ qkv, o, gateUp, down }) => [...qkv, o, ...gateUp, down]),
    defaultTargets: plan.defaultTargets ?? ['q_proj', 'v_proj'],
    embedding: TABLE,
    head: (has) => (config.tie_word_embeddings || !has(HEAD) ? TABLE : HEAD),
    forward(context) {
      return forward(context, plan, { layers, heads, kvHeads, headSize, head: this.head(context.has) })
    },
  }
}

interface Layer {
  readonly path: string
  readonly qkv: readonly LinearSpec[]
  readonly o: LinearSpec
  readonly gateUp: readonly LinearSpec[]
  readonly down: LinearSpec
}

function layerOf(
  plan: DecoderPlan,
  index: number,
  { querySize, keySize }: { readonly querySize: number; readonly keySize: number },
): Layer {
  const path = `model.layers.${index}`
  const { hidden_size: width, intermediate_size: inner } = plan.config
  const linear = (
    name: string,
    reads: string,
    [inSize, outSize]: readonly [number, number],
    bias = false,
  ): LinearSpec => ({ path: `${path}.${name}`, inSize, outSize, bias, reads: `${path}.${reads}` })
  const qkv = (name: string, outSize: number) => linear(`self_attn.${name}`, 'h', [width, outSize], plan.qkvBias)
  const mlp = (name: string, outSize: number) => linear(`mlp.${name}`, 'f', [width, outSize], plan.mlpBias)
  return {
    path,
    qkv: plan.fused
      ? [qkv('qkv_proj', querySize + 2 * keySize)]
      : [qkv('q_proj', querySize), qkv('k_proj', keySize), qkv('v_proj', keySize)],
    o: linear('self_attn.o_proj', 'attended', [querySize, width], plan.outputBias),
    gateUp: plan.fused ? [mlp('gate_up_proj', 2 * inner)] : [mlp('gate_proj', inner), mlp('up_proj', inner)],
    down: linear('mlp.down_proj', 'product', [inner, width], plan.mlpBias),
  }
}

interface Parts {
  readonly layers: readonly Layer[]
  readonly heads: number
  readonly kvHeads: number
  readonly headSize: number
  readonly head: string
}

function forward(c: ModelContext, plan: DecoderPlan, { layers, heads, kvHeads, headSize, head }: Parts): Value {
  const { config } = plan
  const { hidden_size: width, intermediate_size: inner, rms_norm_eps: epsilon } = config
  const scaleOf = (name: string, size: number) => {
    const w = c.weight(`${name}.weight`, [size], 'float32')
    return plan.normOffset ? add(w, 1) : w
  }
  const norm = (x: Value, name: string) => rmsNorm(x, scaleOf(name, width), epsilon)
  const perHead = (x: Value, name: string, count: number) => {
    if (!plan.headNorm) return x
    return reshape(rmsNorm(reshape(x, ['N', count, headSize]), scaleOf(name, headSize), epsilon), [
      'N',
      count * headSize,
    ])
  }
  const activate = activations[plan.activation ?? config.hidden_act]
  const residualDropout = plan.residualDropout ?? 0

  let x = c.embed(TABLE, config.vocab_size, width)
  if (plan.embeddingScale) x = mul(x, plan.embeddingScale)
  x = c.dropout(x, plan.embeddingDropout ?? 0)
  for (const [index, { path, qkv, o, gateUp, down }] of layers.entries()) {
    x = c.layer(x, (x) => {
      const h = norm(x, `${path}.input_layernorm`)
      const [q, k, v] = parts(c.linears(h, qkv), [heads * headSize, kvHeads * headSize, kvHeads * headSize])
      const turned = [
        perHead(q, `${path}.self_attn.q_norm`, heads),
        perHead(k, `${path}.self_attn.k_norm`, kvHeads),
      ] as const
      const attended = c.attention(index, ...turned, v, plan.attention?.(index) ?? {})
      // From here on the last layer is needed only where logits are.
      const select = index === layers.length - 1 ? c.select : (value: Value) => value
      const [mixed] = c.linears(select(attended), [o])
      const afterAttention = add(
        select(x),
        c.dropout(plan.sandwich ? norm(mixed, `${path}.post_attention_layernorm`) : mixed, residualDropout),
      )
      // A gated feed-forward layer (Shazeer 2020): down(act(gate f) · up f)
      const fed = c.feedForward(afterAttention, (x) => {
        const f = norm(x, `${path}.${plan.sandwich ? 'pre_feedforward_layernorm' : 'post_attention_layernorm'}`)
        const [gate, up] = parts(c.linears(f, gateUp), [inner, inner])
        return c.linears(mul(activate(gate), up), [down])[0]
      })
      return add(
        afterAttention,
        c.dropout(plan.sandwich ? norm(fed, `${path}.post_feedforward_layernorm`) : fed, residualDropout),
      )
    })
  }
  return c.logits(norm(x, 'model.norm'), head, config.vocab_size, plan.logitCap ?? undefined)
}

/** The values as they are, or cut from the one that holds them all. */
const parts = <const Sizes extends readonly number[]>(
  values: readonly Value[],
  sizes: Sizes,
): { readonly [Index in keyof Sizes]: Value } =>
  (values.length === 1 ? split(values[0] as Value, sizes, 1) : values) as never
