import { z } from 'zod'
import { UserError } from '../contract/errors.ts'
import type { Value } from '../graph/ir.ts'
import type { ModelContext } from './context.ts'
import type { Architecture, Family } from './family.ts'
import type { LinearSpec } from './lora.ts'

const Config = z.object({
  hidden_size: z.number(),
  intermediate_size: z.number(),
  num_hidden_layers: z.number(),
  num_attention_heads: z.number(),
  num_key_value_heads: z.number().nullish(),
  head_dim: z.number().nullish(),
  vocab_size: z.number(),
  max_position_embeddings: z.number(),
  rms_norm_eps: z.number(),
  hidden_act: z.literal('silu').default('silu'),
  attention_bias: z.boolean().default(false),
  attention_dropout: z.number().min(0).max(0.99).default(0),
  mlp_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(false),
  rope_theta: z.number().nullish(),
  rope_scaling: z.object({ rope_type: z.string().optional(), type: z.string().optional() }).nullish(),
  rope_parameters: z.object({ rope_theta: z.number().optional(), rope_type: z.string().default('default') }).nullish(),
})
type Config = z.infer<typeof Config>

/** Llama (Touvron et al. 2023): RMSNorm, rotary positions, grouped queries, SwiGLU. */
export const llama: Family = {
  modelTypes: ['llama'],
  read(raw) {
    const parsed = Config.safeParse(raw)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      throw new UserError('model/config', { setting: issue?.path.join('.') ?? '', problem: issue?.message ?? '' })
    }
    return architecture(parsed.data)
  },
}

function architecture(config: Config): Architecture {
  const ropeType = config.rope_parameters?.rope_type ?? config.rope_scaling?.rope_type ?? config.rope_scaling?.type ?? 'default'
  if (ropeType !== 'default') throw new UserError('model/config', { setting: 'rope_type', problem: ropeType })
  const heads = config.num_attention_heads
  const kvHeads = config.num_key_value_heads ?? heads
  const headSize = config.head_dim ?? config.hidden_size / heads
  const layers = Array.from({ length: config.num_hidden_layers }, (_, index) => layerOf(config, index, heads * headSize, kvHeads * headSize))
  return {
    layerCount: config.num_hidden_layers,
    width: config.hidden_size,
    heads, kvHeads, headSize,
    feedForwardSize: config.intermediate_size,
    vocabularySize: config.vocab_size,
    contextLength: config.max_position_embeddings,
    ropeTheta: config.rope_parameters?.rope_theta ?? config.rope_theta ?? 10_000,
    attentionDropout: config.attention_dropout,
    linears: layers.flatMap((layer) => [layer.q, layer.k, layer.v, layer.o, layer.gate, layer.up, layer.down]),
    defaultTargets: ['q_proj', 'v_proj'],
    forward: (context) => forward(context, config, layers),
  }
}

type Layer = Record<'q' | 'k' | 'v' | 'o' | 'gate' | 'up' | 'down', LinearSpec> & { readonly path: string }

function layerOf(config: Config, index: number, querySize: number, keySize: number): Layer {
  const path = `model.layers.${index}`
  const { hidden_size: width, intermediate_size: inner, attention_bias: bias, mlp_bias: mlpBias } = config
  const attention = (name: string, reads: string, inSize: number, outSize: number): LinearSpec => ({ path: `${path}.self_attn.${name}`, inSize, outSize, bias, reads: `${path}.${reads}` })
  const mlp = (name: string, reads: string, inSize: number, outSize: number): LinearSpec => ({ path: `${path}.mlp.${name}`, inSize, outSize, bias: mlpBias, reads: `${path}.${reads}` })
  return {
    path,
    q: attention('q_proj', 'h', width, querySize),
    k: attention('k_proj', 'h', width, keySize),
    v: attention('v_proj', 'h', width, keySize),
    o: attention('o_proj', 'attended', querySize, width),
    gate: mlp('gate_proj', 'f', width, inner),
    up: mlp('up_proj', 'f', width, inner),
    down: mlp('down_proj', 'product', inner, width),
  }
}

function forward(c: ModelContext, config: Config, layers: readonly Layer[]): Value {
  const norm = (x: Value, name: string) => c.b.rmsNorm(x, c.weight(`${name}.weight`, [config.hidden_size]), config.rms_norm_eps)
  const table = 'model.embed_tokens.weight'
  let x = c.embed(table, config.vocab_size, config.hidden_size)
  for (const [index, layer] of layers.entries()) {
    const h = norm(x, `${layer.path}.input_layernorm`)
    const [q, k, v] = c.linears(h, [layer.q, layer.k, layer.v])
    const attended = c.attention(index, q, k, v)
    // From here on the last layer is needed only where logits are.
    const select = index === layers.length - 1 ? c.select : (value: Value) => value
    const [mixed] = c.linears(select(attended), [layer.o])
    x = c.b.add(select(x), mixed)
    // SwiGLU (Shazeer 2020): down(silu(gate f) · up f)
    const f = norm(x, `${layer.path}.post_attention_layernorm`)
    const [gate, up] = c.linears(f, [layer.gate, layer.up])
    const [down] = c.linears(c.b.mul(c.b.silu(gate), up), [layer.down])
    x = c.b.add(x, down)
  }
  const head = config.tie_word_embeddings || !c.has('lm_head.weight') ? table : 'lm_head.weight'
  return c.b.matmul(norm(x, 'model.norm'), c.weight(head, [config.vocab_size, config.hidden_size]), { transY: true })
}
