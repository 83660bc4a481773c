// Follows the one run that the engine works for, from its launch to its end.
import {
  toAppError,
  type Events,
  type ExperimentId,
  type ExperimentSummary,
  type RunProgress,
  type RunState,
} from '../contract/index.ts'
import type { TrainResult } from '../training/job.ts'
import { EngineGone, type EngineClient } from '../engine/engine-client.ts'
import type { EngineMethods } from '../engine/engine-protocol.ts'
import type { ExperimentRecord, RunStateFile } from './record-file.ts'
import { ActiveRun } from './run.ts'
import { createStateSaver, mayExist } from './state-saver.ts'
import { experimentFiles, type ExperimentStore } from './store.ts'

/** How often what a run tells is written and sent to the windows. */
const FLUSH_MS = 100
/** How long closing the studio waits for the engine to save a checkpoint. */
const CLOSE_TIMEOUT_MS = 5000

export type Emit = <N extends 'experiments.changed' | 'experiments.removed' | 'experiments.metrics'>(
  name: N,
  payload: Events[N],
) => void

export interface SupervisorOptions {
  readonly store: ExperimentStore
  readonly engine: EngineClient
  readonly emit: Emit
  /** Monotonic milliseconds. */
  readonly now: () => number
  readonly clock: () => Date
}

export interface LaunchOptions {
  readonly resumeFrom?: string | null
  readonly startFrom?: string | null
  /** What is known of the run that goes on. */
  readonly earlier?: { readonly progress: RunProgress | null; readonly validationLoss: number | null }
}

export interface Supervisor {
  /** The run that the engine works for. */
  active(): ActiveRun | null
  /**
   * The state of a run as this process knows it: of the active one, and of those whose last state is not on disk yet.
   */
  stateOf(id: ExperimentId): RunStateFile | null
  /** Takes the engine for a run whose folder is complete. Only where none is active. */
  launch(record: ExperimentRecord, options: LaunchOptions): ActiveRun
  /** Asks the active run to stop; the engine is ended where it does not. */
  stop(run: ActiveRun): void
  /** Writes a state, now or as soon as the disk takes it. */
  saveState(id: ExperimentId, state: RunStateFile): Promise<void>
  /** Forgets a state that waits to be written. */
  forget(id: ExperimentId): void
  /** Stops the active run with a checkpoint and marks it as interrupted. */
  close(): Promise<void>
}

/** What the list shows of an experiment. */
export const summarize = (
  record: ExperimentRecord,
  { state, progress }: Pick<RunStateFile, 'state' | 'progress'>,
  problem: ExperimentSummary['problem'] = null,
): ExperimentSummary => ({
  id: record.id,
  name: record.name,
  datasetId: record.dataset.id,
  datasetName: record.dataset.name,
  adopted: record.adopted ?? null,
  modelName: record.model.name,
  createdAt: record.createdAt,
  state,
  progress,
  problem,
})

export function createSupervisor({ store, engine, emit, now, clock }: SupervisorOptions): Supervisor {
  let active: ActiveRun | null = null
  /** Resolves when the active run has ended and everything about it is written. */
  let ended: Promise<void> = Promise.resolve()
  const states = createStateSaver(store)

  function launch(record: ExperimentRecord, options: LaunchOptions): ActiveRun {
    const { earlier } = options
    const run = new ActiveRun(record, { now, clock, ...(earlier ? { earlier } : {}) })
    active = run
    const files = experimentFiles(store.folderOf(record.id))
    run.call = engine.call('train', trainParams(record, files, options), (event) => run.receive(event))
    ended = supervise(run, run.call.result)
    return run
  }

  /**
   * Follows a run to its end; never rejects. The end is told only when everything is written and another run may start.
   */
  async function supervise(run: ActiveRun, result: Promise<TrainResult>): Promise<void> {
    const state = await follow(run, result, { store, emit })
    const isGone = !(await mayExist(store, run.id))
    if (!isGone) {
      await store.sweepRun(run.id).catch(() => undefined)
      run.state = state
      await states.save(run.id, run.stateFile())
    }
    active = null
    if (isGone) emit('experiments.removed', { id: run.id })
    else announce(run, emit)
  }

  function stop(run: ActiveRun): void {
    run.call?.stop()
    if (run.state.kind === 'stopping') return
    run.state = { kind: 'stopping' }
    announce(run, emit)
  }

  return {
    active: () => active,
    stateOf: (id) => (active?.id === id ? active.stateFile() : states.unsavedOf(id)),
    launch,
    stop,
    saveState: states.save,
    forget: states.forget,
    async close() {
      if (active) {
        active.closing = true
        stop(active)
        await inTime(ended)
        // It saved no checkpoint in time: the last one counts.
        if (active) engine.close()
        await inTime(ended)
      }
      await states.close()
    },
  }
}

