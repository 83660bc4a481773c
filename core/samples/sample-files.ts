import { z } from 'zod'
import { UserError, type SettingValues } from '../contract/index.ts'
import { linesOf, type LineLimits } from '../files/lines.ts'
import type { Tokenizer } from '../tokenizers/index.ts'
import type { Conversation } from './sample-format.ts'
import {
  conversationsOf,
  type LeftOutRow,
  type RowConversation,
  type RowIssue,
  type TrainingRow,
} from './sample-rows.ts'
import { buildSample, checkFormat, sampleOptionsOf, type SampleOptions, type SampleResult } from './samples.ts'

export type { TrainingRow } from './sample-rows.ts'

/** A row ready for training, with its texts for showing. */
export interface TrainingSample {
  readonly ids: Int32Array
  readonly labelMask: Uint8Array
  /** What the model is given to answer: the conversation up to the last answer. */
  readonly promptIds: readonly number[]
  /** The last question and its answer. */
  readonly prompt: string
  readonly answer: string
}

/** The samples of a file of rows, and what became of the others. */
export interface SampleSet {
  readonly samples: readonly TrainingSample[]
  /** In the order of the rows. */
  readonly leftOut: readonly LeftOutRow[]
  /** How many samples were longer than the maximum. */
  readonly truncatedCount: number
  /** How many conversations teach only their last answer because the chat template rewrites the earlier ones. */
  readonly lastAnswerOnlyCount: number
  /** Of how many conversations the system text stands before the first question: the chat template has no place for it. */
  readonly systemMergedCount: number
}

/** Tokenizing pauses so often (in rows) that the engine can answer in between. */
const ROWS_PER_PAUSE = 500

const promptSeparators: Readonly<Record<SettingValues['dataset.prompt_column_separator'], string>> = {
  'blank-line': '\n\n',
  'line-break': '\n',
  'two-spaces': '  ',
}

/** The log line that tells why rows are left out; a key of core/contract/log-texts.ts. */
const logCodes: Readonly<Record<RowIssue, string>> = {
  'no-answer': 'run/rows-skipped',
  'no-counted-tokens': 'run/rows-skipped',
  'conversation-unreadable': 'run/rows-conversation-unreadable',
  'conversation-unanswered': 'run/rows-conversation-unanswered',
  'id-duplicate': 'run/rows-id-duplicate',
  'parent-circular': 'run/rows-parent-circular',
  'parent-left-out': 'run/rows-parent-left-out',
}

/** What a person should know of the rows: a line of the run's log. `code` is a key of core/contract/log-texts.ts. */
export interface SampleWarning {
  readonly kind: 'log'
  readonly level: 'warning'
  readonly code: string
  readonly facts: Record<string, number>
}

/**
 * Reads a JSONL file of rows and builds their samples, in order. Rows that are cut, and rows that are left out with the
 * reason, are told as log events. Throws UserError `tokenizer/no-template` where the format does not suit the model,
 * 'experiment/incomplete' or 'experiment/damaged' {file} for a file that is not there or not ours.
 */
export async function readSamples(
  file: string,
  tokenizer: Tokenizer,
  settings: SettingValues,
  onWarning: (warning: SampleWarning) => void,
): Promise<TrainingSample[]> {
  const { samples, leftOut, ...counts } = await readSampleSet(file, tokenizer, settings)
  const warn = (code: string, facts: Record<string, number>) =>
    onWarning({ kind: 'log', level: 'warning', code, facts })
  if (counts.truncatedCount > 0) warn('run/truncated', { count: counts.truncatedCount })
  if (counts.lastAnswerOnlyCount > 0) warn('run/last-answer-only', { count: counts.lastAnswerOnlyCount })
  if (counts.systemMergedCount > 0) warn('run/system-merged', { count: counts.systemMergedCount })
  for (const code of new Set(Object.values(logCodes))) {
    const rows = leftOut.filter((row) => logCodes[row.code] === code)
    if (rows[0]) warn(code, { count: rows.length, firstRow: rows[0].rowNumber })
  }
  return [...samples]
}

/**
 * A conversation's rows, the last of which is asked for, as a sample, or why it is left out. Throws UserError where the
 * format does not suit the model.
 */
