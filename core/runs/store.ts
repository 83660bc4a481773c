import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ExperimentId, UserError, type Evaluation, type LogLine, type StepMetric } from '../contract/index.ts'
import { sweepTemporary, syncFile, syncFolder, writeFileAtomic } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { linesOf, type LineLimits } from '../files/lines.ts'
import { sweepCheckpoints } from '../training/checkpoint-folder.ts'
import { readHistory } from '../training/history.ts'
import { sourceLanguage, type Language } from '../../texts/index.ts'
import { formatLogLine, parseLogLine } from './log-file.ts'
import { readRecord, recordText, stateFile, type ExperimentRecord, type RunStateFile } from './record-file.ts'
import { ensureFolder } from '../files/ensure-folder.ts'

export interface RunHistory {
  readonly steps: StepMetric[]
  readonly evaluations: Evaluation[]
  readonly log: LogLine[]
}

/** Paths inside an experiment's folder (DESIGN §6). */
export const experimentFiles = (folder: string) => ({
  record: join(folder, 'experiment.yaml'),
  state: join(folder, 'state.json'),
  metrics: join(folder, 'metrics.jsonl'),
  log: join(folder, 'log.txt'),
  predictions: join(folder, 'predictions'),
  checkpoints: join(folder, 'checkpoints'),
  data: join(folder, 'data'),
  /** The whole dataset as it was. */
  dataset: join(folder, 'data', 'dataset.parquet'),
  trainRows: join(folder, 'data', 'train.jsonl'),
  validationRows: join(folder, 'data', 'validation.jsonl'),
})

export type ExperimentFiles = ReturnType<typeof experimentFiles>

const DRAFT = '.draft-'
const isDraft = (entry: string): boolean =>
  entry.startsWith(DRAFT) && ExperimentId.safeParse(entry.slice(DRAFT.length)).success

/** The experiments of a library as plain folders. Nothing is cached: the files are the truth. */
export class ExperimentStore {
  readonly folder: string
  readonly trashFolder: string
  readonly #language: () => Language

  /** `language`: that of the sentences in log.txt, asked for at each line; without it Japanese. */
  constructor(folder: string, trashFolder: string, language: () => Language = () => sourceLanguage) {
    this.folder = folder
    this.trashFolder = trashFolder
    this.#language = language
  }

  folderOf(id: ExperimentId): string {
    return join(this.folder, id)
  }

  /**
   * Ids of every experiment, whole or damaged, newest first (ids begin with the time of creation). Links and other
   * names are not ours. Throws where the library's folder is gone.
   */
  async ids(): Promise<ExperimentId[]> {
    const entries = await readdir(this.folder, { withFileTypes: true })
    const ids = entries
      .filter((entry) => entry.isDirectory() && ExperimentId.safeParse(entry.name).success)
      .map((entry) => entry.name as ExperimentId)
    return ids.sort().reverse()
  }

  /** False only where the library is there and has no such experiment. */
  async has(id: ExperimentId): Promise<boolean> {
    return (await this.ids()).includes(id)
  }

  /**
   * Prepares a folder beside its final place; `fill` writes the data and returns the record; only then does it appear
   * under its id, with everything durable. Throws UserError for a full or unwritable disk; nothing appears then.
   */
  async create(
    id: ExperimentId,
    fill: (files: ExperimentFiles) => Promise<{ readonly record: ExperimentRecord; readonly state: RunStateFile }>,
  ): Promise<ExperimentRecord> {
    const draft = join(this.folder, `${DRAFT}${id}`)
    let isPlaced = false
    try {
      const files = experimentFiles(draft)
      await disk.mkdir(draft)
      for (const folder of [files.data, files.predictions, files.checkpoints]) await disk.mkdir(folder)
      const { record, state } = await fill(files)
      for (const name of await readdir(files.data)) await syncFile(join(files.data, name))
      await syncFolder(files.data)
      await stateFile.write(files.state, state)
      await writeFileAtomic(files.record, recordText(record))
      await disk.rename(draft, this.folderOf(id))
      isPlaced = true
      await syncFolder(this.folder)
      return record
    } catch (error) {
      if (isPlaced) await disk.rename(this.folderOf(id), draft).catch(() => undefined)
      await disk.rm(draft, { recursive: true, force: true }).catch(() => undefined)
      throw toDiskError(error, this.folder)
    }
  }

  readRecord(id: ExperimentId): Promise<ExperimentRecord> {
    return readRecord(experimentFiles(this.folderOf(id)).record, id)
  }

