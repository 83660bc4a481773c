import { access } from 'node:fs/promises'
import {
  UserError,
  isActive,
  isResumable,
  parseSettings,
  toAppError,
  type AppError,
  type DatasetId,
  type ExperimentDetail,
  type ExperimentId,
  type ExperimentSummary,
  type Handlers,
  type SettingValues,
} from '../contract/index.ts'
import type { DatasetService } from '../datasets/service.ts'
import type { ModelService } from '../local-models/service.ts'
import type { ModelReader } from '../reader/client.ts'
import {
  checkpointAt,
  checkpointSteps,
  latestCheckpoint,
  rewindCheckpoints,
  usedCheckpoint,
} from '../training/checkpoint-folder.ts'
import { rewindHistory } from '../training/history.ts'
import { toDiskError } from '../files/disk-errors.ts'
import type { EngineClient } from '../engine/engine-client.ts'
import type { DeviceReport } from '../engine/engine-protocol.ts'
import { isAlive, localTime, newExperimentId, thin } from './naming.ts'
import { findTrainable, makePlan, problemError } from '../planning/plan.ts'
import type { ExperimentRecord, StateFile } from './record-file.ts'
import { previewSample } from '../planning/sample-preview.ts'
import { snapshotRows } from '../planning/snapshot.ts'
import { experimentFiles, ExperimentStore } from './store.ts'
import { createSupervisor, summarize, type Emit, type LaunchOptions } from './supervisor.ts'
import { createTurns } from './turns.ts'

/** Charts get at most so many points. */
const MAX_POINTS = 2000
/** How often the folder is looked at for what came or went by other hands. */
const LOOK_MS = 2000
/** How long closing the studio waits for a start that is under way. */
const CLOSE_TIMEOUT_MS = 5000
/** The turn of what needs the engine; other turns are an experiment's id. */
const ENGINE = 'engine'

export interface ExperimentServiceOptions {
  readonly folder: string
  readonly trashFolder: string
  readonly engine: EngineClient
  readonly datasets: DatasetService
  readonly models: ModelService
  readonly reader: ModelReader
  readonly devices: () => Promise<DeviceReport>
  readonly emit: Emit
  /**
   * Another studio writes in the library: what it says of its runs is believed, its processes may not be seen from
   * here.
   */
  readonly isHeld?: () => boolean
  /** Monotonic milliseconds. */
  readonly now?: () => number
  readonly clock?: () => Date
}

type ExperimentHandlers = { [N in keyof Handlers as N extends `experiments.${infer C}` ? C : never]: Handlers[N] }

export interface ExperimentService extends ExperimentHandlers {
  /**
   * Marks runs whose host is gone as interrupted, removes what killed processes left behind, and begins to look for
   * changes by other hands. Call once before anything else, as the only writer of the library.
   */
  recover(): Promise<void>
  /** Tells the windows of folders that came or went by other hands. */
  look(): Promise<void>
  /** The record of an experiment and its folder. Throws UserError where there is none. */
  record(id: ExperimentId): Promise<ExperimentRecord & { readonly folder: string }>
  /** Stops the active run with a checkpoint and marks it interrupted; nothing starts afterwards. */
  close(): Promise<void>
}

const interrupted = { kind: 'interrupted', reason: 'studio-closed', detail: '' } as const
const unknownState: StateFile = { state: interrupted, progress: null, trainableParameterCount: null, hostPid: 0 }

