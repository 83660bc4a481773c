import type { TypeName } from '../types/index.ts'
import { isOutput, rowLength, type Mix, type MixContext, type MixedTensor } from './mix.ts'

const BLOCK = 256
const LAYERS_OF_70B = 80

/** Q4_K, with more bits where errors cost most: the output layer, and values and ffn_down of half of the layers. */
export const q4_k_m: Mix<'Q4_K_M'> = {
  id: 'Q4_K_M',
  fileType: 15,
  typeOf(tensor, context) {
    if (isOutput(tensor, context)) return rowLength(tensor) % BLOCK === 0 ? 'Q6_K' : 'Q8_0'
    if (/\.(attn_v|attn_qkv)\.weight$/.test(tensor.name)) return valueType(tensor, context)
    if (!tensor.name.includes('ffn_down')) return 'Q4_K'
    return usesMoreBits(layerOf(tensor), context.layerCount) ? 'Q6_K' : 'Q4_K'
  },
}

function valueType(tensor: MixedTensor, context: MixContext): TypeName {
  if (usesMoreBits(context.valueIndex(tensor.name), context.valueCount)) return 'Q6_K'
  return context.layerCount === LAYERS_OF_70B && context.sharesKeys ? 'Q5_K' : 'Q4_K'
}

const layerOf = ({ name }: MixedTensor): number => Number(/^blk\.(\d+)\./.exec(name)?.[1])

/** The first and last eighth of the layers, and every third between them. Divisions are those of integers. */
function usesMoreBits(index: number, count: number): boolean {
  const eighth = Math.floor(count / 8)
  return index < eighth || index >= Math.floor((7 * count) / 8) || (index - eighth) % 3 === 2
}
