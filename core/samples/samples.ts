// Rows of a dataset to token ids: prompts and answers with their end marks, and which tokens count for the loss.
import { UserError } from '../contract/errors.ts'
import type { SettingValues } from '../contract/settings.ts'
import type { Tokenizer } from '../tokenizers/index.ts'
import {
  encodeConversation,
  formatFor,
  type Conversation,
  type EncodedConversation,
  type EncodedTurn,
  type H2oFormat,
  type SampleFormat,
} from './sample-format.ts'
import type { MarkedIds } from './sample-template.ts'

/** One row to learn from, with what was said before it. */
export interface Example extends Conversation {
  readonly rowId: string | number
}

/**
 * A row as tokens. `labelMask[i]` is 1 where the model learns to say ids[i] after ids[0..i); the first token never
 * counts.
 */
export interface Sample {
  readonly rowId: Example['rowId']
  readonly ids: Int32Array
  readonly labelMask: Uint8Array
  /** ids[0, promptTokenCount) are the conversation up to the last answer. */
  readonly promptTokenCount: number
  /**
   * Which part was longer than its limit and lost tokens: the conversation before the last answer, or an answer its
   * last.
   */
  readonly truncated: { readonly prompt: boolean; readonly answer: boolean }
  /** True where only the last of several answers counts because the chat template rewrites the earlier ones. */
  readonly lastAnswerOnly: boolean
  /** The system text stands before the first question because the chat template has no place for it. */
  readonly systemMerged?: true
}

/** Why a row cannot be learnt from. */
export interface SampleIssue {
  readonly rowId: Example['rowId']
  readonly code: 'no-counted-tokens'
}

export type SampleResult =
  { readonly ok: true; readonly sample: Sample } | { readonly ok: false; readonly issue: SampleIssue }

export interface SampleOptions {
  readonly format: SampleFormat
  /**
   * Limits in tokens of each prompt and each answer; the end mark counts as part of the answer and is never cut off.
   */
  readonly maxPromptTokens: number
  readonly maxAnswerTokens: number
  readonly maxTokens: number
  /** True: only the answers and their end marks count for the loss. */
  readonly answerOnly: boolean
  /** True: of several answers only the last counts. As in H2O LLM Studio, it has no effect without `answerOnly`. */
  readonly lastAnswerOnly: boolean
}

/** The sample options that an experiment's settings ask for. */
export function sampleOptionsOf(settings: SettingValues): SampleOptions {
  return {
    format: formatOf(settings),
    maxPromptTokens: settings['tokenizer.max_length_prompt'],
    maxAnswerTokens: settings['tokenizer.max_length_answer'],
    maxTokens: settings['tokenizer.max_length'],
    answerOnly: settings['dataset.mask_prompt_labels'],
    lastAnswerOnly: settings['dataset.only_last_answer'],
  }
}

/** The settings with rows no longer than a model's context. */
export const withinContext = (settings: SettingValues, contextLength: number): SettingValues => ({
  ...settings,
  'tokenizer.max_length': Math.min(settings['tokenizer.max_length'], contextLength),
})

function formatOf(settings: SettingValues): SampleFormat {
  const h2o: H2oFormat = {
    kind: 'h2o',
    systemStart: settings['dataset.text_system_start'],
    promptStart: settings['dataset.text_prompt_start'],
    answerSeparator: settings['dataset.text_answer_separator'],
    endAfterSystem: settings['dataset.add_eos_token_to_system'],
    endAfterPrompt: settings['dataset.add_eos_token_to_prompt'],
    endAfterAnswer: settings['dataset.add_eos_token_to_answer'],
  }
  switch (settings['dataset.sample_format']) {
    case 'h2o':
      return h2o
    case 'template':
      return { kind: 'template' }
    case 'auto':
      return { kind: 'template', otherwise: h2o }
  }
}

/**
 * Turns one row into a sample, as H2O LLM Studio does: a prompt keeps its last tokens, an answer its first and its end
 * mark; where all together are too long, the beginning gives way, but not H2O's system part. With a chat template the
 * oldest turns go first, as in the chat. Unlike H2O, the last answer's end mark is never lost.
 * Throws UserError 'tokenizer/no-template' where the model has no chat template and the format asks for it, or
 * 'tokenizer/template-failed'.
 */
export function buildSample(tokenizer: Tokenizer, example: Example, options: SampleOptions): SampleResult {
  const whole = encodeConversation(tokenizer, options.format, example)
  const { conversation, droppedTurns } = fitTurns(tokenizer, example, options, whole)
  const { ids, labelMask, answerTokenCount, cut } = join(conversation, options)
  if (!labelMask.includes(1)) return { ok: false, issue: { rowId: example.rowId, code: 'no-counted-tokens' } }
  const truncated = {
    prompt: cut || droppedTurns > 0 || shortened(whole.turns, ({ prompt }) => prompt.length, options.maxPromptTokens),
    answer: losesAnswer(whole, options),
  }
  const lastAnswerOnly = whole.earlierAnswersUnknown && options.answerOnly && !options.lastAnswerOnly
  return {
    ok: true,
    sample: {
      rowId: example.rowId,
      ids,
      labelMask,
      promptTokenCount: ids.length - answerTokenCount,
      truncated,
      lastAnswerOnly,
      ...(whole.systemMerged ? { systemMerged: true } : {}),
    },
  }
}

