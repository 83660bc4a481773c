// What is to be known of experiments: from this process where it supervises them, else from their folders.
import {
  UserError,
  isActive,
  toAppError,
  type AppError,
  type DatasetId,
  type ExperimentDetail,
  type ExperimentId,
  type ExperimentSummary,
} from '../contract/index.ts'
import { checkpointSteps } from '../training/checkpoint-folder.ts'
import { isAlive, thin } from './naming.ts'
import type { ExperimentRecord, RunStateFile } from './record-file.ts'
import { experimentFiles, type ExperimentStore } from './store.ts'
import { summarize, type Supervisor } from './supervisor.ts'

/** Charts get at most so many points. */
const MAX_POINTS = 2000

export const interrupted = { kind: 'interrupted', reason: 'studio-closed', detail: '' } as const
export const unknownState: RunStateFile = {
  state: interrupted,
  progress: null,
  trainableParameterCount: null,
  hostPid: 0,
}

/** A state, and what keeps it from being read. */
export interface KnownState {
  readonly file: RunStateFile
  readonly problem: AppError | null
}

export interface QueryOptions {
  readonly store: ExperimentStore
  readonly supervisor: Supervisor
  /** Another studio writes in the library: its processes may not be seen from here. */
  readonly isHeld: () => boolean
  /** An experiment that was asked for is not there. */
  readonly onMissing: (id: ExperimentId) => void
}

/** Reads experiments; changes nothing. */
export class Queries {
  /** Only one host writes: what another one left active has lost it. */
  isWriter = false
  readonly #options: QueryOptions

  constructor(options: QueryOptions) {
    this.#options = options
  }

  /** Throws UserError 'library/unwritable' where the library is gone: then nothing is known of any experiment. */
  ids(): Promise<ExperimentId[]> {
    const { store } = this.#options
    return store.ids().catch(() => {
      throw new UserError('library/unwritable', { folder: store.folder })
    })
  }

  /** Throws UserError 'experiment/not-found', or that its record is damaged. */
  async record(id: ExperimentId): Promise<ExperimentRecord> {
    if (!(await this.ids()).includes(id)) {
      this.#options.onMissing(id)
      throw new UserError('experiment/not-found', { id })
    }
    return this.#options.store.readRecord(id)
  }

  /** The state as this process knows it, else as the disk has it; `problem` says why that cannot be read. */
  async state(id: ExperimentId): Promise<KnownState> {
    const own = this.#options.supervisor.stateOf(id)
    if (own) return { file: own, problem: null }
    try {
      const file = await this.#options.store.readState(id)
      return { file: this.#isLeft(file) ? { ...file, state: interrupted } : file, problem: null }
    } catch (error) {
      return { file: unknownState, problem: toAppError(error) }
    }
  }

  /** True for an active run in a folder that was copied while it trained, or whose host has gone since. */
  #isLeft({ state, hostPid }: RunStateFile): boolean {
    if (!isActive(state) || this.isWriter) return isActive(state)
    return !this.#options.isHeld() && (hostPid === process.pid || !isAlive(hostPid))
  }

  /** What the list shows of an experiment, whole or damaged. */
  async summary(id: ExperimentId): Promise<ExperimentSummary> {
    const { store } = this.#options
    const { file, problem } = await this.state(id)
    try {
      return summarize(await store.readRecord(id), file, problem)
    } catch (error) {
      return damaged(id, await store.createdAt(id), toAppError(error))
    }
  }

  /** Everything that a window shows of an experiment. Throws like `record`. */
  async detail(id: ExperimentId): Promise<ExperimentDetail> {
    const { store } = this.#options
    const record = await this.record(id)
    const history = await store.readHistory(id)
    const { file, problem } = await this.state(id)
    return {
      summary: summarize(record, file, problem),
      settings: record.settings,
      device: record.device,
      trainRowCount: record.rows.train,
      validationRowCount: record.rows.validation,
      trainableParameterCount: file.trainableParameterCount,
      steps: thin(history.steps, MAX_POINTS),
      evaluations: history.evaluations,
      log: history.log,
      checkpoints: await checkpointSteps(experimentFiles(store.folderOf(id)).checkpoints).catch(() => []),
    }
  }
}

/**
 * An experiment of which only the folder is known. It counts as failed everywhere: it can be removed, and nothing else.
 */
const damaged = (id: ExperimentId, createdAt: string, problem: AppError): ExperimentSummary => ({
  id,
  name: id,
  datasetId: '' as DatasetId,
  datasetName: '',
  adopted: null,
  modelName: '',
  createdAt,
  state: { kind: 'failed', error: problem },
  progress: null,
  problem,
})
