import { z } from 'zod'
import type { Value } from '../graph/ir.ts'
import { add, layerNorm, reshape, split } from '../graph/ops/index.ts'
import { activationNames, activations, readConfig } from './config.ts'
import type { ModelContext } from './context.ts'
import type { Architecture, Family } from './family.ts'
import type { LinearSpec } from './lora.ts'
import { ropeFields, rotaryOf } from './rotary.ts'

const Config = z.object({
  ...ropeFields,
  vocab_size: z.number(),
  hidden_size: z.number(),
  num_hidden_layers: z.number(),
  num_attention_heads: z.number(),
  intermediate_size: z.number(),
  hidden_act: z.enum(activationNames).default('gelu'),
  rotary_pct: z.number().default(0.25),
  rotary_emb_base: z.number().default(10_000),
  layer_norm_eps: z.number().default(1e-5),
  use_parallel_residual: z.boolean().default(true),
  attention_bias: z.boolean().default(true),
  attention_dropout: z.number().default(0),
  hidden_dropout: z.number().default(0),
  tie_word_embeddings: z.boolean().default(false),
})
type Config = z.infer<typeof Config>

const TABLE = 'gpt_neox.embed_in.weight'
/** Published checkpoints say embed_out, transformers 5 writes lm_head. */
const HEADS = ['embed_out.weight', 'lm_head.weight']

/**
 * GPT-NeoX (Black et al. 2022): LayerNorm, rotary positions of a part of each head, attention and feed-forward side by
 * side or in turn. LINE 3.6b, rinna, open-calm.
 */
export const gptNeox: Family = {
  modelTypes: ['gpt_neox'],
  read(raw) {
    const config = readConfig(Config, raw)
    const layers = Array.from({ length: config.num_hidden_layers }, (_, index) => layerOf(config, index))
    return architecture(config, layers)
  },
}

type Layer = Record<'qkv' | 'o' | 'up' | 'down', LinearSpec> & { readonly path: string }

function layerOf(
  { hidden_size: width, intermediate_size: inner, attention_bias: attentionBias }: Config,
  index: number,
): Layer {
  const path = `gpt_neox.layers.${index}`
  const linear = (name: string, inSize: number, outSize: number, bias = true): LinearSpec => ({
    path: `${path}.${name}`,
    inSize,
    outSize,
    bias,
    reads: `${path}.${name}`,
  })
  return {
    path,
    qkv: linear('attention.query_key_value', width, 3 * width, attentionBias),
    o: linear('attention.dense', width, width, attentionBias),
    up: linear('mlp.dense_h_to_4h', width, inner),
    down: linear('mlp.dense_4h_to_h', inner, width),
  }
}

function architecture(config: Config, layers: readonly Layer[]): Architecture {
  const { hidden_size: width, num_attention_heads: heads } = config
  const rope = {
    ...config,
    rope_theta: config.rope_theta ?? config.rotary_emb_base,
    partial_rotary_factor: config.partial_rotary_factor ?? config.rotary_pct,
  }
  return {
    layerCount: config.num_hidden_layers,
    width,
    heads,
    kvHeads: heads,
    headSize: width / heads,
    feedForwardSize: config.intermediate_size,
    vocabularySize: config.vocab_size,
    contextLength: config.max_position_embeddings,
    rotaries: [rotaryOf(rope, width / heads)],
    attentionDropout: config.attention_dropout,
    dropoutSites: config.hidden_dropout > 0 ? 1 + 2 * layers.length : 0,
    linears: layers.flatMap(({ qkv, o, up, down }) => [qkv, o, up, down]),
    defaultTargets: ['query_key_value'],
    embedding: TABLE,
    head: (has) => (config.tie_word_embeddings ? undefined : HEADS.find(has)) ?? TABLE,
    forward(context) {
      return forward(context, config, layers, this.head(context.has))
    },
  }
}

function forward(c: ModelContext, config: Config, layers: readonly Layer[], head: string): Value {
  const { hidden_size: width, num_attention_heads: heads, hidden_dropout: dropout } = config
  const size = width / heads
  const norm = (x: Value, name: string) =>
    layerNorm(
      x,
      c.weight(`${name}.weight`, [width], 'float32'),
      c.weight(`${name}.bias`, [width], 'float32'),
      config.layer_norm_eps,
    )
  const activate = activations[config.hidden_act]
  const feedForward = (x: Value, { path, up, down }: Layer) => {
    const fed = c.feedForward(x, (x) => {
      const [wide] = c.linears(norm(x, `${path}.post_attention_layernorm`), [up])
      return c.linears(activate(wide), [down])[0]
    })
    return c.dropout(fed, dropout)
  }

  let x = c.dropout(c.embed(TABLE, config.vocab_size, width), dropout)
  for (const [index, layer] of layers.entries()) {
    x = c.layer(x, (x) => {
      const [joined] = c.linears(norm(x, `${layer.path}.input_layernorm`), [layer.qkv])
      // Each head's q, k and v lie side by side.
      const [q, k, v] = split(reshape(joined, ['N', heads, 3 * size]), [size, size, size], 2).map((part) =>
        reshape(part, ['N', width]),
      ) as [Value, Value, Value]
      const attended = c.attention(index, q, k, v, {})
      // From here on the last layer is needed only where logits are.
      const select = index === layers.length - 1 ? c.select : (value: Value) => value
      const mixed = c.dropout(c.linears(select(attended), [layer.o])[0], dropout)
      const kept = select(x)
      const afterAttention = add(kept, mixed)
      return add(afterAttention, feedForward(config.use_parallel_residual ? kept : afterAttention, layer))
    })
  }
  return c.logits(norm(x, 'gpt_neox.final_layer_norm'), head, config.vocab_size)
}