  async writeRecord(record: ExperimentRecord): Promise<void> {
    await writeFileAtomic(experimentFiles(this.folderOf(record.id)).record, recordText(record))
  }

  readState(id: ExperimentId): Promise<RunStateFile> {
    return stateFile.read(experimentFiles(this.folderOf(id)).state)
  }

  async writeState(id: ExperimentId, state: RunStateFile): Promise<void> {
    await stateFile.write(experimentFiles(this.folderOf(id)).state, state)
  }

  /** When an experiment was made, for one whose record does not say. */
  async createdAt(id: ExperimentId): Promise<string> {
    const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)/.exec(id) ?? []
    const named = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
    const ms = Number.isNaN(named)
      ? await stat(this.folderOf(id)).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        )
      : named
    return new Date(ms).toISOString()
  }

  /** Appends lines to log.txt; a crash can cut off the last only. */
  async appendLog(id: ExperimentId, lines: readonly LogLine[]): Promise<void> {
    if (lines.length > 0)
      await disk.appendFile(
        experimentFiles(this.folderOf(id)).log,
        lines.map((line) => `${formatLogLine(line, this.#language())}\n`).join(''),
      )
  }

  /** Everything that a run has told. Lines that cannot be read are left out, and the log says how many. */
  async readHistory(id: ExperimentId): Promise<RunHistory> {
    const files = experimentFiles(this.folderOf(id))
    const { steps, evaluations, damagedLines } = await readHistory(files)
    const log = await readLog(files.log)
    if (damagedLines > 0)
      log.push({
        time: log.at(-1)?.time ?? (await this.createdAt(id)),
        level: 'warning',
        code: 'run/lines-damaged',
        facts: { count: damagedLines },
      })
    return { steps, evaluations, log }
  }

  /** Moves an experiment to the trash, whole or damaged. */
  async trash(id: ExperimentId): Promise<void> {
    try {
      await ensureFolder(this.trashFolder)
      await disk.rm(join(this.trashFolder, id), { recursive: true, force: true })
      await disk.rename(this.folderOf(id), join(this.trashFolder, id))
      await this.#syncPlaces()
    } catch (error) {
      throw toDiskError(error, this.folder)
    }
  }

  /**
   * Brings an experiment back. Throws UserError 'experiment/not-found' where the trash has none, or an experiment of
   * this id is there.
   */
  async restore(id: ExperimentId): Promise<void> {
    try {
      await disk.rename(join(this.trashFolder, id), this.folderOf(id))
      await this.#syncPlaces()
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      throw code === 'ENOENT' || code === 'ENOTEMPTY' || code === 'EEXIST'
        ? new UserError('experiment/not-found', { id })
        : toDiskError(error, this.folder)
    }
  }

  /** An experiment that was moved stays where it is after a power cut. */
  async #syncPlaces(): Promise<void> {
    await Promise.all([this.folder, this.trashFolder].map(syncFolder))
  }

  /**
   * Removes what processes left behind that were killed: unfinished experiments, temporary files, halves of
   * checkpoints. Only where nobody else writes.
   */
  async sweep(): Promise<void> {
    for (const entry of await readdir(this.folder).catch(() => [])) {
      if (isDraft(entry))
        await disk.rm(join(this.folder, entry), { recursive: true, force: true }).catch(() => undefined)
    }
    // Any folder of small letters passes for an experiment; in one that is not ours nothing is removed.
    for (const id of await this.ids().catch(() => []))
      await this.readRecord(id)
        .then(() => this.sweepRun(id))
        .catch(() => undefined)
  }

  /** The same for one run that nobody works on. */
  async sweepRun(id: ExperimentId): Promise<void> {
    const files = experimentFiles(this.folderOf(id))
    await sweepCheckpoints(files.checkpoints)
    for (const folder of [this.folderOf(id), files.predictions]) await sweepTemporary(folder)
  }
}

/** A log of more bytes is not shown. */
const LOG: LineLimits = { maxBytes: 100_000_000, maxLineBytes: 100_000 }
/** Of more lines the last are shown. */
const MAX_LOG_LINES = 100_000

/** Lines that cannot be read are left out, as is a log that is no file. */
async function readLog(file: string): Promise<LogLine[]> {
  let lines: LogLine[] = []
  try {
    for await (const { text } of linesOf(file, LOG)) {
      const line = text === null ? null : parseLogLine(text)
      if (line) lines.push(line)
      if (lines.length >= 2 * MAX_LOG_LINES) lines = lines.slice(-MAX_LOG_LINES)
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
  }
  return lines.slice(-MAX_LOG_LINES)
}