const inTime = (ended: Promise<void>) =>
  Promise.race([ended, new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref())])

const announce = (run: ActiveRun, emit: Emit) => emit('experiments.changed', summarize(run.record, run.stateFile()))

/** What the engine is asked for. */
const trainParams = (
  record: ExperimentRecord,
  files: ReturnType<typeof experimentFiles>,
  { resumeFrom = null, startFrom = null }: LaunchOptions,
): EngineMethods['train']['params'] => ({
  modelFolder: record.model.folder,
  trainFile: files.trainRows,
  validationFile: files.validationRows,
  checkpointFolder: files.checkpoints,
  history: { metrics: files.metrics, predictions: files.predictions },
  resumeFrom,
  startFrom,
  settings: record.settings,
  device: record.device,
})

type Keeping = Pick<SupervisorOptions, 'store' | 'emit'>

/** Keeps what a run tells until it has ended; gives the state at its end. */
async function follow(run: ActiveRun, result: Promise<TrainResult>, where: Keeping): Promise<RunState> {
  let keeping: Promise<void> | null = null
  const timer = setInterval(() => {
    keeping ??= keep(run, where).finally(() => {
      keeping = null
    })
  }, FLUSH_MS)
  const state = await result.then(
    (value) => endState(run, value),
    (error: unknown) => failState(run, error),
  )
  clearInterval(timer)
  await keeping
  await keep(run, where)
  return state
}

/**
 * Writes and sends what is new of a run. What cannot be written waits for the next time. Only one of these at a time:
 * both would write the same lines.
 */
async function keep(run: ActiveRun, { store, emit }: Keeping): Promise<void> {
  const fresh = run.takeFresh()
  const lines = [...run.unwrittenLog]
  await store.appendLog(run.id, lines).then(
    () => run.logWritten(lines.length),
    () => undefined,
  )
  if (fresh) {
    emit('experiments.metrics', { id: run.id, ...fresh })
    announce(run, emit)
  }
  if (run.takeUnsaved()) await store.writeState(run.id, run.stateFile()).catch(() => run.saveLater())
}

function endState(run: ActiveRun, result: TrainResult): RunState {
  run.logResult(result)
  if (result.outcome === 'finished') return { kind: 'finished' }
  return run.closing ? { kind: 'interrupted', reason: 'studio-closed', detail: '' } : { kind: 'stopped' }
}

function failState(run: ActiveRun, error: unknown): RunState {
  if (error instanceof EngineGone) return goneState(run, error)
  const appError = toAppError(error)
  run.log('error', appError.code, appError.facts)
  return { kind: 'failed', error: appError }
}

function goneState(run: ActiveRun, { exit: { reason }, unresponsive }: EngineGone): RunState {
  // The user wanted it to stop, and so it did.
  if (run.state.kind === 'stopping' && unresponsive && !run.closing) {
    run.log('warning', 'run/stop-forced', { reason })
    return { kind: 'stopped' }
  }
  run.log('error', 'run/interrupted', { reason })
  return {
    kind: 'interrupted',
    reason: run.closing ? 'studio-closed' : unresponsive ? 'engine-unresponsive' : 'engine-exit',
    detail: reason,
  }
}
