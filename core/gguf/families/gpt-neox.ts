import { joinedHeads } from '../changes.ts'
import { bool } from '../values.ts'
import { epsilonOf, firstMisfit, GELU, rule, sizesOf, textOf, withBias, type GgufFamily } from './family.ts'
import { ropeConfig } from './llama-config.ts'
import { mainRotary, ropeEntries, unevenScaling } from './rope.ts'

const LAYER = 'gpt_neox.layers.{}'

/** GPT-NeoX. llama.cpp has the tanh form of its gelu only, which differs by at most 5e-4. */
export const gptNeox: GgufFamily = {
  modelTypes: ['gpt_neox'],
  architecture: 'gptneox',
  repeatsTiedHead: true,
  tensors: [
    rule('gpt_neox.embed_in.weight', 'token_embd.weight'),
    rule('embed_out.weight', 'output.weight'),
    rule('lm_head.weight', 'output.weight'),
    ...withBias('gpt_neox.final_layer_norm', 'output_norm'),
    ...withBias(`${LAYER}.input_layernorm`, 'blk.{}.attn_norm'),
    ...withBias(`${LAYER}.attention.query_key_value`, 'blk.{}.attn_qkv', joinedHeads),
    ...withBias(`${LAYER}.attention.dense`, 'blk.{}.attn_output'),
    ...withBias(`${LAYER}.post_attention_layernorm`, 'blk.{}.ffn_norm'),
    ...withBias(`${LAYER}.mlp.dense_h_to_4h`, 'blk.{}.ffn_up'),
    ...withBias(`${LAYER}.mlp.dense_4h_to_h`, 'blk.{}.ffn_down'),
  ],
  misfit(model) {
    const activation = textOf(model, 'hidden_act', 'gelu')
    const { attention_bias: bias } = model.config
    return (
      firstMisfit([
        ['hidden_act', activation, GELU.includes(activation)],
        ['attention_bias', bias, bias !== false],
      ]) ?? unevenScaling(mainRotary(model))
    )
  },
  metadata: (model) => ({
    ...sizesOf(model),
    ...epsilonOf(model, 'plain', 'layer_norm_eps', 1e-5),
    ...ropeEntries(mainRotary(model)),
    use_parallel_residual: bool(model.config['use_parallel_residual'] !== false),
  }),
  config(metadata) {
    const width = metadata.number('embedding_length')
    const heads = metadata.number('attention.head_count')
    const { rope_theta: theta, ...scaling } = ropeConfig(metadata)
    return {
      model_type: 'gpt_neox',
      architectures: ['GPTNeoXForCausalLM'],
      hidden_size: width,
      intermediate_size: metadata.number('feed_forward_length'),
      num_hidden_layers: metadata.number('block_count'),
      num_attention_heads: heads,
      max_position_embeddings: metadata.number('context_length'),
      layer_norm_eps: metadata.number('attention.layer_norm_epsilon'),
      rotary_pct: metadata.number('rope.dimension_count') / (width / heads),
      rotary_emb_base: theta,
      ...scaling,
      use_parallel_residual: metadata.flag('use_parallel_residual', true),
      hidden_act: 'gelu',
      vocab_size: metadata.vocabularySize,
      tie_word_embeddings: false,
    }
  },
}
