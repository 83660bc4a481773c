import { z } from 'zod'
import {
  isErrorCode,
  type AppError,
  type ErrorCode,
  type SamplePreview,
  type SettingValues,
} from '../contract/index.ts'
import type { MemoryPlace, RowCounts } from '../training/memory-estimate.ts'
import type { TrainingRow } from '../samples/sample-files.ts'

/**
 * A model's folder, and what its files looked like when the host last saw them: with another stamp they are read again.
 */
export interface ModelPlace {
  readonly folder: string
  readonly stamp: string
}

const Count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const Line = z.string().max(200)
const MAX_TEXT_LENGTH = 2_000_000

/** What a model's files say, once its tokenizer and chat template have worked in the reader. */
const Description = z.object({
  architecture: Line,
  parameterCount: Count,
  sizeBytes: Count,
  contextLengthTokens: Count,
  vocabularySize: Count,
  licence: Line,
  /** The element type of most of its numbers. */
  dtype: Line,
  hasChatTemplate: z.boolean(),
  /** A LoRA adapter, and the model that it was trained on as its files name it. */
  adapterOf: Line.nullable(),
  /** The chat template has no place for a system text, which stands before the first question instead. */
  mergesSystem: z.literal(true).exactOptional(),
})
export type Description = z.infer<typeof Description>

const Sample = z.object({
  tokens: z.array(z.object({ text: z.string().max(MAX_TEXT_LENGTH), counts: z.boolean() })).max(2_000),
  tokenCount: Count,
  countedTokens: Count,
  truncated: z.boolean(),
  leftOut: Line.nullable(),
}) satisfies z.ZodType<SamplePreview>

const ReadError = z.object({
  code: z.custom<ErrorCode>((code) => isErrorCode(code) && code !== 'internal'),
  facts: z.record(z.string().max(40), z.union([z.string().max(4_000), z.number()])),
}) satisfies z.ZodType<AppError>

/** What config.json and headers say of a model whose weights are elsewhere. */
const Inspection = z.object({
  architecture: Line,
  /** config.json's model_type. */
  family: Line,
  /** Null where the model is not one that the studio opens. */
  parameterCount: Count.nullable(),
  contextLengthTokens: Count.nullable(),
  vocabularySize: Count.nullable(),
  dtype: Line,
  /** The method, as `model/quantized` names it. */
  quantization: Line.nullable(),
  hasChatTemplate: z.boolean(),
  /** What files and card say of where it was made from; '' where they do not. */
  madeFrom: Line,
  problem: ReadError.nullable(),
})
export type Inspection = z.infer<typeof Inspection>

/** What the host accepts as results: they come from a process that a model's files may have subverted. */
export const resultSchemas = {
  describe: Description,
  texts: z.object({ card: z.string().max(MAX_TEXT_LENGTH), notice: z.string().max(MAX_TEXT_LENGTH) }),
  countTokens: z.array(Count),
  sample: Sample,
  memory: z.object({ trainableParameterCount: Count, memoryBytes: z.number().min(0), chatBytes: z.number().min(0) }),
  inspect: Inspection,
  gguf: z.object({
    weightBytes: Count,
    parameterCount: Count,
    contextLengthTokens: Count,
    family: z.string().max(100),
    type: z.string().max(40),
    hasChatTemplate: z.boolean(),
    /** As of a description; such a file stays as it is. */
    adapterOf: Line.nullable(),
  }),
  adapter: z.object({
    parameterCount: Count,
    rank: Count,
    alpha: z.number().positive(),
    dropout: z.number().min(0).max(1).catch(0),
    rankStabilised: z.boolean(),
    decomposed: z.boolean(),
  }),
} as const

/** Everything that the reader can be asked for. */
export interface ReaderParams {
  /** Reads the files and tries tokenizer and chat template. */
  describe: ModelPlace
  /** The model card without its front matter, and the notice. */
  texts: ModelPlace
  countTokens: ModelPlace & { readonly texts: readonly string[] }
  sample: ModelPlace & { readonly rows: readonly TrainingRow[]; readonly values: SettingValues }
  /** What a training would take; see estimateMemory. */
  memory: ModelPlace & {
    readonly values: SettingValues
    readonly place: MemoryPlace
    readonly rows?: RowCounts
    /** The folder holds no weights: they are what config.json says, of this type. */
    readonly sketched?: 'float32' | 'float16' | 'bfloat16'
  }
  /** Of a folder with config.json and, beside others, the beginnings of weight files (`<name>.header`). */
  inspect: ModelPlace & { readonly headers: readonly { readonly file: string; readonly fileBytes: number }[] }
  /** What a GGUF of that folder is, and what the weights of the model that it becomes will take. */
  gguf: ModelPlace & { readonly file: string }
  /** Of a model, and the folder of a LoRA adapter: whether the one suits the other. */
  adapter: ModelPlace & { readonly adapter: string }
}

export type ReaderMethod = keyof ReaderParams
export type ReaderResult<M extends ReaderMethod> = z.infer<(typeof resultSchemas)[M]>

/** Host → reader. */
export interface ReaderRequest {
  readonly id: number
  readonly method: ReaderMethod
  readonly params: unknown
}

/** Reader → host. `ended` is the last word of a process that ends itself. */
export const ReaderReply = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), id: Count, result: z.unknown() }),
  z.object({ type: z.literal('error'), id: Count, error: ReadError }),
  z.object({ type: z.literal('ended'), reason: z.enum(['time', 'memory', 'crash']), detail: Line }),
])
export type ReaderReply = z.infer<typeof ReaderReply>

/**
 * The processor time of one request: not the clock, so that a training beside it makes no sound model too slow. A
 * tokenizer of 40 MB takes 4 s; with its start, every answer comes within 10 s on a quiet computer.
 */
export const CPU_LIMIT_MS = 8_000
/** By the clock, for what waits without working. */
export const TIME_LIMIT_MS = 60_000
export const MEMORY_LIMIT_BYTES = 1_000_000_000
