import { transposed } from '../changes.ts'
import { epsilonOf, firstMisfit, GELU, rule, sizesOf, textOf, withBias, type GgufFamily } from './family.ts'

const LAYER = 'transformer.h.{}'

/** GPT-2. */
export const gpt2: GgufFamily = {
  modelTypes: ['gpt2'],
  architecture: 'gpt2',
  tensors: [
    rule('transformer.wte.weight', 'token_embd.weight'),
    rule('transformer.wpe.weight', 'position_embd.weight'),
    rule('lm_head.weight', 'output.weight'),
    ...withBias('transformer.ln_f', 'output_norm'),
    ...withBias(`${LAYER}.ln_1`, 'blk.{}.attn_norm'),
    ...withBias(`${LAYER}.attn.c_attn`, 'blk.{}.attn_qkv', transposed),
    ...withBias(`${LAYER}.attn.c_proj`, 'blk.{}.attn_output', transposed),
    ...withBias(`${LAYER}.ln_2`, 'blk.{}.ffn_norm'),
    ...withBias(`${LAYER}.mlp.c_fc`, 'blk.{}.ffn_up', transposed),
    ...withBias(`${LAYER}.mlp.c_proj`, 'blk.{}.ffn_down', transposed),
  ],
  misfit(model) {
    const activation = textOf(model, 'activation_function', 'gelu_new')
    const { scale_attn_weights: scales, scale_attn_by_inverse_layer_idx: byLayer } = model.config
    return firstMisfit([
      ['activation_function', activation, GELU.includes(activation)],
      ['scale_attn_weights', scales, scales !== false],
      ['scale_attn_by_inverse_layer_idx', byLayer, byLayer !== true],
    ])
  },
  metadata: (model) => ({ ...sizesOf(model), ...epsilonOf(model, 'plain', 'layer_norm_epsilon', 1e-5) }),
  config: (metadata) => ({
    model_type: 'gpt2',
    architectures: ['GPT2LMHeadModel'],
    n_embd: metadata.number('embedding_length'),
    n_inner: metadata.number('feed_forward_length'),
    n_layer: metadata.number('block_count'),
    n_head: metadata.number('attention.head_count'),
    n_positions: metadata.number('context_length'),
    layer_norm_epsilon: metadata.number('attention.layer_norm_epsilon'),
    vocab_size: metadata.vocabularySize,
    activation_function: 'gelu_new',
    tie_word_embeddings: !metadata.hasTensor('output.weight'),
  }),
}
