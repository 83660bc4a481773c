// A model's weights, streamed into a GGUF file that llama.cpp, Ollama and LM Studio read.
import { UserError, type AppError } from '../contract/errors.ts'
import type { WeightSource } from '../checkpoints/weight-source.ts'
import type { Tokenizer } from '../tokenizers/index.ts'
import { describeModel, familyFor, type Config, type DescribedModel, type GgufFamily } from './families/index.ts'
import { mixes, tensorSize, type MixId } from './mixes/index.ts'
import { planTensors, type PlannedTensor } from './plan.ts'
import { ggufTypes, type TypeName } from './types/index.ts'
import { uint32, string, type GgufValue, type Metadata } from './values.ts'
import { readVocabulary } from './vocabulary/index.ts'
import { writeGguf, type TensorToWrite, type WriteOptions } from './writer.ts'

/** Quantizes rows of numbers as llama.cpp's library does; core/llama-cpp has one. */
export interface Quantizer {
  /** Bytes of whole rows of `rowLength` numbers each. */
  quantize(type: TypeName, numbers: Float32Array<ArrayBuffer>, rowLength: number): Promise<Uint8Array>
}

export interface GgufModelToWrite extends WriteOptions {
  /** The folder whose tokenizer files are read. */
  readonly modelFolder: string
  readonly config: Config
  /** The tokenizer of that folder; null writes a file that takes ids only. */
  readonly tokenizer: Tokenizer | null
  /** Instead of the folder's own, which is written as it is. */
  readonly chatTemplate?: string | undefined
  /** Every weight of the checkpoint, by its own name. */
  readonly weights: Iterable<WeightSource>
  readonly mix: MixId
  /** The file to write. */
  readonly out: string
  /** What programs show. */
  readonly name: string
  /** Q4_0 and Q4_K_M need it: some of their types only llama.cpp quantizes. Q8_0 is quicker with it. */
  readonly quantizer?: Quantizer | undefined
}

/**
 * Why llama.cpp cannot compute this model, or null where it can. Knows the config only: the tokenizer is always written
 * as well as llama.cpp can read it.
 */
export function refusalOf(config: Config): AppError | null {
  try {
    familyFor(describeModel(config))
    return null
  } catch (error) {
    if (error instanceof UserError) return error.error
    throw error
  }
}

/**
 * Writes a model as one GGUF file, in one move: a cancelled or failed one leaves nothing. Weights are read, changed,
 * quantized and written piece by piece. Throws UserError 'gguf/family', 'gguf/config', 'gguf/weight-unknown',
 * 'gguf/not-finite', 'gguf/no-quantizer', 'model/weight-missing', of the disk, and the signal's reason.
 */
export async function writeGgufModel(options: GgufModelToWrite): Promise<void> {
  const { config, weights, mix, out, modelFolder, tokenizer, chatTemplate, name, quantizer, signal, onBytes } = options
  const model = describeModel(config)
  const family = familyFor(model)
  const planned = planTensors(model, family, weights, mixes[mix])
  const needed = planned.find(({ type }) => !ggufTypes[type].quantize)
  if (needed && !quantizer) throw new UserError('gguf/no-quantizer', { type: needed.type })
  const metadata: Metadata = new Map([
    ...headOf(family, { name, mix }),
    ...architectureEntries(model, family),
    ...(await readVocabulary({ modelFolder, tokenizer, chatTemplate, size: model.architecture.vocabularySize })),
  ])
  const extras = (family.extraTensors?.(model) ?? []).map(extraTensor)
  await writeGguf(out, metadata, [...planned.map((tensor) => tensorToWrite(tensor, quantizer)), ...extras], {
    signal,
    onBytes,
  })
}

/** The bytes of the file that a model becomes, but for its tokenizer. Throws as refusalOf's reasons. */
export function estimateBytes(config: Config, mix: MixId): number {
  const model = describeModel(config)
  const { linears, embedding, outputLayers, tied, vocabularySize, width } = model.architecture
  const table = [vocabularySize, width]
  const shapes: (readonly [string, readonly number[]])[] = [
    [embedding, table],
    ...(tied ? [] : [[outputLayers[0]!, table] as const]),
    ...linears.map(
      ({ path, inSize, outSize, transposed }) =>
        [`${path}.weight`, transposed ? [inSize, outSize] : [outSize, inSize]] as const,
    ),
  ]
  const weights = shapes.map(([name, shape]): WeightSource => ({ name, shape, dtype: 'float32', read: unread }))
  const planned = planTensors(model, familyFor(model), weights, mixes[mix])
  return planned.reduce((sum, { name, type, source }) => sum + tensorSize({ name, shape: source.shape }, type), 0)
}

const unread = (): Promise<never> => Promise.reject(new Error('only shapes are looked at'))

/** llama.cpp's GGML_QNT_VERSION. */
const QUANTIZATION_VERSION = 2

const headOf = (family: GgufFamily, { name, mix }: { readonly name: string; readonly mix: MixId }): Metadata =>
  new Map([
    ['general.architecture', string(family.architecture)],
    ['general.type', string('model')],
    ['general.name', string(name)],
    ['general.file_type', uint32(mixes[mix].fileType)],
    ['general.quantization_version', uint32(QUANTIZATION_VERSION)],
  ])

const architectureEntries = (model: DescribedModel, family: GgufFamily): [string, GgufValue][] =>
  Object.entries(family.metadata(model)).map(([key, value]) => [`${family.architecture}.${key}`, value])

const extraTensor = ({ name, values }: { name: string; values: Float32Array<ArrayBuffer> }): TensorToWrite => ({
  name,
  type: ggufTypes.F32,
  shape: [values.length],
  pieces: async function* () {
    yield ggufTypes.F32.quantize!(values)
  },
})

/** A loop: every weight of a model passes here. */
function isFinite(numbers: Float32Array): boolean {
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return false
  return true
}

/** Numbers that are read, changed and quantized at a time. */
const PIECE = 2 ** 20

function tensorToWrite({ name, type, source }: PlannedTensor, quantizer: Quantizer | undefined): TensorToWrite {
  const { shape } = source
  const [rows = 0, ...inner] = shape
  const rowSize = inner.reduce((product, size) => product * size, 1)
  const form = ggufTypes[type]
  return {
    name,
    type: form,
    shape,
    async *pieces() {
      const step = Math.max(1, Math.floor(PIECE / rowSize))
      for (let first = 0; first < rows; first += step) {
        const numbers = await source.read(first, Math.min(step, rows - first))
        if (!isFinite(numbers)) throw new UserError('gguf/not-finite', { weight: source.name })
        // The library has the same bytes sooner, and off this thread.
        const ours = quantizer && form.blockSize > 1 ? undefined : form.quantize
        yield ours ? ours(numbers) : await quantizer!.quantize(type, numbers, shape.at(-1)!)
      }
    },
  }
}
