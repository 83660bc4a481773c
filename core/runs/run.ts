import type { Evaluation, ExperimentId, LogLine, RunProgress, RunState, StepMetric } from '../contract/index.ts'
import type { TrainEvent, TrainResult } from '../training/job.ts'
import type { EngineCall } from '../engine/engine-client.ts'
import type { ExperimentRecord, RunStateFile } from './record-file.ts'
import type { RunHistory } from './store.ts'

/** How many of the latest steps the speed is measured over. */
const SPEED_WINDOW_STEPS = 20

export interface RunClocks {
  /** Monotonic milliseconds: durations do not follow the clock when somebody sets it. */
  readonly now: () => number
  readonly clock: () => Date
  /** What is known of a run that goes on. */
  readonly earlier?: { readonly progress: RunProgress | null; readonly validationLoss: number | null }
}

/** A run that the engine works on: its state, its progress, and what has not been written yet. */
export class ActiveRun {
  /** Changes where it is renamed. */
  record: ExperimentRecord
  trainableParameterCount: number | null = null
  /** Set once the engine has been asked; needed for stopping. */
  call: EngineCall<'train'> | null = null
  closing = false
  /** Lines that are to be appended to log.txt. */
  readonly unwrittenLog: LogLine[] = []

  private readonly startedMs: number
  private readonly now: () => number
  private readonly clock: () => Date
  private readonly earlierProgress: RunProgress | null
  private current: RunState = { kind: 'preparing' }
  private isUnsaved = false
  private fresh: RunHistory = { steps: [], evaluations: [], log: [] }
  private recent: StepMetric[] = []
  private totalSteps = 0
  private validationLoss: number | null

  constructor(record: ExperimentRecord, { now, clock, earlier }: RunClocks) {
    this.record = record
    this.earlierProgress = earlier?.progress ?? null
    this.validationLoss = earlier?.validationLoss ?? null
    this.now = now
    this.clock = clock
    this.startedMs = now()
  }

  get state(): RunState {
    return this.current
  }

  set state(state: RunState) {
    this.current = state
    this.isUnsaved = true
  }

  /** What state.json is to hold. */
  stateFile(): RunStateFile {
    return {
      state: this.state,
      progress: this.progress(),
      trainableParameterCount: this.trainableParameterCount,
      hostPid: process.pid,
    }
  }

  /** True once after every change that state.json is to have. */
  takeUnsaved(): boolean {
    const isUnsaved = this.isUnsaved
    this.isUnsaved = false
    return isUnsaved
  }

  /** Its last state could not be written. */
  saveLater(): void {
    this.isUnsaved = true
  }

  /** The first lines are in the file; others may have come meanwhile. */
  logWritten(count: number): void {
    this.unwrittenLog.splice(0, count)
  }

  get id(): ExperimentId {
    return this.record.id
  }

  /** Takes in what the engine tells. */
  receive(event: TrainEvent): void {
    switch (event.kind) {
      case 'prepared':
        this.totalSteps = event.totalSteps
        this.trainableParameterCount = event.trainableParameterCount
        if (this.state.kind === 'preparing') this.state = { kind: 'training' }
        this.log('info', 'run/prepared', {
          device: event.device,
          trainRows: event.trainRowCount,
          validationRows: event.validationRowCount,
          parameters: event.trainableParameterCount,
          totalSteps: event.totalSteps,
        })
        if (event.firstStep > 0) this.log('info', 'run/resumed', { step: event.firstStep })
        break
      case 'step': {
        const { kind: _, ...step } = event
        this.fresh.steps.push(step)
        this.recent = [...this.recent, step].slice(-SPEED_WINDOW_STEPS)
        break
      }
      case 'evaluation': {
        const { kind: _, ...evaluation } = event
        this.evaluate(evaluation)
        break
      }
      case 'checkpoint':
        this.log('info', 'run/checkpoint', { step: event.step })
        this.isUnsaved = true
        break
      case 'log':
        this.log(event.level, event.code, event.facts)
    }
  }

  /** Adds a line to the run's log. */
  log(level: LogLine['level'], code: string, facts: LogLine['facts']): void {
    const line = { time: this.clock().toISOString(), level, code, facts }
    this.fresh.log.push(line)
    this.unwrittenLog.push(line)
  }

  /** Writes the closing line of a run that ended without an error. */
  logResult(result: TrainResult): void {
    if (result.outcome === 'stopped') this.log('info', 'run/stopped', { step: result.step })
    else
      this.log('info', 'run/finished', {
        seconds: Math.round(this.elapsedSeconds() * 10) / 10,
        loss: result.lastLoss === null ? '-' : roundLoss(result.lastLoss),
      })
  }

  /** What came since the last call; null where nothing did. */
  takeFresh(): RunHistory | null {
    const { steps, evaluations, log } = this.fresh
    if (steps.length + evaluations.length + log.length === 0) return null
    const taken = this.fresh
    this.fresh = { steps: [], evaluations: [], log: [] }
    return taken
  }

  /** Progress for the window; until the first step is done that of the run that goes on, or null. */
  progress(): RunProgress | null {
    const last = this.recent.at(-1)
    if (!last) return this.earlierProgress
    const seconds = this.recent.reduce((sum, step) => sum + step.stepMs, 0) / 1000
    const tokens = this.recent.reduce((sum, step) => sum + step.tokenCount, 0)
    const stepsPerSecond = seconds > 0 ? this.recent.length / seconds : 0
    return {
      step: last.step,
      totalSteps: this.totalSteps,
      epoch: last.epoch,
      totalEpochs: this.record.settings['training.epochs'],
      stepsPerSecond,
      tokensPerSecond: seconds > 0 ? tokens / seconds : 0,
      remainingSeconds: stepsPerSecond > 0 ? Math.max(0, this.totalSteps - last.step) / stepsPerSecond : null,
      elapsedSeconds: this.elapsedSeconds(),
      loss: last.loss,
      learningRate: last.learningRate,
      validationLoss: this.validationLoss,
    }
  }

  private evaluate(evaluation: Evaluation): void {
    this.fresh.evaluations.push(evaluation)
    this.validationLoss = evaluation.validationLoss ?? this.validationLoss
    const loss = evaluation.validationLoss === null ? '-' : roundLoss(evaluation.validationLoss)
    this.log('info', 'run/evaluated', { epoch: Math.round(evaluation.epoch * 100) / 100, loss })
    const { bleu, chrf, exactMatch } = evaluation.metrics
    if (bleu !== undefined && chrf !== undefined && exactMatch !== undefined)
      this.log('info', 'run/metrics', { bleu: round2(bleu), chrf: round2(chrf), exactMatch: round2(exactMatch) })
  }

  private elapsedSeconds(): number {
    return (this.now() - this.startedMs) / 1000
  }
}

const round2 = (value: number): number => Math.round(value * 100) / 100
const roundLoss = (loss: number): number => Number(loss.toPrecision(4))
