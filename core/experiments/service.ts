import { access } from 'node:fs/promises'
import { UserError, isActive, isResumable, parseSettings, toAppError } from '../contract/index.ts'
import type { Events, ExperimentDetail, ExperimentId, ExperimentSummary, Handlers, RunState, SettingValues } from '../contract/index.ts'
import type { DatasetService } from '../datasets/service.ts'
import type { ModelService } from '../hub/local-models.ts'
import type { ModelReader } from '../reader/client.ts'
import { checkpointAt, checkpointSteps, latestCheckpoint, usedCheckpoint } from '../training/checkpoint.ts'
import type { TrainResult } from '../training/job.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { EngineGone, type EngineClient } from './engine-client.ts'
import type { DeviceReport } from './engine-protocol.ts'
import { isAlive, localTime, newExperimentId, thin } from './naming.ts'
import { findTrainable, makePlan, problemError } from './plan.ts'
import { ActiveRun } from './run.ts'
import { previewSample } from './sample-preview.ts'
import { snapshotRows } from './snapshot.ts'
import { experimentFiles, ExperimentStore, type ExperimentRecord, type StateFile } from './store.ts'

/** How often a training run's metrics are written and sent to the windows. */
const FLUSH_MS = 100
/** How long closing the studio waits for the engine to save a checkpoint. */
const CLOSE_TIMEOUT_MS = 5000
/** Charts get at most so many points. */
const MAX_POINTS = 2000

type Emit = <N extends 'experiments.changed' | 'experiments.removed' | 'experiments.metrics'>(name: N, payload: Events[N]) => void

export interface ExperimentServiceOptions {
  readonly folder: string
  readonly trashFolder: string
  readonly engine: EngineClient
  readonly datasets: DatasetService
  readonly models: ModelService
  readonly reader: ModelReader
  readonly devices: () => Promise<DeviceReport>
  readonly emit: Emit
  readonly now?: () => number
}

type ExperimentHandlers = { [N in keyof Handlers as N extends `experiments.${infer C}` ? C : never]: Handlers[N] }

export interface ExperimentService extends ExperimentHandlers {
  /** Marks runs whose supervising process has died as interrupted. Call once before anything else. */
  recover(): Promise<void>
  /** The record of an experiment and its folder. Throws UserError where there is none. */
  record(id: ExperimentId): Promise<ExperimentRecord & { readonly folder: string }>
  /** Stops the active run with a checkpoint and marks it interrupted. */
  close(): Promise<void>
}

