import { join } from 'node:path'
import { stat, readdir } from 'node:fs/promises'
import { estimateBytes, refusalOf, writeGgufModel, type Quantizer } from '../../gguf/model.ts'
import type { MixId } from '../../gguf/mixes/index.ts'
import { openQuantizer } from '../../llama-cpp/quantizer.ts'
import { UserError, type AppError } from '../../contract/index.ts'
import { sampleOptionsOf } from '../../samples/samples.ts'
import { loadTokenizer, type Tokenizer } from '../../tokenizers/index.ts'
import type { WeightSource } from '../../checkpoints/index.ts'
import type { ExportFormat, ExportOptions, Reopened } from '../format.ts'
import { templateFor } from '../model-description.ts'
import { weightsOf, type ExportSource } from '../source.ts'
import type { ExportWatch } from '../watch.ts'

/** As near to the run as a file of half its size comes first. */
const MIXES = ['Q8_0', 'Q4_K_M', 'Q4_0', 'F16', 'BF16'] as const satisfies readonly MixId[]
/** Types that keep a weight of 16 bits as it is, or nearly so. */
const LOSSLESS: ReadonlySet<string> = new Set(['F16', 'BF16'])

export const mixOptions = { mix: MIXES } as const
const mixOf = ({ mix }: ExportOptions): MixId => MIXES.find((each) => each === mix) ?? MIXES[0]

/** One file with model, tokenizer and chat template, which llama.cpp, Ollama and LM Studio read. */
export const gguf: ExportFormat = {
  id: 'gguf',
  options: mixOptions,
  ending: '.gguf',
  refusal: ggufRefusal,
  sizeBytes: ggufBytes,
  async write(source, target, { options, ...watch }) {
    const tokenizer = await loadTokenizer(source.model.folder)
    await writeGguf(source, target, { tokenizer, options, ...watch })
  },
  reopen: async (_, written, { options }) => reopenedGguf(written, options),
}

/** Why llama.cpp could not compute the run's model; null where it can. */
export function ggufRefusal({ model }: ExportSource): AppError | null {
  return refusalOf(model.config)
}

/** About what the file takes: its weights, and a vocabulary that is no larger than the tokenizer's files. */
export async function ggufBytes({ model }: ExportSource, options: ExportOptions): Promise<number> {
  return estimateBytes(model.config, mixOf(options)) + (await tokenizerBytes(model.folder))
}

async function tokenizerBytes(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => /^(tokenizer|spiece|vocab|merges)/.test(name))
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

interface GgufWriting extends ExportWatch {
  /** The base model's. */
  readonly tokenizer: Tokenizer
  readonly options: ExportOptions
}

/** Writes the merged model into one file. Throws as writeGgufModel. */
export async function writeGguf(
  source: ExportSource,
  out: string,
  { tokenizer, options, signal, wrote }: GgufWriting,
): Promise<void> {
  const { model, record } = source
  const { weights, untied } = await weightsOf(source)
  await writeGgufModel({
    modelFolder: model.folder,
    config: untied ? { ...model.config, tie_word_embeddings: false } : model.config,
    tokenizer,
    chatTemplate: (await templateFor(model.folder, sampleOptionsOf(record.settings).format)) ?? undefined,
    weights: namedByArchitecture(source, weights),
    mix: mixOf(options),
    out,
    name: record.name,
    quantizer: quantizer(),
    signal,
    onBytes: wrote,
  })
}

export const reopenedGguf = (file: string, options: ExportOptions): Reopened => ({
  by: 'llama.cpp',
  file,
  lossy: !LOSSLESS.has(mixOf(options)),
})

/** None where llama.cpp's libraries are not there: plain types do without. */
function quantizer(): Quantizer | undefined {
  try {
    return openQuantizer()
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

/** The weights by the names that the architecture has for them, the tied table once. */
function* namedByArchitecture({ model }: ExportSource, weights: readonly WeightSource[]): Generator<WeightSource> {
  const names = new Map([...model.storedNames].map(([name, stored]) => [stored, name]))
  for (const weight of weights)
    if (names.has(weight.name) || weight.name !== model.tiedCopy)
      yield {
        ...weight,
        name: names.get(weight.name) ?? weight.name,
        read: (first, count) => weight.read(first, count),
      }
}