/** Runs experiments one at a time on the engine, and keeps each in a folder that PEFT and a person can read. */
export function createExperimentService(options: ExperimentServiceOptions): ExperimentService {
  const { engine, datasets, models, reader } = options
  const now = options.now ?? (() => performance.now())
  const clock = options.clock ?? (() => new Date())
  // A listener that throws is a bug for the process's log, and none of the run that told it.
  const emit: Emit = (name, payload) => {
    try {
      options.emit(name, payload)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }
  const store = new ExperimentStore(options.folder, options.trashFolder)
  const supervisor = createSupervisor({ store, engine, emit, now, clock })
  const { inTurn, settled } = createTurns()
  /** What the windows know: the summary of every damaged experiment, null for a whole one. */
  const known = new Map<ExperimentId, string | null>()
  let isClosing = false
  /** Only one host writes: what another one left active has lost it. */
  let isWriter = false
  let looking: NodeJS.Timeout | null = null

  /** Throws where the library is gone: then nothing is known of any experiment. */
  const ids = (): Promise<ExperimentId[]> =>
    store.ids().catch(() => {
      throw new UserError('library/unwritable', { folder: options.folder })
    })

  /** The state as this process knows it, else as the disk has it; `problem` says why that cannot be read. */
  async function stateOf(id: ExperimentId): Promise<{ readonly file: StateFile; readonly problem: AppError | null }> {
    const own = supervisor.stateOf(id)
    if (own) return { file: own, problem: null }
    try {
      const file = await store.readState(id)
      // A folder copied while its run trained, or one whose host has gone since.
      const isLeft =
        isActive(file.state) &&
        (isWriter || (!options.isHeld?.() && (file.hostPid === process.pid || !isAlive(file.hostPid))))
      return { file: isLeft ? { ...file, state: interrupted } : file, problem: null }
    } catch (error) {
      return { file: unknownState, problem: toAppError(error) }
    }
  }

  function forget(id: ExperimentId): void {
    known.delete(id)
    supervisor.forget(id)
    emit('experiments.removed', { id })
  }

  async function recordOf(id: ExperimentId): Promise<ExperimentRecord> {
    if (!(await ids()).includes(id)) {
      if (known.has(id)) forget(id)
      throw new UserError('experiment/not-found', { id })
    }
    return store.readRecord(id)
  }

  async function summaryOf(id: ExperimentId): Promise<ExperimentSummary> {
    const { file, problem } = await stateOf(id)
    try {
      return summarize(await store.readRecord(id), file, problem)
    } catch (error) {
      return damaged(id, await store.createdAt(id), toAppError(error))
    }
  }

  const mark = (summary: ExperimentSummary) => known.set(summary.id, summary.problem && JSON.stringify(summary))

  function tell(summary: ExperimentSummary): ExperimentSummary {
    mark(summary)
    emit('experiments.changed', summary)
    return summary
  }

  const announce = async (record: ExperimentRecord): Promise<ExperimentSummary> => {
    const { file, problem } = await stateOf(record.id)
    return tell(summarize(record, file, problem))
  }

  let underWay: Promise<void> | null = null
  const look = () =>
    (underWay ??= lookOnce().finally(() => {
      underWay = null
    }))

  async function lookOnce(): Promise<void> {
    const found = await store.ids().catch(() => null)
    if (!found) return
    const active = supervisor.active()
    for (const id of known.keys()) {
      if (found.includes(id)) continue
      // The run tells that it is gone when its engine has let go of it.
      if (active?.id === id) supervisor.stop(active)
      else forget(id)
    }
    for (const id of found) {
      if (known.get(id) === null) continue
      const summary = await summaryOf(id)
      if (known.get(id) !== (summary.problem && JSON.stringify(summary))) tell(summary)
    }
  }

  function refuseWhileBusy(): void {
    const active = supervisor.active()
    if (active) throw new UserError('experiment/busy', { name: active.record.name })
  }

  function refuseWhileClosing(): void {
    if (isClosing) throw new UserError('experiment/closing')
  }

  /** The checkpoint that a run begins with, where its settings name another experiment. */
  async function startOf(values: SettingValues): Promise<string | null> {
    const id = values['training.start_from']
    if (id === '') return null
    const earlier = await recordOf(id as ExperimentId)
    const checkpoint = await usedCheckpoint(experimentFiles(store.folderOf(earlier.id)).checkpoints, earlier.settings)
    if (!checkpoint) throw new UserError('experiment/untrained', { name: earlier.name })
    return checkpoint.folder
  }

  async function newId(date: Date): Promise<ExperimentId> {
    for (;;) {
      const id = newExperimentId(date)
      if (!(await ids()).includes(id)) return id
    }
  }

  async function begin(values: SettingValues): Promise<ExperimentRecord> {
    const model = await models.find(values['general.llm_backbone'])
    const dataset = await findTrainable(values, datasets)
    const device = await chooseDevice(values, options.devices)
    const created = clock()
    const draft = {
      id: await newId(created),
      name: values['general.experiment_name'] || `${dataset.name} ${localTime(created)}`,
      createdAt: created.toISOString(),
      dataset: { id: dataset.id, name: dataset.name },
      model: { id: model.id, name: model.name, folder: model.folder },
      device,
      settings: values,
    }
    return store.create(draft.id, async (files) => {
      const {
        version,
        columns,
        taken: rows,
      } = await datasets.keepRows(dataset.id, files.dataset, (all) =>
        snapshotRows(all, values, files).catch((error: unknown) => {
          throw toDiskError(error, options.folder)
        }),
      )
      const record = { ...draft, dataset: { ...draft.dataset, version, columns: [...columns] }, rows }
      refuseWhileClosing()
      return { record, state: { ...unknownState, state: { kind: 'preparing' }, hostPid: process.pid } }
    })
  }

  /** Makes a checkpoint the end of what the run has told, and says what it goes on with. */
  async function rewind(
    record: ExperimentRecord,
    { file, step }: { readonly file: StateFile; readonly step: number | undefined },
  ): Promise<LaunchOptions> {
    const files = experimentFiles(store.folderOf(record.id))
    const checkpoint =
      step === undefined ? await latestCheckpoint(files.checkpoints) : await checkpointAt(files.checkpoints, step)
    if (step !== undefined && !checkpoint) throw new UserError('experiment/no-checkpoint', { name: record.name, step })
    const startFrom = checkpoint ? null : await startOf(record.settings)
    const { isEvaluated } = await rewindCheckpoints(files.checkpoints, checkpoint)
    await rewindHistory(files, checkpoint && { step: checkpoint.step, isEvaluated })
    const { evaluations } = await store.readHistory(record.id)
    const progress = checkpoint && file.progress && { ...file.progress, step: checkpoint.step, remainingSeconds: null }
    return {
      resumeFrom: checkpoint?.folder ?? null,
      startFrom,
      earlier: { progress, validationLoss: evaluations.at(-1)?.validationLoss ?? null },
    }
  }

  async function resume(id: ExperimentId, step: number | undefined): Promise<ExperimentSummary> {
    const record = await recordOf(id)
    refuseWhileClosing()
    refuseWhileBusy()
    const { file } = await stateOf(id)
    if (step === undefined && !isResumable(file.state))
      throw new UserError('experiment/not-resumable', { name: record.name })
    await models.check(record.model.folder)
    try {
      await store.sweepRun(id)
      // A run that is cut off from here on can be resumed at the next start.
      await store.writeState(id, { ...file, state: { kind: 'preparing' }, hostPid: process.pid })
      const launchOptions = await rewind(record, { file, step })
      refuseWhileClosing()
      supervisor.forget(id)
      supervisor.launch(record, launchOptions)
    } catch (error) {
      await supervisor.saveState(id, file)
      throw toDiskError(error, store.folderOf(id))
    }
    return announce(record)
  }

  return {
    async recover() {
      isWriter = true
      await store.sweep()
      for (const id of await ids()) {
        await recoverState(store, id).catch(() => undefined)
        known.set(id, null)
      }
      looking ??= setInterval(() => void look().catch(() => undefined), LOOK_MS).unref()
    },

    look,

    async list() {
      const summaries = await Promise.all((await ids()).map(summaryOf))
      summaries.forEach(mark)
      // What was removed while the others were read.
      const left = await ids()
      return summaries.filter(({ id }) => left.includes(id))
    },

    async open({ id }): Promise<ExperimentDetail> {
      const record = await recordOf(id)
      const history = await store.readHistory(id)
      const { file, problem } = await stateOf(id)
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
    },

    sample: (question) => previewSample(question, { datasets, models, reader }),
    plan: ({ settings }) => makePlan(settings, { datasets, models, reader, devices: options.devices }),

    start: ({ settings }) =>
      inTurn([ENGINE], async () => {
        const { values, problems } = parseSettings(settings)
        if (problems[0]) throw problemError(problems[0])
        refuseWhileClosing()
        refuseWhileBusy()
        const startFrom = await startOf(values)
        const record = await begin(values)
        if (isClosing) {
          await supervisor.saveState(record.id, unknownState)
          throw new UserError('experiment/closing')
        }
        supervisor.launch(record, { startFrom })
        return announce(record)
      }),

    async stop({ id }) {
      // A resume that is under way is stopped once it has begun.
      await settled(id)
      const active = supervisor.active()
      if (active?.id === id) supervisor.stop(active)
      return null
    },

    resume: ({ id, step }) => inTurn([ENGINE, id], () => resume(id, step)),

    async restoreDataset({ id }) {
      const { name, dataset } = await recordOf(id)
      const { columns } = dataset
      const { dataset: file } = experimentFiles(store.folderOf(id))
      if (!columns || !(await exists(file))) throw new UserError('experiment/no-dataset', { name })
      return datasets.addRows(`${dataset.name} v${dataset.version}`, { file, columns })
    },

    rename: ({ id, name }) =>
      inTurn([id], async () => {
        const record = { ...(await recordOf(id)), name }
        await store.writeRecord(record)
        const active = supervisor.active()
        if (active?.id === id) active.record = record
        return announce(record)
      }),

    remove: ({ id }) =>
      inTurn([id], async () => {
        if ((await ids()).includes(id)) {
          const active = supervisor.active()
          const { name, state } = await summaryOf(id)
          // Where its record cannot be read, the summary does not know that it trains.
          if (active?.id === id || isActive(state))
            throw new UserError('experiment/busy', { name: active?.id === id ? active.record.name : name })
          await store.trash(id)
        }
        // One that somebody else has removed is gone all the same.
        forget(id)
        return null
      }),

    restore: ({ id }) =>
      inTurn([id], async () => {
        await store.restore(id)
        return tell(await summaryOf(id))
      }),

    async record(id) {
      return { ...(await recordOf(id)), folder: store.folderOf(id) }
    },

    async close() {
      isClosing = true
      if (looking) clearInterval(looking)
      await Promise.race([settled(ENGINE), new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref())])
      await supervisor.close()
    },
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
  modelName: '',
  createdAt,
  state: { kind: 'failed', error: problem },
  progress: null,
  problem,
})

/**
 * A run that says it is active has lost its host; one without a state was made by an earlier version that was killed. A
 * damaged state stays as it is.
 */
async function recoverState(store: ExperimentStore, id: ExperimentId): Promise<void> {
  const file = await store
    .readState(id)
    .catch((error: unknown) => (toAppError(error).code === 'experiment/incomplete' ? unknownState : null))
  if (!file || (file !== unknownState && !isActive(file.state))) return
  await store.readRecord(id)
  await store.writeState(id, { ...file, hostPid: process.pid, state: interrupted })
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

async function chooseDevice(values: SettingValues, devices: () => Promise<DeviceReport>) {
  const report = await devices()
  const wanted = values['environment.device']
  if (wanted === 'auto') return report.recommended.kind
  const found = report.devices.find((device) => device.kind === wanted)
  if (!found?.available)
    throw new UserError('device/unavailable', {
      device: wanted,
      why: found?.reason ?? 'platform',
      setting: 'environment.device',
    })
  return found.kind
}