/** Runs experiments one at a time on the engine, and keeps each in a folder that PEFT and a person can read. */
export function createExperimentService(options: ExperimentServiceOptions): ExperimentService {
  const { engine, datasets, models, reader, emit } = options
  const now = options.now ?? (() => performance.now())
  const store = new ExperimentStore(options.folder, options.trashFolder)
  let active: ActiveRun | null = null
  /** Resolves when the active run has ended and everything about it is written. */
  let ended: Promise<void> = Promise.resolve()

  async function stateOf(id: ExperimentId): Promise<StateFile> {
    if (active?.id === id) return { state: active.state, progress: active.progress(), trainableParameterCount: active.trainableParameterCount, hostPid: process.pid }
    return store.readState(id)
  }

  async function recordOf(id: ExperimentId): Promise<ExperimentRecord> {
    const exists = (await store.ids()).includes(id)
    if (!exists) throw new UserError('experiment/not-found', { id })
    return store.readRecord(id)
  }

  async function summaryOf(record: ExperimentRecord): Promise<ExperimentSummary> {
    const { state, progress } = await stateOf(record.id)
    return { id: record.id, name: record.name, datasetId: record.dataset.id, datasetName: record.dataset.name, modelName: record.model.name, createdAt: record.createdAt, state, progress }
  }

  async function announce(record: ExperimentRecord): Promise<ExperimentSummary> {
    const summary = await summaryOf(record)
    emit('experiments.changed', summary)
    return summary
  }

  /** Writes and sends what is new of a run; calls follow each other, never overlap. */
  async function flush(run: ActiveRun): Promise<void> {
    const fresh = run.takeFresh()
    if (!fresh) return
    await store.append(run.id, fresh)
    emit('experiments.metrics', { id: run.id, ...fresh })
    await announce(run.record)
  }

  const saveState = (run: ActiveRun) =>
    store.writeState(run.id, { state: run.state, progress: run.progress(), trainableParameterCount: run.trainableParameterCount, hostPid: process.pid })

  function launch(record: ExperimentRecord, { resumeFrom = null, startFrom = null, validationLoss = null }: LaunchOptions = {}): ActiveRun {
    const run = new ActiveRun(record, validationLoss, now)
    active = run
    const files = experimentFiles(store.folderOf(record.id))
    let flushing = Promise.resolve()
    let stateKind: RunState['kind'] = run.state.kind
    const tick = () => {
      flushing = flushing.then(async () => {
        await flush(run)
        if (stateKind === run.state.kind) return
        stateKind = run.state.kind
        await saveState(run)
      })
      // A failed write surfaces when the run ends, where `flushing` is awaited.
      flushing.catch(() => run.call?.cancel())
    }
    const timer = setInterval(tick, FLUSH_MS)
    const job = {
      modelFolder: record.model.folder,
      trainFile: files.trainRows,
      validationFile: files.validationRows,
      checkpointFolder: files.checkpoints,
      resumeFrom,
      startFrom,
      settings: record.settings,
      device: record.device,
    }
    run.call = engine.call('train', job, (event) => run.receive(event))
    ended = supervise(run, run.call.result, async () => {
      clearInterval(timer)
      await flushing
    })
    return run
  }

  /** Follows a run to its end. The end is told only when everything is written and another run may start. */
  async function supervise(run: ActiveRun, result: Promise<TrainResult>, settle: () => Promise<void>): Promise<void> {
    let state = await result.then((value) => endState(run, value), (error: unknown) => failState(run, error))
    try {
      await settle()
      await flush(run)
    } catch (error) {
      state = { kind: 'failed', error: toAppError(toDiskError(error, store.folderOf(run.id))) }
    }
    run.state = state
    // Where even this cannot be written, the next start finds a run without its host and marks it as interrupted.
    await saveState(run).catch(() => undefined)
    if (active === run) active = null
    emit('experiments.changed', { ...(await summaryOf(run.record)), state })
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

  async function begin(values: SettingValues): Promise<ExperimentRecord> {
    const model = await models.find(values['general.llm_backbone'])
    const dataset = await findTrainable(values, datasets)
    const device = await chooseDevice(values, options.devices)
    const created = new Date()
    const draft = {
      id: newExperimentId(created),
      name: values['general.experiment_name'] || `${dataset.name} ${localTime(created)}`,
      createdAt: created.toISOString(),
      dataset: { id: dataset.id, name: dataset.name, version: dataset.version },
      model: { id: model.id, name: model.name, folder: model.folder },
      device,
      settings: values,
    }
    try {
      return await store.create(draft.id, async (files) => {
        const kept = { ...draft.dataset, columns: [...(await datasets.keepRows(dataset.id, files.dataset))] }
        return { ...draft, dataset: kept, rows: await snapshotRows(() => datasets.rowsForTraining(dataset.id), values, files) }
      })
    } catch (error) {
      throw toDiskError(error, options.folder)
    }
  }

  return {
    async recover() {
      for (const id of await store.ids()) {
        const file = await store.readState(id).catch(() => null)
        if (file && (!isActive(file.state) || isAlive(file.hostPid))) continue
        await store.writeState(id, {
          trainableParameterCount: null, progress: null, ...file, hostPid: process.pid,
          state: { kind: 'interrupted', reason: 'studio-closed', detail: '' },
        })
      }
    },

    async list() {
      const records = await Promise.all((await store.ids()).map((id) => store.readRecord(id)))
      return Promise.all(records.map(summaryOf))
    },

    async open({ id }): Promise<ExperimentDetail> {
      const record = await recordOf(id)
      const history = await store.readHistory(id)
      const { trainableParameterCount } = await stateOf(id)
      return {
        summary: await summaryOf(record),
        settings: record.settings,
        device: record.device,
        trainRowCount: record.rows.train,
        validationRowCount: record.rows.validation,
        trainableParameterCount,
        steps: thin(history.steps, MAX_POINTS),
        evaluations: history.evaluations,
        log: history.log,
        checkpoints: await checkpointSteps(experimentFiles(store.folderOf(id)).checkpoints),
      }
    },

    sample: (question) => previewSample(question, { datasets, models, reader }),
    plan: ({ settings }) => makePlan(settings, { datasets, models, reader, devices: options.devices }),

    async start({ settings }) {
      const { values, problems } = parseSettings(settings)
      if (problems[0]) throw problemError(problems[0])
      if (active) throw new UserError('experiment/busy', { name: active.record.name })
      const startFrom = await startOf(values)
      const record = await begin(values)
      await saveState(launch(record, { startFrom }))
      return announce(record)
    },

    async stop({ id }) {
      if (active?.id !== id || active.state.kind === 'stopping') return null
      active.state = { kind: 'stopping' }
      active.call?.cancel()
      await announce(active.record)
      return null
    },

    async resume({ id, step }) {
      const record = await recordOf(id)
      const { state } = await stateOf(id)
      if (active) throw new UserError('experiment/busy', { name: active.record.name })
      const { checkpoints } = experimentFiles(store.folderOf(id))
      if (step === undefined ? !isResumable(state) : isActive(state)) throw new UserError('experiment/not-resumable', { name: record.name })
      const checkpoint = step === undefined ? await latestCheckpoint(checkpoints) : await checkpointAt(checkpoints, step)
      if (step !== undefined && !checkpoint) throw new UserError('experiment/no-checkpoint', { name: record.name, step })
      await models.check(record.model.folder)
      await store.truncateMetrics(id, checkpoint?.step ?? 0)
      const { evaluations } = await store.readHistory(id)
      const run = launch(record, { resumeFrom: checkpoint?.folder ?? null, startFrom: await startOf(record.settings), validationLoss: evaluations.at(-1)?.validationLoss ?? null })
      await saveState(run)
      return announce(record)
    },

    async restoreDataset({ id }) {
      const { name, dataset } = await recordOf(id)
      const { columns } = dataset
      const { dataset: file } = experimentFiles(store.folderOf(id))
      if (!columns || !(await exists(file))) throw new UserError('experiment/no-dataset', { name })
      return datasets.addRows(`${dataset.name} v${dataset.version}`, { file, columns })
    },

    async rename({ id, name }) {
      const record = { ...(await recordOf(id)), name }
      await store.writeRecord(record)
      return announce(record)
    },

    async remove({ id }) {
      const record = await recordOf(id)
      if (active?.id === id) throw new UserError('experiment/busy', { name: record.name })
      await store.trash(id)
      emit('experiments.removed', { id })
      return null
    },

    async restore({ id }) {
      await store.restore(id).catch(() => { throw new UserError('experiment/not-found', { id }) })
      return announce(await recordOf(id))
    },

    async record(id) {
      return { ...(await recordOf(id)), folder: store.folderOf(id) }
    },

    async close() {
      if (!active) return
      active.closing = true
      active.state = { kind: 'stopping' }
      active.call?.cancel()
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref())])
    },
  }
}

