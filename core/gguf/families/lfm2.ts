import { withoutMiddleAxis } from '../changes.ts'
import { array, uint32 } from '../values.ts'
import { epsilonOf, rule, sizesOf, type GgufFamily } from './family.ts'
import { ropeConfig } from './llama-config.ts'
import { layerRule } from './llama-tensors.ts'
import { mainRotary, ropeEntries, unevenScaling } from './rope.ts'

/** LFM2: layers without heads of keys convolve. */
export const lfm2: GgufFamily = {
  modelTypes: ['lfm2'],
  architecture: 'lfm2',
  tensors: [
    rule('model.embed_tokens.weight', 'token_embd.weight'),
    rule('model.embedding_norm.weight', 'token_embd_norm.weight'),
    rule('lm_head.weight', 'output.weight'),
    layerRule('operator_norm', 'attn_norm'),
    layerRule('ffn_norm', 'ffn_norm'),
    layerRule('self_attn.q_proj', 'attn_q'),
    layerRule('self_attn.k_proj', 'attn_k'),
    layerRule('self_attn.v_proj', 'attn_v'),
    layerRule('self_attn.out_proj', 'attn_output'),
    layerRule('self_attn.q_layernorm', 'attn_q_norm'),
    layerRule('self_attn.k_layernorm', 'attn_k_norm'),
    layerRule('conv.conv', 'shortconv.conv', withoutMiddleAxis),
    layerRule('conv.in_proj', 'shortconv.in_proj'),
    layerRule('conv.out_proj', 'shortconv.out_proj'),
    layerRule('feed_forward.w1', 'ffn_gate'),
    layerRule('feed_forward.w3', 'ffn_up'),
    layerRule('feed_forward.w2', 'ffn_down'),
  ],
  misfit: (model) => unevenScaling(mainRotary(model)),
  metadata(model) {
    const { convolutions = [], kvHeads } = model.architecture
    return {
      ...sizesOf(model),
      'attention.head_count_kv': array(
        'int32',
        convolutions.map((kernel) => (kernel === null ? kvHeads : 0)),
      ),
      'shortconv.l_cache': uint32(convolutions.find((kernel) => kernel !== null) ?? 0),
      ...epsilonOf(model, 'rms', 'norm_eps', 1e-5),
      ...ropeEntries(mainRotary(model)),
    }
  },
  config(metadata) {
    const keyHeads = metadata.perLayer('attention.head_count_kv')
    return {
      model_type: 'lfm2',
      architectures: ['Lfm2ForCausalLM'],
      hidden_size: metadata.number('embedding_length'),
      intermediate_size: metadata.number('feed_forward_length'),
      block_auto_adjust_ff_dim: false,
      num_hidden_layers: metadata.number('block_count'),
      num_attention_heads: metadata.number('attention.head_count'),
      num_key_value_heads: Math.max(...keyHeads),
      layer_types: keyHeads.map((heads) => (heads > 0 ? 'full_attention' : 'conv')),
      max_position_embeddings: metadata.number('context_length'),
      norm_eps: metadata.number('attention.layer_norm_rms_epsilon'),
      conv_L_cache: metadata.number('shortconv.l_cache'),
      vocab_size: metadata.vocabularySize,
      tie_word_embeddings: !metadata.hasTensor('output.weight'),
      ...ropeConfig(metadata),
    }
  },
}
