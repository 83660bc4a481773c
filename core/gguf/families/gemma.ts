import { firstMisfit, GELU, numberOf, textOf, type DescribedModel, type Misfit } from './family.ts'

/** What llama.cpp takes as given in Gemma 2 and 3. `wideLayers`: the largest size divides by the heads instead. */
export function gemmaMisfit(model: DescribedModel, wideLayers: number): Misfit | null {
  const { layerCount, width, heads, headSize, tied } = model.architecture
  const activation = textOf(model, 'hidden_activation', 'gelu_pytorch_tanh')
  const scalar = numberOf(model, 'query_pre_attn_scalar', 256)
  const { attention_bias: bias } = model.config
  return firstMisfit([
    ['hidden_activation', activation, GELU.includes(activation)],
    ['query_pre_attn_scalar', scalar, scalar === (layerCount === wideLayers ? width / heads : headSize)],
    ['attention_bias', bias, bias !== true],
    ['tie_word_embeddings', false, tied],
  ])
}
