import type { Architecture } from '../../models/architecture.ts'
import { same, type Change } from '../changes.ts'
import { float32, uint32, type GgufValue } from '../values.ts'

export type Config = Readonly<Record<string, unknown>>

/** A model as its config.json describes it: of text and images, the part for text. */
export interface DescribedModel {
  readonly config: Config
  readonly architecture: Architecture
}

/** An entry of config.json that llama.cpp does not compute with. */
export interface Misfit {
  readonly setting: string
  readonly found: string
}

/** A weight's name in the checkpoint and in llama.cpp, both with `{}` for the layer's number, and how they differ. */
export interface TensorRule {
  readonly ours: string
  readonly theirs: string
  readonly change: Change
}

/** A tensor that llama.cpp wants and no checkpoint holds. */
export interface ExtraTensor {
  readonly name: string
  readonly values: Float32Array<ArrayBuffer>
}

/** Metadata without the architecture's name before the key: `block_count`. */
export type Entries = Readonly<Record<string, GgufValue>>

/** A family of models and llama.cpp's architecture that computes the same. One file each. */
export interface GgufFamily {
  readonly modelTypes: readonly string[]
  /** llama.cpp's name. */
  readonly architecture: string
  readonly tensors: readonly TensorRule[]
  /** llama.cpp wants the output layer's weight also where it is the embedding table. */
  readonly repeatsTiedHead?: boolean
  /** The first entry of config.json that llama.cpp would compute otherwise; null for none. */
  misfit(model: DescribedModel): Misfit | null
  metadata(model: DescribedModel): Entries
  extraTensors?(model: DescribedModel): readonly ExtraTensor[]
  /** config.json of a file with such metadata, but for what every family says alike. */
  config(metadata: MetadataReader): Record<string, unknown>
}

/** One architecture's metadata. Each throws UserError 'gguf/metadata' {key} where it is missing or of another kind. */
export interface MetadataReader {
  number(key: string, byDefault?: number): number
  /** One number a layer: also where one is written for all. */
  perLayer(key: string): number[]
  flag(key: string, byDefault: boolean): boolean
  text(key: string, byDefault: string): string
  hasTensor(name: string): boolean
  /** Values of a small tensor beside the weights (`rope_freqs.weight`); null where there is none. */
  values(name: string): readonly number[] | null
  /** Rows of the embedding table. */
  readonly vocabularySize: number
}

export const rule = (ours: string, theirs: string, change: Change = same): TensorRule => ({ ours, theirs, change })

/** Rules for a weight and its bias. */
export const withBias = (ours: string, theirs: string, change: Change = same): TensorRule[] => [
  rule(`${ours}.weight`, `${theirs}.weight`, change),
  // A bias has one axis: it is never transposed.
  rule(`${ours}.bias`, `${theirs}.bias`, change.movesRows ? change : same),
]

/** A number of config.json, by default what transformers takes. */
export function numberOf({ config }: DescribedModel, setting: string, byDefault: number): number {
  const found = config[setting]
  return typeof found === 'number' ? found : byDefault
}

/** A text of config.json, by default what transformers takes. */
export function textOf({ config }: DescribedModel, setting: string, byDefault: string): string {
  const found = config[setting]
  return typeof found === 'string' ? found : byDefault
}

/** What llama.cpp asks of every architecture. */
export const sizesOf = ({ architecture: sizes }: DescribedModel): Record<string, GgufValue> => ({
  block_count: uint32(sizes.layerCount),
  context_length: uint32(sizes.contextLength),
  embedding_length: uint32(sizes.width),
  feed_forward_length: uint32(sizes.feedForwardSize),
  'attention.head_count': uint32(sizes.heads),
  'attention.head_count_kv': uint32(sizes.kvHeads),
  vocab_size: uint32(sizes.vocabularySize),
})

/** The sizes of heads, for architectures that take them from nothing else. */
export const headSizes = ({ architecture: { headSize } }: DescribedModel): Record<string, GgufValue> => ({
  'attention.key_length': uint32(headSize),
  'attention.value_length': uint32(headSize),
})

export const epsilonOf = (model: DescribedModel, kind: 'rms' | 'plain', setting: string, byDefault: number) => ({
  [kind === 'rms' ? 'attention.layer_norm_rms_epsilon' : 'attention.layer_norm_epsilon']: float32(
    numberOf(model, setting, byDefault),
  ),
})

/** The first setting that is none of what llama.cpp computes with. */
export const firstMisfit = (
  checks: readonly (readonly [setting: string, found: unknown, isFine: boolean])[],
): Misfit | null => {
  const wrong = checks.find(([, , isFine]) => !isFine)
  return wrong ? { setting: wrong[0], found: String(wrong[1]) } : null
}

/** The activations that llama.cpp's gelu stands for: its tanh form, read from a table of float16. */
export const GELU: readonly string[] = ['gelu', 'gelu_python', 'gelu_new', 'gelu_fast', 'gelu_pytorch_tanh']
export const SILU: readonly string[] = ['silu', 'swish']