const exists = (file: string): Promise<boolean> => access(file).then(() => true, () => false)

interface LaunchOptions {
  readonly resumeFrom?: string | null
  readonly startFrom?: string | null
  readonly validationLoss?: number | null
}

function endState(run: ActiveRun, result: TrainResult): RunState {
  run.logResult(result)
  if (result.outcome === 'finished') return { kind: 'finished' }
  return run.closing ? { kind: 'interrupted', reason: 'studio-closed', detail: '' } : { kind: 'stopped' }
}

function failState(run: ActiveRun, error: unknown): RunState {
  if (error instanceof EngineGone) {
    const reason = run.closing ? 'studio-closed' : error.unresponsive ? 'engine-unresponsive' : 'engine-exit'
    run.log('error', 'run/interrupted', { reason: error.exit.reason })
    return { kind: 'interrupted', reason, detail: error.exit.reason }
  }
  const appError = toAppError(error)
  run.log('error', appError.code, appError.facts)
  return { kind: 'failed', error: appError }
}

async function chooseDevice(values: SettingValues, devices: () => Promise<DeviceReport>) {
  const report = await devices()
  const wanted = values['environment.device']
  if (wanted === 'auto') return report.recommended.kind
  const found = report.devices.find((device) => device.kind === wanted)
  if (!found?.available) throw new UserError('device/unavailable', { device: wanted, why: found?.reason ?? 'platform', setting: 'environment.device' })
  return found.kind
}