/**
 * Turns rows into samples as they come, one result a row in the same order, so that a caller can show progress and stop
 * at any row.
 */
export async function* buildSamples(
  tokenizer: Tokenizer,
  examples: AsyncIterable<Example> | Iterable<Example>,
  options: SampleOptions,
): AsyncGenerator<SampleResult> {
  for await (const example of examples) yield buildSample(tokenizer, example, options)
}

/**
 * Throws UserError 'tokenizer/no-template' where samples cannot be built in this format: call it before reading
 * thousands of rows.
 */
export function checkFormat(tokenizer: Tokenizer, format: SampleFormat): void {
  if (formatFor(tokenizer, format).kind === 'template' && !tokenizer.chatTemplate)
    throw new UserError('tokenizer/no-template')
}

/**
 * Shortens every part to its limit and, where a chat template is used, leaves out the oldest turns until the rest fits.
 */
function fitTurns(
  tokenizer: Tokenizer,
  example: Example,
  options: SampleOptions,
  whole: EncodedConversation,
): { conversation: EncodedConversation; droppedTurns: number } {
  const { history = [] } = example
  let conversation = shorten(whole, options)
  let droppedTurns = 0
  while (
    formatFor(tokenizer, options.format).kind === 'template' &&
    droppedTurns < history.length &&
    lengthOf(conversation) > options.maxTokens
  ) {
    droppedTurns++
    conversation = shorten(
      encodeConversation(tokenizer, options.format, { ...example, history: history.slice(droppedTurns) }),
      options,
    )
  }
  return { conversation, droppedTurns }
}

function shorten(
  { system, turns, ...rest }: EncodedConversation,
  { maxPromptTokens, maxAnswerTokens, maxTokens }: SampleOptions,
): EncodedConversation {
  const shortTurns = turns.map(({ prompt, answer }) => ({
    prompt: keepLast(prompt, maxPromptTokens),
    answer: keepFirst(answer, Math.min(maxAnswerTokens, maxTokens)),
  }))
  return { ...rest, system: keepFirst(system, maxPromptTokens), turns: shortTurns }
}

/** Lays the parts one after the other; where they are too long, what follows the system part loses its beginning. */
function join(
  { system, turns }: EncodedConversation,
  { maxTokens, answerOnly, lastAnswerOnly }: SampleOptions,
): { ids: Int32Array; labelMask: Uint8Array; answerTokenCount: number; cut: boolean } {
  const last = turns.length - 1
  const parts = turns.flatMap(({ prompt, answer }, index) => [
    { ids: prompt, counts: !answerOnly },
    { ids: written(answer), counts: !answerOnly || !lastAnswerOnly || index === last },
  ])
  const answerTokenCount = parts.at(-1)?.ids.length ?? 0
  const all = parts.flatMap(({ ids }) => ids)
  const mask = parts.flatMap(({ ids, counts }) => ids.map(() => (counts ? 1 : 0)))
  const head = written(keepFirst(system, maxTokens - answerTokenCount))
  const kept = keepLast(all, maxTokens - head.length)
  const ids = Int32Array.from([...head, ...kept])
  const labelMask = Uint8Array.from([
    ...head.map(() => (answerOnly ? 0 : 1)),
    ...keepLast(mask, maxTokens - head.length),
  ])
  labelMask[0] = 0
  return { ids, labelMask, answerTokenCount, cut: kept.length < all.length || head.length < written(system).length }
}

const written = ({ ids, end }: MarkedIds): readonly number[] => [...ids, ...end]

const lengthOf = ({ system, turns }: EncodedConversation): number =>
  turns.reduce((sum, { prompt, answer }) => sum + prompt.length + written(answer).length, written(system).length)

const shortened = (turns: readonly EncodedTurn[], length: (turn: EncodedTurn) => number, limit: number): boolean =>
  turns.some((turn) => length(turn) > limit)

const losesAnswer = ({ turns }: EncodedConversation, { maxAnswerTokens, maxTokens }: SampleOptions): boolean =>
  shortened(turns, ({ answer }) => written(answer).length, Math.min(maxAnswerTokens, maxTokens))

const keepLast = <T>(ids: readonly T[], limit: number): readonly T[] =>
  ids.length <= limit ? ids : ids.slice(ids.length - Math.max(0, limit))

const keepFirst = ({ ids, end }: MarkedIds, limit: number): MarkedIds => {
  const keptEnd = keepLast(end, limit)
  return { ids: ids.slice(0, Math.max(0, limit - keptEnd.length)), end: keptEnd }
}