export function sampleOfChain(
  rows: readonly TrainingRow[],
  tokenizer: Tokenizer,
  settings: SettingValues,
): SampleResult | { readonly ok: false; readonly issue: { readonly code: RowIssue } } {
  const options = sampleOptionsOf(settings)
  checkFormat(tokenizer, options.format)
  const found = conversationsOf(rows, {
    promptSeparator: promptSeparators[settings['dataset.prompt_column_separator']],
    wholeOnly: false,
  }).at(-1)
  if (!found || 'issue' in found)
    return { ok: false, issue: { code: found && 'issue' in found ? found.issue : 'no-answer' } }
  return buildSample(tokenizer, { rowId: found.row.rowId, ...found.conversation }, options)
}

/** As readSamples, and names every row that is left out. */
export async function readSampleSet(file: string, tokenizer: Tokenizer, settings: SettingValues): Promise<SampleSet> {
  const options = sampleOptionsOf(settings)
  checkFormat(tokenizer, options.format)
  const rows: TrainingRow[] = []
  for await (const row of rowsOf(file)) rows.push(row)
  const conversations = conversationsOf(rows, {
    promptSeparator: promptSeparators[settings['dataset.prompt_column_separator']],
    wholeOnly: settings['dataset.limit_chained_samples'],
  })
  const set = {
    samples: [] as TrainingSample[],
    leftOut: [] as LeftOutRow[],
    truncatedCount: 0,
    lastAnswerOnlyCount: 0,
    systemMergedCount: 0,
  }
  for (const [index, found] of conversations.entries()) {
    const made = sampleOf(found, tokenizer, options)
    if ('code' in made) set.leftOut.push(made)
    else {
      set.samples.push(made.sample)
      if (made.truncated) set.truncatedCount++
      if (made.lastAnswerOnly) set.lastAnswerOnlyCount++
      if (made.systemMerged) set.systemMergedCount++
    }
    if ((index + 1) % ROWS_PER_PAUSE === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  return set
}

function sampleOf(
  found: RowConversation,
  tokenizer: Tokenizer,
  options: SampleOptions,
): { sample: TrainingSample; truncated: boolean; lastAnswerOnly: boolean; systemMerged: boolean } | LeftOutRow {
  const { rowId, rowNumber } = found.row
  if ('issue' in found) return { rowNumber, code: found.issue }
  const { prompt, answer } = found.conversation
  const result = buildSample(tokenizer, { rowId, ...found.conversation }, options)
  if (!result.ok) return { rowNumber, code: result.issue.code }
  const { ids, labelMask, promptTokenCount, truncated, lastAnswerOnly, systemMerged = false } = result.sample
  const sample = { ids, labelMask, promptIds: Array.from(ids.subarray(0, promptTokenCount)), prompt, answer }
  return { sample, truncated: truncated.prompt || truncated.answer, lastAnswerOnly, systemMerged }
}

/**
 * The conversations that begin a file of rows, as many as its first `maxRows` rows hold. Throws as readSamples for a
 * file that is not there or not ours.
 */
export async function firstConversations(
  file: string,
  settings: SettingValues,
  maxRows: number,
): Promise<Conversation[]> {
  const rows: TrainingRow[] = []
  for await (const row of rowsOf(file)) if (rows.push(row) >= maxRows) break
  const found = conversationsOf(rows, {
    promptSeparator: promptSeparators[settings['dataset.prompt_column_separator']],
    wholeOnly: false,
  })
  return found.flatMap((each) => ('conversation' in each ? [each.conversation] : []))
}

/** The largest datasets, and the longest cells. */
const ROWS: LineLimits = { maxBytes: 2 ** 40, maxLineBytes: 2 ** 28 }

const Row: z.ZodType<TrainingRow> = z.object({
  rowId: z.number(),
  rowNumber: z.number(),
  prompt: z.string(),
  answer: z.string(),
  system: z.string().exactOptional(),
  promptParts: z.array(z.string()).exactOptional(),
  id: z.string().exactOptional(),
  parentId: z.string().exactOptional(),
  conversation: z.string().exactOptional(),
})

/**
 * The rows of a file, one after another. One that was lost would be missed by nobody: one damaged line refuses the file.
 * Throws UserError 'experiment/incomplete' or 'experiment/damaged' {file}.
 */
export async function* rowsOf(file: string): AsyncGenerator<TrainingRow> {
  try {
    for await (const { text } of linesOf(file, ROWS)) yield parseRow(file, text)
  } catch (error) {
    throw error instanceof UserError && error.error.code === 'file/not-found'
      ? new UserError('experiment/incomplete', { file })
      : error
  }
}

function parseRow(file: string, text: string | null): TrainingRow {
  try {
    return Row.parse(JSON.parse(text ?? ''))
  } catch {
    throw new UserError('experiment/damaged', { file })
  }
}
