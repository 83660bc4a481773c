// Rows of a dataset to token ids: prompt ids, then answer ids with the end mark, and which of them count for the loss.
import { UserError } from '../contract/errors.ts'
import type { SettingValues } from '../contract/settings.ts'
import type { Tokenizer } from '../tokenizers/index.ts'
import { encodeAnswer, encodePrompt, type SampleFormat } from './sample-format.ts'

/** One row to learn from. */
export interface Example {
  readonly rowId: string | number
  readonly prompt: string
  readonly answer: string
  readonly system?: string
}

/** A row as tokens. `labelMask[i]` is 1 where the model learns to say ids[i] after ids[0..i); the first token never counts. */
export interface Sample {
  readonly rowId: Example['rowId']
  readonly ids: Int32Array
  readonly labelMask: Uint8Array
  /** ids[0, promptTokenCount) are the prompt. */
  readonly promptTokenCount: number
  /** Which part was longer than its limit and lost tokens: the prompt its first, the answer its last. */
  readonly truncated: { readonly prompt: boolean; readonly answer: boolean }
}

/** Why a row cannot be learnt from. */
export interface SampleIssue {
  readonly rowId: Example['rowId']
  readonly code: 'no-counted-tokens'
}

export type SampleResult = { readonly ok: true; readonly sample: Sample } | { readonly ok: false; readonly issue: SampleIssue }

export interface SampleOptions {
  readonly format: SampleFormat
  /** Limits in tokens; the end mark counts as part of the answer and is never cut off. */
  readonly maxPromptTokens: number
  readonly maxAnswerTokens: number
  readonly maxTokens: number
  /** True: only the answer and its end mark count for the loss. */
  readonly answerOnly: boolean
}

/** The sample options that an experiment's settings ask for. */
export function sampleOptionsOf(settings: SettingValues): SampleOptions {
  return {
    format: settings['dataset.sample_format'] === 'template'
      ? { kind: 'template' }
      : { kind: 'h2o', promptStart: settings['dataset.text_prompt_start'], answerSeparator: settings['dataset.text_answer_separator'] },
    maxPromptTokens: settings['tokenizer.max_length_prompt'],
    maxAnswerTokens: settings['tokenizer.max_length_answer'],
    maxTokens: settings['tokenizer.max_length'],
    answerOnly: settings['dataset.mask_prompt_labels'],
  }
}

/**
 * Turns one row into a sample. The prompt keeps its last tokens, the answer its first and its end mark;
 * where both together are too long, the prompt gives way.
 * Throws UserError 'tokenizer/no-template' where the model has no chat template and the format asks for it.
 */
export function buildSample(tokenizer: Tokenizer, example: Example, options: SampleOptions): SampleResult {
  const wholePrompt = encodePrompt(tokenizer, options.format, messagesOf(example))
  const wholeAnswer = encodeAnswer(tokenizer, options.format, example.answer)
  const answer = keepFirst(wholeAnswer.ids, wholeAnswer.end, Math.min(options.maxAnswerTokens, options.maxTokens))
  const prompt = keepLast(wholePrompt, Math.min(options.maxPromptTokens, options.maxTokens - answer.length))
  const ids = Int32Array.from([...prompt, ...answer])
  const labelMask = new Uint8Array(ids.length).fill(1, options.answerOnly ? prompt.length : 0)
  labelMask[0] = 0
  if (!labelMask.includes(1)) return { ok: false, issue: { rowId: example.rowId, code: 'no-counted-tokens' } }
  const truncated = { prompt: prompt.length < wholePrompt.length, answer: answer.length < wholeAnswer.ids.length + wholeAnswer.end.length }
  return { ok: true, sample: { rowId: example.rowId, ids, labelMask, promptTokenCount: prompt.length, truncated } }
}

/** Turns rows into samples as they come, one result a row in the same order, so that a caller can show progress and stop at any row. */
export async function* buildSamples(tokenizer: Tokenizer, examples: AsyncIterable<Example> | Iterable<Example>, options: SampleOptions): AsyncGenerator<SampleResult> {
  for await (const example of examples) yield buildSample(tokenizer, example, options)
}

/** Throws UserError 'tokenizer/no-template' where samples cannot be built in this format: call it before reading thousands of rows. */
export function checkFormat(tokenizer: Tokenizer, format: SampleFormat): void {
  if (format.kind === 'template' && !tokenizer.chatTemplate) throw new UserError('tokenizer/no-template')
}

const messagesOf = ({ prompt, system }: Example) => [
  ...(system ? [{ role: 'system' as const, content: system }] : []),
  { role: 'user' as const, content: prompt },
]

const keepLast = (ids: readonly number[], limit: number): readonly number[] => (ids.length <= limit ? ids : ids.slice(ids.length - Math.max(0, limit)))

const keepFirst = (ids: readonly number[], end: readonly number[], limit: number): readonly number[] => [...ids.slice(0, Math.max(0, limit - end.length)), ...end]
