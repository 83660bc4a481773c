// What a run has told: metrics.jsonl (a line for every step and evaluation) and predictions/<step>.jsonl. The engine writes them, and nobody else while it
// trains: what it has written before a checkpoint is durable before that checkpoint is named, so that a resumed run has no holes.
import { readdir, readFile, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Evaluation, StepMetric } from '../contract/index.ts'
import { isTemporary, syncFolder, writeFileAtomic } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'

export interface HistoryFiles {
  readonly metrics: string
  readonly predictions: string
}

/** A string of more bytes cannot be made on every machine; a run of a million steps writes a third of it. */
const MAX_BYTES = 500_000_000

const Step = z.object({
  type: z.literal('step'), step: z.number().int(), epoch: z.number(), loss: z.number(), learningRate: z.number(),
  gradientNorm: z.number().nullable().transform((norm) => norm ?? 0), tokenCount: z.number(), stepMs: z.number(),
})
/** JSON has null for what is no number. */
const Metrics = z.record(z.string(), z.number().nullable()).transform((all) => Object.fromEntries(Object.entries(all).filter((entry): entry is [string, number] => entry[1] !== null)))
const Evaluated = z.object({ type: z.literal('evaluation'), step: z.number().int(), epoch: z.number(), validationLoss: z.number().nullable(), metrics: Metrics.default({}) })
const MetricLine = z.discriminatedUnion('type', [Step, Evaluated])
type MetricLine = z.infer<typeof MetricLine>
const SampleLine = z.object({ prompt: z.string(), expected: z.string(), answer: z.string() })

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
    await writeFileAtomic(join(this.#files.predictions, `${evaluation.step}.jsonl`), toLines(samples))
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

  async #append(line: object): Promise<void> {
    this.#isSynced = false
    await told(this.#files, () => this.#file.appendFile(toLines([line])))
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

/** Reads what a run has told; damaged lines are left out. Files that are not there are empty. */
export async function readHistory({ metrics, predictions }: HistoryFiles): Promise<History> {
  const found = await readLines(metrics, MetricLine)
  let damagedLines = found.damaged
  const evaluations: Evaluation[] = []
  for (const { type: _, ...evaluation } of onceEach(found.lines, 'evaluation')) {
    const samples = await readLines(join(predictions, `${evaluation.step}.jsonl`), SampleLine)
    damagedLines += samples.damaged
    evaluations.push({ ...evaluation, samples: samples.lines })
  }
  return { steps: onceEach(found.lines, 'step').map(({ type: _, ...step }) => step), evaluations, damagedLines }
}

/** The lines of a kind in the order of their steps; of a step that was told twice the later. */
function onceEach<K extends MetricLine['type']>(lines: readonly MetricLine[], type: K): Extract<MetricLine, { type: K }>[] {
  const byStep = new Map<number, MetricLine>()
  for (const line of lines) if (line.type === type) byStep.set(line.step, line)
  return [...byStep.values()].sort((a, b) => a.step - b.step) as Extract<MetricLine, { type: K }>[]
}

/** The point that a run goes on from: after this step, and after its evaluation where that is part of it. */
export interface ResumePoint {
  readonly step: number
  readonly isEvaluated: boolean
}

/** Forgets what was told after the point (null: everything): a resumed run tells it again. Throws UserError for a full or unwritable disk. */
export async function rewindHistory({ metrics, predictions }: HistoryFiles, point: ResumePoint | null): Promise<void> {
  const isKept = (type: MetricLine['type'], step: number) => point !== null && (step < point.step || (step === point.step && (type === 'step' || point.isEvaluated)))
  try {
    const { lines } = await readLines(metrics, MetricLine)
    await writeFileAtomic(metrics, toLines(lines.filter(({ type, step }) => isKept(type, step))))
    await disk.mkdir(predictions, { recursive: true })
    for (const entry of await readdir(predictions)) {
      const step = /^(\d+)\.jsonl$/.exec(entry)?.[1]
      if (isTemporary(entry) || (step !== undefined && !isKept('evaluation', Number(step)))) await disk.rm(join(predictions, entry), { force: true })
    }
  } catch (error) {
    throw toDiskError(error, predictions)
  }
}

const toLines = (values: readonly unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('')

async function readLines<T>(file: string, schema: z.ZodType<T>): Promise<{ lines: T[]; damaged: number }> {
  const lines: T[] = []
  let damaged = 0
  const texts = (await readText(file)).split('\n')
  for (const [index, text] of texts.entries()) {
    if (text === '') continue
    const parsed = schema.safeParse(parseJson(text))
    if (parsed.success) lines.push(parsed.data)
    else if (index < texts.length - 1) damaged++
  }
  return { lines, damaged }
}

/** A file that is none (a folder, a device) or too large counts as one damaged line. */
async function readText(file: string): Promise<string> {
  const found = await stat(file).catch(() => null)
  if (!found) return ''
  return found.isFile() && found.size <= MAX_BYTES ? readFile(file, 'utf8') : '?\n'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

