import type { Evaluation, ExperimentId, LogLine, RunProgress, RunState, StepMetric } from '../contract/index.ts'
import type { TrainEvent, TrainResult } from '../training/job.ts'
import type { EngineCall } from './engine-client.ts'
import type { ExperimentRecord, RunHistory } from './store.ts'

/** How many of the latest steps the speed is measured over. */
const SPEED_WINDOW_STEPS = 20

/** A run that the engine works on: its state, its progress, and what has not been written yet. */
export class ActiveRun {
  readonly record: ExperimentRecord
  state: RunState = { kind: 'preparing' }
  trainableParameterCount: number | null = null
  /** Set once the engine has been asked; needed for stopping. */
  call: EngineCall<'train'> | null = null
  closing = false

  private readonly startedMs: number
  private readonly now: () => number
  private fresh: RunHistory = { steps: [], evaluations: [], log: [] }
  private recent: StepMetric[] = []
  private totalSteps = 0
  private validationLoss: number | null

  constructor(record: ExperimentRecord, validationLoss: number | null, now: () => number) {
    this.record = record
    this.validationLoss = validationLoss
    this.now = now
    this.startedMs = now()
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
        break
      case 'log':
        this.log(event.level, event.code, event.facts)
    }
  }

  /** Adds a line to the run's log. */
  log(level: LogLine['level'], code: string, facts: LogLine['facts']): void {
    this.fresh.log.push({ time: new Date().toISOString(), level, code, facts })
  }

  /** Writes the closing line of a run that ended without an error. */
  logResult(result: TrainResult): void {
    if (result.outcome === 'stopped') this.log('info', 'run/stopped', { step: result.step })
    else this.log('info', 'run/finished', { seconds: Math.round(this.elapsedSeconds() * 10) / 10, loss: result.lastLoss === null ? '-' : roundLoss(result.lastLoss) })
  }

  /** What came since the last call; null where nothing did. */
  takeFresh(): RunHistory | null {
    const { steps, evaluations, log } = this.fresh
    if (steps.length + evaluations.length + log.length === 0) return null
    const taken = this.fresh
    this.fresh = { steps: [], evaluations: [], log: [] }
    return taken
  }

  /** Progress for the window; null until the first step is done. */
  progress(): RunProgress | null {
    const last = this.recent.at(-1)
    if (!last) return null
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
      remainingSeconds: stepsPerSecond > 0 ? (this.totalSteps - last.step) / stepsPerSecond : null,
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
    if (bleu !== undefined && chrf !== undefined && exactMatch !== undefined) this.log('info', 'run/metrics', { bleu: round2(bleu), chrf: round2(chrf), exactMatch: round2(exactMatch) })
  }

  private elapsedSeconds(): number {
    return (this.now() - this.startedMs) / 1000
  }
}

const round2 = (value: number): number => Math.round(value * 100) / 100
const roundLoss = (loss: number): number => Number(loss.toPrecision(4))
