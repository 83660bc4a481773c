import { bytesOf, ggufTypes, type TypeName } from '../types/index.ts'

/** A tensor as a mix looks at it. */
export interface MixedTensor {
  /** llama.cpp's name. */
  readonly name: string
  readonly shape: readonly number[]
}

/** What a choice depends on besides the tensor: llama.cpp counts. */
export interface MixContext {
  readonly layerCount: number
  /** The output layer is the embedding table. */
  readonly tied: boolean
  /** Heads that share a head of keys; llama.cpp treats its 70B models, of 80 layers, in a way of their own. */
  readonly sharesKeys: boolean
  /** By name: which of the attention values' tensors it is, and how many there are. */
  readonly valueIndex: (name: string) => number
  readonly valueCount: number
}

/** Which type each tensor of a file gets. One file each. */
export interface Mix<Id extends string = string> {
  readonly id: Id
  /** general.file_type. */
  readonly fileType: number
  /** The type of a matrix that is quantized, before its row's length is looked at. */
  typeOf(tensor: MixedTensor, context: MixContext): TypeName
}

/** A mix of one type for all matrices. */
export const plainMix = <const Id extends TypeName>(id: Id, fileType: number): Mix<Id> => ({
  id,
  fileType,
  typeOf: () => id,
})

/** Tensors that llama.cpp never quantizes: what has one axis, norms, learnt positions, kernels of convolutions. */
const staysWhole = ({ name, shape }: MixedTensor): boolean =>
  shape.length < 2 ||
  !name.endsWith('weight') ||
  name.includes('_norm.weight') ||
  name.startsWith('position_embd') ||
  name.includes('shortconv.conv.weight')

export const isOutput = ({ name }: MixedTensor, { tied }: MixContext): boolean =>
  name === 'output.weight' || (tied && name === 'token_embd.weight')

export const rowLength = ({ shape }: MixedTensor): number => shape.at(-1)!

/** What llama.cpp takes instead where a row is no whole number of blocks. */
const FALLBACKS: Partial<Record<TypeName, TypeName>> = { Q4_K: 'Q5_0', Q5_K: 'Q5_1', Q6_K: 'Q8_0' }

/** A tensor's type in a mix, as llama.cpp chooses it. */
export function typeIn(mix: Mix, tensor: MixedTensor, context: MixContext): TypeName {
  if (staysWhole(tensor)) return 'F32'
  const length = rowLength(tensor)
  const fits = (name: TypeName): boolean => length % ggufTypes[name].blockSize === 0
  const wanted = mix.typeOf(tensor, context)
  const fallback = FALLBACKS[wanted]
  return [wanted, ...(fallback ? [fallback] : [])].find(fits) ?? 'F16'
}

/** The bytes of a tensor in a type. */
export const tensorSize = ({ shape }: MixedTensor, type: TypeName): number =>
  bytesOf(
    ggufTypes[type],
    shape.reduce((product, size) => product * size, 1),
  )
