import { z } from 'zod'
import { activationNames } from '../activations.ts'
import type { Family } from '../architecture.ts'
import { attention } from '../blocks/attention.ts'
import type { Layer } from '../blocks/block.ts'
import { droppedEmbedding, learntPositions, tokenEmbedding } from '../blocks/embedding.ts'
import { feedForward } from '../blocks/feed-forward.ts'
import { layerNorms, normBefore, type Norms } from '../blocks/norm.ts'
import { fusedProjection } from '../blocks/projection.ts'
import { dropped, sequential } from '../blocks/residual.ts'
import { entry, readConfig } from '../config.ts'
import { decoder } from '../decoder.ts'
import type { LinearSpec } from '../lora.ts'

const Dropout = z.number().min(0).max(0.99)
const Config = z.object({
  vocab_size: z.number(),
  n_positions: entry(z.number(), 1024),
  n_embd: z.number(),
  n_layer: z.number(),
  n_head: z.number(),
  n_inner: z.number().nullish(),
  activation_function: entry(z.enum(activationNames), 'gelu_new'),
  layer_norm_epsilon: entry(z.number(), 1e-5),
  attn_pdrop: entry(Dropout, 0.1),
  embd_pdrop: entry(Dropout, 0.1),
  resid_pdrop: entry(Dropout, 0.1),
  scale_attn_weights: entry(z.boolean(), true),
  scale_attn_by_inverse_layer_idx: entry(z.boolean(), false),
  tie_word_embeddings: entry(z.boolean(), true),
})
type Config = z.infer<typeof Config>

/** Heads of classifiers, how exactly scores are computed, and what GPT-2's own files say of its training. */
const IGNORED = [
  'n_ctx',
  'predict_special_tokens',
  'reorder_and_upcast_attn',
  'summary_activation',
  'summary_first_dropout',
  'summary_proj_to_labels',
  'summary_type',
  'summary_use_proj',
]

/** The names of transformers' other models, which its GPT-2 takes too. */
const OTHER_NAMES = {
  hidden_size: 'n_embd',
  max_position_embeddings: 'n_positions',
  num_attention_heads: 'n_head',
  num_hidden_layers: 'n_layer',
}

const renamed = (raw: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [OTHER_NAMES[name as keyof typeof OTHER_NAMES] ?? name, value]),
  )

const TABLE = 'transformer.wte.weight'

/**
 * GPT-2 (Radford et al. 2019): LayerNorm, learnt positions, weights stored as Conv1D [in, out]. LINE 1.7b, rinna's
 * first models, llm-jp-1.3b.
 */
export const gpt2: Family = {
  modelTypes: ['gpt2'],
  read(raw) {
    const config = readConfig(Config, renamed(raw), IGNORED)
    const { n_embd: width, n_head: heads } = config
    const norms = layerNorms(config.layer_norm_epsilon)
    const tokens = tokenEmbedding(TABLE, [config.vocab_size, width])
    const placed = learntPositions(tokens, 'transformer.wpe.weight', [config.n_positions, width])
    return decoder({
      width,
      heads,
      kvHeads: heads,
      headSize: width / heads,
      feedForwardSize: config.n_inner ?? 4 * width,
      vocabularySize: config.vocab_size,
      contextLength: config.n_positions,
      rotaries: [],
      attentionDropout: config.attn_pdrop,
      defaultTargets: ['c_attn'],
      embedding: droppedEmbedding(placed, config.embd_pdrop),
      layers: Array.from({ length: config.n_layer }, (_, index) => layerOf(config, norms, index)),
      norm: norms('transformer.ln_f', width),
      outputLayers: ['lm_head.weight'],
      tied: config.tie_word_embeddings,
    })
  },
}

function layerOf(config: Config, norms: Norms, index: number): Layer {
  const { n_embd: width, resid_pdrop: p } = config
  const inner = config.n_inner ?? 4 * width
  const path = `transformer.h.${index}`
  const conv = (name: string, inSize: number, outSize: number): LinearSpec => ({
    path: `${path}.${name}`,
    inSize,
    outSize,
    bias: true,
    transposed: true,
    reads: `${path}.${name}`,
  })
  const mix = attention({
    qkv: fusedProjection(conv('attn.c_attn', width, 3 * width), [width, width, width]),
    output: conv('attn.c_proj', width, width),
    options: { scale: scaleOf(config, index), rotary: null },
  })
  const feed = feedForward({
    up: conv('mlp.c_fc', width, inner),
    down: conv('mlp.c_proj', inner, width),
    activation: config.activation_function,
  })
  return sequential(
    dropped(normBefore(norms(`${path}.ln_1`, width), mix), p),
    dropped(normBefore(norms(`${path}.ln_2`, width), feed), p),
  )
}

/** What the scores of a layer are multiplied by. */
const scaleOf = (config: Config, index: number): number =>
  (config.scale_attn_weights ? (config.n_embd / config.n_head) ** -0.5 : 1) /
  (config.scale_attn_by_inverse_layer_idx ? index + 1 : 1)
