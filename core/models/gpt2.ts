import { z } from 'zod'
import type { Value } from '../graph/ir.ts'
import { add, layerNorm, split } from '../graph/ops/index.ts'
import { activationNames, activations, readConfig } from './config.ts'
import type { ModelContext } from './context.ts'
import type { Architecture, Family } from './family.ts'
import type { LinearSpec } from './lora.ts'

const Config = z.object({
  vocab_size: z.number(),
  n_positions: z.number(),
  n_embd: z.number(),
  n_layer: z.number(),
  n_head: z.number(),
  n_inner: z.number().nullish(),
  activation_function: z.enum(activationNames).default('gelu_new'),
  layer_norm_epsilon: z.number().default(1e-5),
  attn_pdrop: z.number().default(0.1),
  embd_pdrop: z.number().default(0.1),
  resid_pdrop: z.number().default(0.1),
  scale_attn_weights: z.boolean().default(true),
  scale_attn_by_inverse_layer_idx: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(true),
})
type Config = z.infer<typeof Config>

const TABLE = 'transformer.wte.weight'
const HEAD = 'lm_head.weight'

/**
 * GPT-2 (Radford et al. 2019): LayerNorm, learnt positions, weights stored as Conv1D [in, out]. LINE 1.7b, rinna's
 * first models, llm-jp-1.3b.
 */
export const gpt2: Family = {
  modelTypes: ['gpt2'],
  read(raw) {
    const config = readConfig(Config, raw)
    const layers = Array.from({ length: config.n_layer }, (_, index) => layerOf(config, index))
    return architecture(config, layers)
  },
}

type Layer = Record<'qkv' | 'o' | 'up' | 'down', LinearSpec> & { readonly path: string }

function layerOf({ n_embd: width, n_inner: inner }: Config, index: number): Layer {
  const path = `transformer.h.${index}`
  const conv = (name: string, inSize: number, outSize: number): LinearSpec => ({
    path: `${path}.${name}`,
    inSize,
    outSize,
    bias: true,
    transposed: true,
    reads: `${path}.${name}`,
  })
  const wide = inner ?? 4 * width
  return {
    path,
    qkv: conv('attn.c_attn', width, 3 * width),
    o: conv('attn.c_proj', width, width),
    up: conv('mlp.c_fc', width, wide),
    down: conv('mlp.c_proj', wide, width),
  }
}

function architecture(config: Config, layers: readonly Layer[]): Architecture {
  const { n_embd: width, n_head: heads, embd_pdrop: embedding, resid_pdrop: residual } = config
  return {
    layerCount: config.n_layer,
    width,
    heads,
    kvHeads: heads,
    headSize: width / heads,
    feedForwardSize: config.n_inner ?? 4 * width,
    vocabularySize: config.vocab_size,
    contextLength: config.n_positions,
    rotaries: [],
    attentionDropout: config.attn_pdrop,
    dropoutSites: embedding > 0 || residual > 0 ? 1 + 2 * layers.length : 0,
    linears: layers.flatMap(({ qkv, o, up, down }) => [qkv, o, up, down]),
    defaultTargets: ['c_attn'],
    embedding: TABLE,
    head: (has) => (config.tie_word_embeddings || !has(HEAD) ? TABLE : HEAD),
    forward(context) {
      return forward(context, config, layers, this.head(context.has))
    },
  }
}

function forward(c: ModelContext, config: Config, layers: readonly Layer[], head: string): Value {
  const { n_embd: width, resid_pdrop: residual } = config
  const norm = (x: Value, name: string) =>
    layerNorm(
      x,
      c.weight(`${name}.weight`, [width], 'float32'),
      c.weight(`${name}.bias`, [width], 'float32'),
      config.layer_norm_epsilon,
    )
  const scaleOf = (layer: number) =>
    (config.scale_attn_weights ? (width / config.n_head) ** -0.5 : 1) /
    (config.scale_attn_by_inverse_layer_idx ? layer + 1 : 1)
  const activate = activations[config.activation_function]

  let x = c.dropout(
    add(
      c.embed(TABLE, config.vocab_size, width),
      c.embedPositions('transformer.wpe.weight', config.n_positions, width),
    ),
    config.embd_pdrop,
  )
  for (const [index, { path, qkv, o, up, down }] of layers.entries()) {
    x = c.layer(x, (x) => {
      const [joined] = c.linears(norm(x, `${path}.ln_1`), [qkv])
      const [q, k, v] = split(joined, [width, width, width], 1) as [Value, Value, Value]
      const attended = c.attention(index, q, k, v, { scale: scaleOf(index), rotary: null })
      // From here on the last layer is needed only where logits are.
      const select = index === layers.length - 1 ? c.select : (value: Value) => value
      const [mixed] = c.linears(select(attended), [o])
      const afterAttention = add(select(x), c.dropout(mixed, residual))
      const fed = c.feedForward(afterAttention, (x) => {
        const [wide] = c.linears(norm(x, `${path}.ln_2`), [up])
        return c.linears(activate(wide), [down])[0]
      })
      return add(afterAttention, c.dropout(fed, residual))
    })
  }
  return c.logits(norm(x, 'transformer.ln_f'), head, config.vocab_size)
}
