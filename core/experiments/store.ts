import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { writeFileAtomic } from '../files/atomic.ts'
import { ColumnId, ColumnRole, DatasetId, DeviceKind, ExperimentId, InternalError, ModelId, parseSettings, type Evaluation, type LogLine, type RunProgress, type RunState, type SettingValues, type StepMetric } from '../contract/index.ts'
import { formatLogLine, parseLogLine } from './log-file.ts'
import { flattenSettings, nestSettings } from './settings-yaml.ts'

/** What experiment.yaml holds: written once at the start (and on renaming), readable and editable by a person. */
const RecordFile = z.object({
  name: z.string(),
  createdAt: z.string(),
  /** `columns`: of data/dataset.parquet, where the columns are called by their ids. */
  dataset: z.object({ id: DatasetId, name: z.string(), version: z.number(), columns: z.array(z.object({ id: ColumnId, name: z.string(), role: ColumnRole })).optional() }),
  model: z.object({ id: ModelId, name: z.string(), folder: z.string() }),
  device: DeviceKind,
  rows: z.object({ train: z.number(), validation: z.number() }),
  settings: z.unknown(),
})

export interface ExperimentRecord extends Omit<z.infer<typeof RecordFile>, 'settings'> {
  readonly id: ExperimentId
  readonly settings: SettingValues
}

/** What state.json holds: rewritten atomically whenever the run's state changes, and now and then while it trains. */
export interface StateFile {
  readonly state: RunState
  readonly progress: RunProgress | null
  readonly trainableParameterCount: number | null
  /** The process that supervises the run while it is active. */
  readonly hostPid: number
}

export interface RunHistory {
  readonly steps: StepMetric[]
  readonly evaluations: Evaluation[]
  readonly log: LogLine[]
}

type MetricLine = ({ type: 'step' } & StepMetric) | ({ type: 'evaluation' } & Omit<Evaluation, 'samples'>)

/** Paths inside an experiment's folder (DESIGN §6). */
export const experimentFiles = (folder: string) => ({
  record: join(folder, 'experiment.yaml'),
  state: join(folder, 'state.json'),
  metrics: join(folder, 'metrics.jsonl'),
  log: join(folder, 'log.txt'),
  predictions: join(folder, 'predictions'),
  checkpoints: join(folder, 'checkpoints'),
  /** The whole dataset as it was. */
  dataset: join(folder, 'data', 'dataset.parquet'),
  trainRows: join(folder, 'data', 'train.jsonl'),
  validationRows: join(folder, 'data', 'validation.jsonl'),
})

export type ExperimentFiles = ReturnType<typeof experimentFiles>

/** The experiments of a library as plain folders. Nothing is cached: the files are the truth. */
export class ExperimentStore {
  readonly folder: string
  readonly trashFolder: string

  constructor(folder: string, trashFolder: string) {
    this.folder = folder
    this.trashFolder = trashFolder
  }

  folderOf(id: ExperimentId): string {
    return join(this.folder, id)
  }

  /** Ids of every complete experiment, newest first (ids begin with the time of creation). */
  async ids(): Promise<ExperimentId[]> {
    const entries = await readdir(this.folder, { withFileTypes: true }).catch(() => [])
    const ids = entries.filter((entry) => entry.isDirectory() && ExperimentId.safeParse(entry.name).success).map((entry) => entry.name as ExperimentId)
    return ids.sort().reverse()
  }

  /** Prepares a folder beside its final place; `fill` writes the data and returns the record; only then does it appear under its id. */
  async create(id: ExperimentId, fill: (files: ExperimentFiles) => Promise<ExperimentRecord>): Promise<ExperimentRecord> {
    const draft = join(this.folder, `.draft-${id}`)
    await mkdir(join(draft, 'data'), { recursive: true })
    try {
      const files = experimentFiles(draft)
      await mkdir(files.predictions)
      await mkdir(files.checkpoints)
      const record = await fill(files)
      await writeFile(files.record, toYaml(record))
      await rename(draft, this.folderOf(id))
      return record
    } catch (error) {
      await rm(draft, { recursive: true, force: true })
      throw error
    }
  }

