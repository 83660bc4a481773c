import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { architectureOf, supportedTypes } from './family.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
const families = await readdir(fixtures)
const configOf = async (family: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(fixtures, family, 'config.json'), 'utf8')) as Record<string, unknown>

const codeOf = (read: () => unknown): unknown => {
  try {
    read()
    return null
  } catch (error) {
    return (error as { error?: { code: string; facts: object } }).error ?? error
  }
}

describe.each(families)('config.json of %s', (family) => {
  it('is read with what transformers and tools write beside it', async () => {
    const notes = {
      _name_or_path: 'x',
      task_specific_params: { 'text-generation': { do_sample: true, max_length: 50 } },
      torch_dtype: 'bfloat16',
      auto_map: { AutoConfig: 'x--configuration.X' },
      unsloth_version: '2026.1',
      quantization_config: null,
      tokenizer_class: 'LlamaTokenizer',
      max_length: 4096,
      pruned_heads: {},
      is_encoder_decoder: false,
    }
    expect(codeOf(() => architectureOf({ ...notes }))).not.toBeNull()
    const config = await configOf(family)
    expect(codeOf(() => architectureOf({ ...notes, ...config }))).toBeNull()
  })

  it.each([
    ['logits_scaling', 8],
    ['qk_layernorm', true],
    ['position_embedding_type', 'alibi'],
    ['per_layer_config', { 0: { head_dim: 4 } }],
    ['num_local_experts', 8],
    ['is_encoder_decoder', true],
  ])('is refused by the name of what it does not know: %s', async (setting, value) => {
    const config = await configOf(family)
    const found = typeof value === 'string' ? value : JSON.stringify(value)
    expect(codeOf(() => architectureOf({ ...config, [setting]: value }))).toEqual({
      code: 'model/config-unknown',
      facts: { setting, found },
    })
  })
})

// What published models of a family say beside its own entries.
const published: readonly (readonly [family: string, entries: object])[] = [
  ['llama', { is_llama_config: true, rope_interleaved: false, pretraining_tp: 4, 'transformers.js_config': { a: 1 } }],
  ['llama', { max_sequence_length: 2048, bias: false, temperature: 0.9, top_p: 0.6, prefix: 'x', unsloth_fixed: true }],
  ['llama', { rope_scaling: { type: 'yarn', factor: 16, original_max_position_embeddings: 4096, finetuned: true } }],
  ['qwen2', { use_mrope: false, sliding_window: 4096, max_window_layers: 21, dual_chunk_attention_config: { a: 1 } }],
  ['qwen3', { rope_parameters: { rope_type: 'yarn', factor: 4, attn_factor: 0.878, rope_theta: 1e6 } }],
  ['phi3', { interpolate_factor: 1, full_attn_mod: 1, lm_head_bias: false, attention_bias: false, mlp_bias: false }],
  ['gemma2', { cache_implementation: 'hybrid', hidden_act: 'gelu_pytorch_tanh' }],
  ['gemma3', { cache_implementation: 'hybrid', sliding_window_pattern: 6, _sliding_window_pattern: 6 }],
  [
    'gpt2',
    { n_ctx: 1024, n_special: 0, predict_special_tokens: true, output_past: true, gradient_checkpointing: false },
  ],
  ['gpt_neox', { custom_pipelines: { a: {} }, hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 }],
  ['lfm2', { block_dim: 32, block_use_swiglu: true, conv_dim: 32, num_heads: 4, theta: 1e6, use_pos_enc: true }],
]

it.each(published)('%s is read with %o', async (family, entries) => {
  const config = await configOf(family)
  expect(codeOf(() => architectureOf({ ...config, ...entries }))).toBeNull()
})

describe('entries of a single family', () => {
  it.each([
    ['gemma3', 'use_bidirectional_attention', true],
    ['gpt2', 'add_cross_attention', true],
    ['qwen2', 'use_mrope', true],
    ['phi3', 'attention_bias', true],
    ['mistral_window', 'layer_types', ['full_attention', 'sliding_attention']],
    ['qwen3', 'layer_types', ['full_attention']],
    ['lfm2', 'conv_bias', true],
    ['llama', 'hidden_act', 'relu6'],
  ])('%s is refused with %s', async (family, setting, value) => {
    const config = await configOf(family)
    expect(codeOf(() => architectureOf({ ...config, [setting]: value }))).toMatchObject({
      code: expect.stringMatching(/^model\/config(-unknown)?$/) as string,
      facts: { setting: expect.stringContaining(setting) as string },
    })
  })

  it('null means the same as nothing', async () => {
    const config = await configOf('llama')
    const plain = architectureOf({ ...config, attention_dropout: undefined })
    const nulls = architectureOf({ ...config, attention_dropout: null, attention_bias: null, mlp_bias: null })
    expect(nulls.attentionDropout).toBe(plain.attentionDropout)
    expect(nulls.linears).toEqual(plain.linears)
  })

  it("are transformers' where config.json leaves them out", async () => {
    const gemma2 = await configOf('gemma2')
    const { softcaps } = architectureOf({
      ...gemma2,
      attn_logit_softcapping: undefined,
      final_logit_softcapping: undefined,
    })
    expect(softcaps).toEqual({ attention: 50, logits: 30 })
    const none = architectureOf({ ...gemma2, attn_logit_softcapping: null, final_logit_softcapping: null })
    expect(none.softcaps).toEqual({ attention: null, logits: null })
  })
})

it.each([
  ['使えるモデル', 'ja'],
  ['Models', 'en'],
])('README.md names under %s every type that opens', async (heading) => {
  const readme = await readFile(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')
  const [, section = ''] = new RegExp(`## ${heading}\\n([^]*?)\\n## `).exec(readme) ?? []
  const words = new Set(section.match(/\b[a-z]+[a-z0-9_]*\b/g))
  expect(supportedTypes().filter((type) => !words.has(type))).toEqual([])
  expect(codeOf(() => architectureOf({ model_type: 'mystery' }))).toMatchObject({
    code: 'model/unsupported',
    facts: { found: 'mystery', supported: supportedTypes().join(', ') },
  })
})
