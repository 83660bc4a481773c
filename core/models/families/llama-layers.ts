import { z } from 'zod'
import { activationNames, type Activation } from '../activations.ts'
import type { Architecture } from '../architecture.ts'
import { attention } from '../blocks/attention.ts'
import type { Block, Layer } from '../blocks/block.ts'
import { tokenEmbedding } from '../blocks/embedding.ts'
import { gatedFeedForward } from '../blocks/feed-forward.ts'
import { normBefore, perHead, rmsNorms, type Norm, type Norms } from '../blocks/norm.ts'
import { fusedProjection, queryKeyNorm, separate, type Projection, type QueryKeyValue } from '../blocks/projection.ts'
import { sequential } from '../blocks/residual.ts'
import { entry } from '../config.ts'
import type { AttentionOptions } from '../context.ts'
import { decoder, type DecoderParts } from '../decoder.ts'
import type { LinearSpec } from '../lora.ts'
import { ropeFields, rotaryOf } from '../rotary.ts'

/** What config.json says in the same words for every family that names its weights as Llama does. */
export const LlamaFields = z.object({
  ...ropeFields,
  hidden_size: z.number(),
  intermediate_size: z.number(),
  num_hidden_layers: z.number(),
  num_attention_heads: z.number(),
  num_key_value_heads: z.number().nullish(),
  head_dim: z.number().nullish(),
  vocab_size: z.number(),
  rms_norm_eps: entry(z.number(), 1e-6),
  hidden_act: entry(z.enum(activationNames), 'silu'),
  attention_dropout: entry(z.number().min(0).max(0.99), 0),
  tie_word_embeddings: entry(z.boolean(), false),
})

/** All but how positions turn, which Gemma 3 says by kind of layer. */
type LlamaConfig = Omit<z.infer<typeof LlamaFields>, 'rope_parameters'>

const TABLE = 'model.embed_tokens.weight'
const HEAD = 'lm_head.weight'

/** The parts of a decoder that every such family shares. */
export const llamaParts = (config: LlamaConfig) => ({
  width: config.hidden_size,
  ...attentionSizes(config),
  feedForwardSize: config.intermediate_size,
  vocabularySize: config.vocab_size,
  contextLength: config.max_position_embeddings,
  attentionDropout: config.attention_dropout,
  defaultTargets: ['q_proj', 'v_proj'],
  embedding: tokenEmbedding(TABLE, [config.vocab_size, config.hidden_size]),
  outputLayers: [HEAD],
  tied: config.tie_word_embeddings,
})

/** A family with Llama's names and RMSNorm: layers as `layer` composes them, other parts as they differ from Llama's. */
export function llamaDecoder(
  config: z.infer<typeof LlamaFields>,
  layer: (layer: LlamaLayer) => Layer,
  differing: Partial<DecoderParts> = {},
): Architecture {
  const norms = rmsNorms(config.rms_norm_eps)
  const parts = llamaParts(config)
  return decoder({
    ...parts,
    ...differing,
    rotaries: differing.rotaries ?? [rotaryOf(config, parts.headSize)],
    layers: llamaLayers(config, norms, layer),
    norm: norms('model.norm', parts.width),
  })
}

/** How many heads there are, and how large each is. */
export const attentionSizes = ({ hidden_size: width, head_dim: size, ...config }: LlamaConfig) => ({
  heads: config.num_attention_heads,
  kvHeads: config.num_key_value_heads ?? config.num_attention_heads,
  headSize: size ?? width / config.num_attention_heads,
})

