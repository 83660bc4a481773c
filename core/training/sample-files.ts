import { createReadStream } from 'node:fs'
import type { SettingValues } from '../contract/index.ts'
import type { Tokenizer } from '../tokenizers/index.ts'
import type { TrainEvent } from './job.ts'
import { buildSample, checkFormat, sampleOptionsOf } from './samples.ts'

/** One row as the host writes it into the experiment's folder; `rowNumber` counts from 1 as the grid shows it. */
export interface TrainingRow {
  readonly rowId: number
  readonly rowNumber: number
  readonly prompt: string
  readonly answer: string
  readonly system?: string
}

/** A row ready for training, with its texts for showing. */
export interface TrainingSample {
  readonly ids: Int32Array
  readonly labelMask: Uint8Array
  /** What the model is given to answer. */
  readonly promptIds: readonly number[]
  readonly prompt: string
  readonly answer: string
}

/** Tokenizing pauses so often (in rows) that the engine can answer in between. */
const ROWS_PER_PAUSE = 500

/**
 * Reads a JSONL file of rows and builds their samples, in order. Rows that are cut, and rows without an answer, which are left out, are told as log events.
 * Throws UserError `tokenizer/no-template` where the format does not suit the model.
 */
export async function readSamples(file: string, tokenizer: Tokenizer, settings: SettingValues, onEvent: (event: TrainEvent) => void): Promise<TrainingSample[]> {
  const options = sampleOptionsOf(settings)
  checkFormat(tokenizer, options.format)
  const samples: TrainingSample[] = []
  const skipped: number[] = []
  let truncated = 0
  let count = 0
  for await (const row of readRows(file)) {
    const result = row.answer.trim() === '' ? null : buildSample(tokenizer, row, options)
    if (result?.ok) {
      const { ids, labelMask, promptTokenCount, truncated: cut } = result.sample
      if (cut.prompt || cut.answer) truncated++
      samples.push({ ids, labelMask, promptIds: Array.from(ids.subarray(0, promptTokenCount)), prompt: row.prompt, answer: row.answer })
    } else skipped.push(row.rowNumber)
    if (++count % ROWS_PER_PAUSE === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  if (truncated > 0) onEvent({ kind: 'log', level: 'warning', code: 'run/truncated', facts: { count: truncated } })
  if (skipped[0] !== undefined) onEvent({ kind: 'log', level: 'warning', code: 'run/rows-skipped', facts: { count: skipped.length, firstRow: skipped[0] } })
  return samples
}

/** node:readline also ends lines at U+2028 and U+2029, which JSON leaves unescaped inside texts: lines are cut here. */
async function* readRows(file: string): AsyncGenerator<TrainingRow> {
  let rest = ''
  for await (const chunk of createReadStream(file, 'utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield JSON.parse(line) as TrainingRow
  }
  if (rest !== '') yield JSON.parse(rest) as TrainingRow
}