  async readRecord(id: ExperimentId): Promise<ExperimentRecord> {
    const file = experimentFiles(this.folderOf(id)).record
    const { settings, ...rest } = RecordFile.parse(parse(await readFile(file, 'utf8')))
    return { ...rest, id, settings: parseSettings(flattenSettings(settings, file)).values }
  }

  async writeRecord(record: ExperimentRecord): Promise<void> {
    await writeFileAtomic(experimentFiles(this.folderOf(record.id)).record, toYaml(record))
  }

  async readState(id: ExperimentId): Promise<StateFile> {
    return JSON.parse(await readFile(experimentFiles(this.folderOf(id)).state, 'utf8')) as StateFile
  }

  async writeState(id: ExperimentId, state: StateFile): Promise<void> {
    await writeFileAtomic(experimentFiles(this.folderOf(id)).state, JSON.stringify(state, null, 2))
  }

  /** Appends what is new; a crash can cut off the last line only. */
  async append(id: ExperimentId, batch: RunHistory): Promise<void> {
    const files = experimentFiles(this.folderOf(id))
    const metrics: MetricLine[] = [
      ...batch.steps.map((step) => ({ type: 'step' as const, ...step })),
      ...batch.evaluations.map(({ samples: _, ...evaluation }) => ({ type: 'evaluation' as const, ...evaluation })),
    ]
    if (metrics.length > 0) await appendFile(files.metrics, toLines(metrics))
    if (batch.log.length > 0) await appendFile(files.log, batch.log.map((line) => `${formatLogLine(line)}\n`).join(''))
    for (const { step, samples } of batch.evaluations) await writeFileAtomic(join(files.predictions, `${step}.jsonl`), toLines(samples))
  }

  async readHistory(id: ExperimentId): Promise<RunHistory> {
    const files = experimentFiles(this.folderOf(id))
    const history: RunHistory = { steps: [], evaluations: [], log: [] }
    for (const line of await readJsonLines<MetricLine>(files.metrics)) {
      if (line.type === 'step') history.steps.push(line)
      else history.evaluations.push({ ...line, metrics: line.metrics ?? {}, samples: await readJsonLines(join(files.predictions, `${line.step}.jsonl`)) })
    }
    for (const text of await readLines(files.log)) {
      const line = parseLogLine(text)
      if (line) history.log.push(line)
    }
    return history
  }

  /** Forgets every metric after `step`: a resumed run writes them again. */
  async truncateMetrics(id: ExperimentId, step: number): Promise<void> {
    const file = experimentFiles(this.folderOf(id)).metrics
    const kept = (await readJsonLines<MetricLine>(file)).filter((line) => line.step <= step)
    await writeFileAtomic(file, toLines(kept))
  }

  async trash(id: ExperimentId): Promise<void> {
    await mkdir(this.trashFolder, { recursive: true })
    await rm(join(this.trashFolder, id), { recursive: true, force: true })
    await rename(this.folderOf(id), join(this.trashFolder, id))
  }

  async restore(id: ExperimentId): Promise<void> {
    await rename(join(this.trashFolder, id), this.folderOf(id))
  }
}

function toYaml({ id: _, settings, ...rest }: ExperimentRecord): string {
  return stringify({ ...rest, settings: nestSettings(settings) })
}

const toLines = (values: readonly unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('')

async function readLines(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return text.split('\n').filter((line) => line !== '')
}

/** Parses a JSONL file; a last line that a crash cut off is left out. */
async function readJsonLines<T>(file: string): Promise<T[]> {
  const lines = await readLines(file)
  return lines.flatMap((line, index) => {
    try {
      return [JSON.parse(line) as T]
    } catch (error) {
      if (index === lines.length - 1) return []
      throw new InternalError(`${file}: line ${index + 1} is not JSON`, { cause: error })
    }
  })
}