/** A layer's norms, and its linear layers by their names in the checkpoint. */
export interface LlamaLayer {
  readonly index: number
  /** The norm over the width that the checkpoint names so. */
  norm(name: string): Norm
  /** q, k and v: a linear layer each. */
  qkv(options?: { readonly bias?: boolean }): Projection<QueryKeyValue>
  /** q, k and v in one linear layer. */
  fusedQkv(): Projection<QueryKeyValue>
  /** RMSNorm of each head of q and k, before they turn. */
  headNorm(qkv: Projection<QueryKeyValue>): Projection<QueryKeyValue>
  /** RMSNorm of q and k over their whole width, before they turn. */
  widthNorm(qkv: Projection<QueryKeyValue>): Projection<QueryKeyValue>
  attention(
    qkv: Projection<QueryKeyValue>,
    options?: { readonly bias?: boolean; readonly options?: AttentionOptions | undefined },
  ): Block
  /** Gate and up: a linear layer each. */
  feedForward(options?: { readonly bias?: boolean; readonly activation?: Activation }): Block
  /** Gate and up in one linear layer. */
  fusedFeedForward(): Block
}

/** Every layer as `build` composes it of the parts that it is given. */
export const llamaLayers = (config: LlamaConfig, norms: Norms, build: (layer: LlamaLayer) => Layer): Layer[] =>
  Array.from({ length: config.num_hidden_layers }, (_, index) => build(llamaLayer(config, norms, index)))

function llamaLayer(config: LlamaConfig, norms: Norms, index: number): LlamaLayer {
  const { heads, kvHeads, headSize } = attentionSizes(config)
  const { hidden_size: width, intermediate_size: inner } = config
  const [querySize, keySize] = [heads * headSize, kvHeads * headSize]
  const path = `model.layers.${index}`
  const linear = linearsOf(path)
  const qkv = (name: string, outSize: number, bias = false) => linear(name, 'h', [width, outSize], bias)
  const down = (bias = false) => linear('mlp.down_proj', 'product', [inner, width], bias)
  const [queryNorm, keyNorm] = [`${path}.self_attn.q_norm`, `${path}.self_attn.k_norm`]
  return {
    index,
    norm: (name) => norms(`${path}.${name}`, width),
    qkv: ({ bias } = {}) =>
      separate(
        qkv('self_attn.q_proj', querySize, bias),
        qkv('self_attn.k_proj', keySize, bias),
        qkv('self_attn.v_proj', keySize, bias),
      ),
    fusedQkv: () => fusedProjection(qkv('self_attn.qkv_proj', querySize + 2 * keySize), [querySize, keySize, keySize]),
    headNorm: (qkv) =>
      queryKeyNorm(
        qkv,
        perHead(norms(queryNorm, headSize), heads, headSize),
        perHead(norms(keyNorm, headSize), kvHeads, headSize),
      ),
    widthNorm: (qkv) => queryKeyNorm(qkv, norms(queryNorm, querySize), norms(keyNorm, keySize)),
    attention: (qkv, { bias, options } = {}) =>
      attention({ qkv, output: linear('self_attn.o_proj', 'attended', [querySize, width], bias), options }),
    feedForward: ({ bias, activation = config.hidden_act } = {}) => {
      const wide = (name: string) => linear(name, 'f', [width, inner], bias)
      return gatedFeedForward({
        gateUp: separate(wide('mlp.gate_proj'), wide('mlp.up_proj')),
        down: down(bias),
        activation,
      })
    },
    fusedFeedForward: () =>
      gatedFeedForward({
        gateUp: fusedProjection(linear('mlp.gate_up_proj', 'f', [width, 2 * inner]), [inner, inner]),
        down: down(),
        activation: config.hidden_act,
      }),
  }
}

const linearsOf =
  (path: string) =>
  (name: string, reads: string, [inSize, outSize]: readonly [number, number], bias = false): LinearSpec => ({
    path: `${path}.${name}`,
    inSize,
    outSize,
    bias,
    reads: `${path}.${reads}`,
  })

/** A layer with a norm before attention and one before the feed-forward part, as Llama has it. */
export const preNorm = (layer: LlamaLayer, attention: Block, feedForward: Block): Layer =>
  sequential(
    normBefore(layer.norm('input_layernorm'), attention),
    normBefore(layer.norm('post_attention_layernorm'), feedForward),
  )
