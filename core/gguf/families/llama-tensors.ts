import { same, type Change } from '../changes.ts'
import { rule, withBias, type TensorRule } from './family.ts'

const LAYER = 'model.layers.{}'

/** Tensors outside of the layers, by Llama's names. */
export const llamaEnds: readonly TensorRule[] = [
  rule('model.embed_tokens.weight', 'token_embd.weight'),
  rule('model.norm.weight', 'output_norm.weight'),
  rule('lm_head.weight', 'output.weight'),
]

/** A layer's weight by Llama's name. */
export const layerRule = (ours: string, theirs: string, change: Change = same): TensorRule =>
  rule(`${LAYER}.${ours}.weight`, `blk.{}.${theirs}.weight`, change)

/** Attention with a matrix each for q, k and v. `turned` is the change of the rows that positions turn. */
export const llamaAttention = (turned: Change = same): TensorRule[] => [
  ...withBias(`${LAYER}.self_attn.q_proj`, 'blk.{}.attn_q', turned),
  ...withBias(`${LAYER}.self_attn.k_proj`, 'blk.{}.attn_k', turned),
  ...withBias(`${LAYER}.self_attn.v_proj`, 'blk.{}.attn_v'),
  ...withBias(`${LAYER}.self_attn.o_proj`, 'blk.{}.attn_output'),
]

export const llamaFeedForward: readonly TensorRule[] = [
  ...withBias(`${LAYER}.mlp.gate_proj`, 'blk.{}.ffn_gate'),
  ...withBias(`${LAYER}.mlp.up_proj`, 'blk.{}.ffn_up'),
  ...withBias(`${LAYER}.mlp.down_proj`, 'blk.{}.ffn_down'),
]

/** Norms before attention and before the feed-forward part. */
export const llamaNorms: readonly TensorRule[] = [
  layerRule('input_layernorm', 'attn_norm'),
  layerRule('post_attention_layernorm', 'ffn_norm'),
]

/** Norms of each head of q and k. */
export const headNorms = (change: Change = same): TensorRule[] => [
  layerRule('self_attn.q_norm', 'attn_q_norm', change),
  layerRule('self_attn.k_norm', 'attn_k_norm', change),
]

/** Four norms a layer, each of them 1 + w, as Gemma has them. */
export const sandwichNorms = (change: Change): TensorRule[] => [
  layerRule('input_layernorm', 'attn_norm', change),
  layerRule('post_attention_layernorm', 'post_attention_norm', change),
  layerRule('pre_feedforward_layernorm', 'ffn_norm', change),
  layerRule('post_feedforward_layernorm', 'post_ffw_norm', change),
]
