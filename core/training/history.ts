// What a run has told: metrics.jsonl (a line for every step and evaluation) and predictions/<step>.jsonl. The engine
// writes them, and nobody else while it trains: what it has written before a checkpoint is durable before that
// checkpoint is named, so that a resumed run has no holes.
import { readdir } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { UserError, type Evaluation, type StepMetric } from '../contract/index.ts'
import { isTemporary, syncFolder, writeAtomic, writeFileAtomic } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { linesOf, type LineLimits } from '../files/lines.ts'
import { defineStored, jsonLine, type StoredFile } from '../files/stored.ts'
import { ensureFolder } from '../files/ensure-folder.ts'

export interface HistoryFiles {
  readonly metrics: string
  readonly predictions: string
}

/** A run of a million steps writes a third of it. */
const METRICS: LineLimits = { maxBytes: 500_000_000, maxLineBytes: 1_000_000 }
const PREDICTIONS: LineLimits = { maxBytes: 64_000_000, maxLineBytes: 64_000_000 }
/** Of more lines, evaluations and answers only the first are shown. */
const MAX_LINES = 2_000_000
const MAX_EVALUATIONS = 100_000
const MAX_ANSWERS_LENGTH = 256_000_000
/** Lines are written in pieces of so many characters. */
const PIECE_LENGTH = 1 << 18

const Step = z.object({
  type: z.literal('step'),
  step: z.number().int(),
  epoch: z.number(),
  loss: z.number(),
  learningRate: z.number(),
  gradientNorm: z
    .number()
    .nullable()
    .transform((norm) => norm ?? 0),
  tokenCount: z.number(),
  stepMs: z.number(),
})
/** JSON has null for what is no number. */
const Metrics = z
  .record(z.string(), z.number().nullable())
  .transform((all) =>
    Object.fromEntries(Object.entries(all).filter((entry): entry is [string, number] => entry[1] !== null)),
  )
const Evaluated = z.object({
  type: z.literal('evaluation'),
  step: z.number().int(),
  epoch: z.number(),
  validationLoss: z.number().nullable(),
  metrics: Metrics.default({}),
})
const MetricLine = z.discriminatedUnion('type', [Step, Evaluated])
type MetricLine = z.infer<typeof MetricLine>
const SampleLine = z.object({ prompt: z.string(), expected: z.string(), answer: z.string() })

export const metricLine = defineStored({
  name: 'metrics-line',
  schema: MetricLine,
  migrations: [],
  maxBytes: METRICS.maxLineBytes,
  codec: jsonLine,
})
export const sampleLine = defineStored({
  name: 'predictions-line',
  schema: SampleLine,
  migrations: [],
  maxBytes: PREDICTIONS.maxLineBytes,
  codec: jsonLine,
})

/** Writes what a run tells, in its order. Every method throws UserError for a full or unwritable disk. */
export class HistoryWriter {
  readonly #file: FileHandle
  readonly #files: HistoryFiles
  #isSynced = true

  private constructor(file: FileHandle, files: HistoryFiles) {
    this.#file = file
    this.#files = files
  }

  /** Opens the files of a run's folder for what comes next; the caller closes it. */
  static async open(files: HistoryFiles): Promise<HistoryWriter> {
    return told(files, async () => {
      const file = await disk.open(files.metrics, 'a')
      try {
        await syncFolder(join(files.metrics, '..'))
      } catch (error) {
        await file.close()
        throw error
      }
      return new HistoryWriter(file, files)
    })
  }

  addStep(step: StepMetric): Promise<void> {
    return this.#append({ type: 'step', ...step })
  }

  async addEvaluation({ samples, ...evaluation }: Evaluation): Promise<void> {
    await writeFileAtomic(join(this.#files.predictions, `${evaluation.step}.jsonl`), toLines(sampleLine, samples))
    await this.#append({ type: 'evaluation', ...evaluation })
  }

  /** Makes everything so far survive a power cut. */
  async sync(): Promise<void> {
    if (this.#isSynced) return
    await told(this.#files, () => this.#file.sync())
    this.#isSynced = true
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #append(line: MetricLine): Promise<void> {
    this.#isSynced = false
    await told(this.#files, () => this.#file.appendFile(toLines(metricLine, [line])))
  }
}

async function told<T>({ metrics }: HistoryFiles, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    throw toDiskError(error, metrics)
  }
}

export interface History {
  /** In order, each step once. */
  readonly steps: StepMetric[]
  readonly evaluations: Evaluation[]
  /** Lines that could not be read; one that a crash cut off at the end does not count. */
  readonly damagedLines: number
}

/**
 * Reads what a run has told; damaged lines are left out. Files that are not there are empty, those that cannot be read
 * or are too large count as a damaged line.
 */
export async function readHistory({ metrics, predictions }: HistoryFiles): Promise<History> {
  const found = await readLines(metrics, metricLine, METRICS)
  let damagedLines = found.damaged
  let room = MAX_ANSWERS_LENGTH
  const evaluations: Evaluation[] = []
  for (const { type: _, ...evaluation } of onceEach(found.lines, 'evaluation').slice(0, MAX_EVALUATIONS)) {
    const samples = await readLines(join(predictions, `${evaluation.step}.jsonl`), sampleLine, {
      ...PREDICTIONS,
      maxBytes: Math.min(room, PREDICTIONS.maxBytes),
    })
    damagedLines += samples.damaged
    room -= samples.length
    evaluations.push({ ...evaluation, samples: samples.lines })
  }
  return { steps: onceEach(found.lines, 'step').map(({ type: _, ...step }) => step), evaluations, damagedLines }
}

/** The lines of a kind in the order of their steps; of a step that was told twice the later. */
function onceEach<K extends MetricLine['type']>(
  lines: readonly MetricLine[],
  type: K,
): Extract<MetricLine, { type: K }>[] {
  const byStep = new Map<number, MetricLine>()
  for (const line of lines) if (line.type === type) byStep.set(line.step, line)
  return [...byStep.values()].sort((a, b) => a.step - b.step) as Extract<MetricLine, { type: K }>[]
}

/** The point that a run goes on from: after this step, and after its evaluation where that is part of it. */
export interface ResumePoint {
  readonly step: number
  readonly isEvaluated: boolean
}

/**
 * Forgets what was told after the point (null: everything): a resumed run tells it again.
 * Throws UserError for a full or unwritable disk, and where the curve cannot be read, which then stays as it is.
 */
export async function rewindHistory({ metrics, predictions }: HistoryFiles, point: ResumePoint | null): Promise<void> {
  const isKept = (type: MetricLine['type'], step: number) =>
    point !== null && (step < point.step || (step === point.step && (type === 'step' || point.isEvaluated)))
  try {
    await writeAtomic(metrics, async (file) => {
      let piece = ''
      for await (const { value } of parsedLines(metrics, metricLine, METRICS)) {
        if (value && isKept(value.type, value.step)) piece += toLines(metricLine, [value])
        if (piece.length >= PIECE_LENGTH) piece = await file.appendFile(piece).then(() => '')
      }
      await file.appendFile(piece)
    })
    await ensureFolder(predictions)
    for (const entry of await readdir(predictions)) {
      const step = /^(\d+)\.jsonl$/.exec(entry)?.[1]
      if (isTemporary(entry) || (step !== undefined && !isKept('evaluation', Number(step))))
        await disk.rm(join(predictions, entry), { force: true })
    }
  } catch (error) {
    throw toDiskError(error, predictions)
  }
}

const toLines = <T extends object>(kind: StoredFile<T>, values: readonly T[]): string =>
  values.map((value) => `${kind.text(value)}\n`).join('')

interface ReadLines<T> {
  readonly lines: T[]
  readonly damaged: number
  /** Characters that were read. */
  readonly length: number
}

async function readLines<T extends object>(
  file: string,
  kind: StoredFile<T>,
  limits: LineLimits,
): Promise<ReadLines<T>> {
  const lines: T[] = []
  let [damaged, length, count] = [0, 0, 0]
  try {
    for await (const line of parsedLines(file, kind, limits)) {
      if (++count > MAX_LINES) return { lines, damaged: damaged + 1, length }
      length += line.length
      if (line.value !== null) lines.push(line.value)
      else if (line.isEnded) damaged++
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    damaged++
  }
  return { lines, damaged, length }
}

/** `value` is null for a damaged line. A file that is not there has none. Throws UserError like `linesOf`. */
async function* parsedLines<T extends object>(
  file: string,
  kind: StoredFile<T>,
  limits: LineLimits,
): AsyncGenerator<{ readonly value: T | null; readonly length: number; readonly isEnded: boolean }> {
  try {
    for await (const { text, isEnded } of linesOf(file, limits)) {
      yield { value: text === null ? null : kind.tryParse(text), length: text?.length ?? 0, isEnded }
    }
  } catch (error) {
    if (!(error instanceof UserError && error.error.code === 'file/not-found')) throw error
  }
}
