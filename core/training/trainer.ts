import { basename } from 'node:path'
import { UserError, type SettingValues } from '../contract/index.ts'
import { canCompileKernels } from '../kernels/index.ts'
import { isOutOfMemory } from '../runtime/index.ts'
import { BatchPlan, rowsPerBatch, stepsPerEpoch } from './batches.ts'
import { saveCheckpoint, type SaveOptions, type StateArray, savedModulesOf, targetModulesOf } from './checkpoint.ts'
import type { TrainingState } from './checkpoint-folder.ts'
import { HistoryWriter } from './history.ts'
import type { TrainEvent, TrainJob, TrainResult } from './job.ts'
import { runInMicroBatches, type MicroBatchParts } from './micro-batches.ts'
import { packRows } from './packing.ts'
import { computeTypeFor } from './precision.ts'
import { maskIdOf, maskTokens } from '../samples/sample-masking.ts'
import { cutToQuantile } from './padding-quantile.ts'
import type { TrainingSample } from '../samples/sample-files.ts'
import { learningRateAt } from './learning-rate.ts'
import { setUpTraining, type TrainingSetup } from './setup.ts'

export interface TrainContext {
  readonly signal: AbortSignal
  readonly onEvent: (event: TrainEvent) => void
  /** Milliseconds; for tests. */
  readonly now?: () => number
}

/** A checkpoint is written at every evaluation, and at least so often. */
const CHECKPOINT_INTERVAL_MS = 30_000

/**
 * Trains a model as the job says, from the start or from a checkpoint, until the last step or until the signal asks to
 * stop (after the step in flight, with a checkpoint). Equal jobs give equal losses; a resumed run goes on exactly as
 * the unbroken one. Throws UserError for what the user can fix, and `training/diverged` where the loss is no number any
 * more.
 */
export async function train(job: TrainJob, context: TrainContext): Promise<TrainResult> {
  const setup = await setUpTraining(job, context)
  try {
    const history = await HistoryWriter.open(job.history)
    try {
      return await new Run(job, context, { setup, history }).execute()
    } finally {
      await history.close()
    }
  } finally {
    setup.dispose()
  }
}

/** One run's loop: steps, evaluations, checkpoints. */
class Run {
  readonly #job: TrainJob
  readonly #context: TrainContext
  readonly #setup: TrainingSetup
  readonly #history: HistoryWriter
  readonly #settings: SettingValues
  readonly #plan: BatchPlan
  readonly #perEpoch: number
  readonly #totalSteps: number
  readonly #now: () => number
  readonly #microBatches: MicroBatchParts
  #state: TrainingState
  #savedMs: number
  #savedStep = -1

  constructor(
    job: TrainJob,
    context: TrainContext,
    { setup, history }: { readonly setup: TrainingSetup; readonly history: HistoryWriter },
  ) {
    const rows = setup.trainSamples.length
    this.#job = job
    this.#context = context
    this.#setup = setup
    this.#history = history
    this.#settings = job.settings
    this.#plan = new BatchPlan(rows, job.settings)
    this.#perEpoch = stepsPerEpoch(rows, job.settings)
    this.#totalSteps = this.#perEpoch * job.settings['training.epochs']
    this.#now = context.now ?? (() => performance.now())
    this.#savedMs = this.#now()
    this.#state = setup.state
    this.#microBatches = {
      memory: setup.memory,
      pack: (packed) => packRows(packed, setup.maxTokens, setup.runner.isCaptured),
      free: () => setup.evaluator.freeMemory(),
    }
  }

  async execute(): Promise<TrainResult> {
    this.#begin()
    const { signal } = this.#context
    // A run that was stopped during an evaluation begins with it again.
    if (this.#evaluationIsDue()) await this.#evaluate()
    while (this.#state.step < this.#totalSteps && !signal.aborted) {
      await this.#step()
      if (this.#evaluationIsDue()) await this.#evaluate()
      if (this.#now() - this.#savedMs > CHECKPOINT_INTERVAL_MS) await this.#save()
    }
    if (this.#totalSteps === 0) await this.#evaluate()
    await this.#save()
    const { overflows } = this.#setup.runner.lossScale
    if (overflows > 0)
      this.#log('info', 'run/overflows', { count: overflows, scale: this.#setup.runner.lossScale.value })
    const finished = this.#state.step >= this.#totalSteps
    return { outcome: finished ? 'finished' : 'stopped', step: this.#state.step, lastLoss: this.#state.lastLoss }
  }

  #begin(): void {
    const { layout, trainSamples, validationSamples } = this.#setup
    if (this.#job.resumeFrom !== null) this.#savedStep = this.#state.step
    const size = this.#settings['training.batch_size']
    const rows = rowsPerBatch(trainSamples.length, this.#settings)
    if (rows < size) this.#log('warning', 'run/batch-reduced', { rows, batchSize: size })
    if (this.#job.device === 'cuda' && !canCompileKernels()) this.#log('warning', 'run/no-kernels', {})
    this.#context.onEvent({
      kind: 'prepared',
      device: this.#job.device,
      trainRowCount: trainSamples.length,
      validationRowCount: validationSamples.length,
      trainableParameterCount: layout.parameterCount,
      stepsPerEpoch: this.#perEpoch,
      totalSteps: this.#totalSteps,
      firstStep: this.#state.step,
    })
  }

  async #step(): Promise<void> {
    const { runner } = this.#setup
    const startMs = this.#now()
    const { step } = this.#state
    const quantile = this.#settings['tokenizer.padding_quantile']
    const batches = this.#plan.batchesOf(step).map((rows) =>
      cutToQuantile(
        rows.map((row) => this.#rowOf(row, step)),
        quantile,
      ),
    )
    const learningRate = learningRateAt(step, this.#totalSteps, this.#perEpoch, this.#settings)
    const { loss, gradientNorm, skipped } = await runInMicroBatches(this.#microBatches, {
      batches,
      step: (packed) => runner.step(packed, step, learningRate),
      onReduced: (rows) => this.#log('warning', 'run/micro-batch', { rows, step: step + 1 }),
    })
    if (!Number.isFinite(loss) || (!Number.isFinite(gradientNorm) && (!skipped || runner.lossScale.value === 1)))
      throw new UserError('training/diverged', { step: step + 1 })
    if (skipped && runner.lossScale.overflows === 1)
      this.#log('info', 'run/overflow', { step: step + 1, scale: runner.lossScale.value })
    this.#state = { ...this.#state, step: step + 1, epoch: (step + 1) / this.#perEpoch, lastLoss: loss }
    const tokenCount = batches.flat().reduce((sum, { ids }) => sum + ids.length, 0)
    const metric = {
      step: step + 1,
      epoch: this.#state.epoch,
      loss,
      learningRate,
      gradientNorm: skipped ? 0 : gradientNorm,
      tokenCount,
      stepMs: this.#now() - startMs,
    }
    // Written before it is told: whoever hears of a step finds it in the file.
    await this.#history.addStep(metric)
    this.#context.onEvent({ kind: 'step', ...metric })
  }

  /** A row as this step sees it: with other tokens hidden in every epoch, where the settings ask for it. */
  #rowOf(row: number, step: number): TrainingSample {
    const { trainSamples, model } = this.#setup
    const sample = trainSamples[row] as TrainingSample
    const probability = this.#settings['augmentation.token_mask_probability']
    const epoch = Math.floor(step / this.#perEpoch)
    return maskTokens(sample, {
      probability,
      maskId: maskIdOf(model.tokenizer),
      seed: this.#state.seed,
      key: epoch * trainSamples.length + row,
    })
  }

  /**
   * True at the last step, whenever another `evaluation_epochs` have passed, and before the first step where it is
   * asked for.
   */
  #evaluationIsDue(): boolean {
    const { step, evaluatedStep } = this.#state
    if (evaluatedStep === step) return false
    if (step === 0) return this.#settings['training.evaluate_before_training'] && this.#totalSteps > 0
    const every = Math.max(1, Math.round(this.#settings['training.evaluation_epochs'] * this.#perEpoch))
    return step === this.#totalSteps || step % every === 0
  }

  async #evaluate(): Promise<void> {
    const { memory, evaluator } = this.#setup
    const rows = Math.min(this.#settings['training.batch_size'], memory.microBatchRows ?? Infinity)
    const found = await evaluator.run(this.#context.signal, rows).catch((error: unknown) => {
      const isOnlyWork = this.#totalSteps === 0
      if (!isOutOfMemory(error) || memory.tell({ kind: 'evaluation-short', isOnlyWork }) !== 'leave-out') throw error
      this.#log('warning', 'run/not-evaluated', { step: this.#state.step })
      this.#state = { ...this.#state, evaluatedStep: this.#state.step }
      return null
    })
    // Stopped in between: the answers are cut off, so this evaluation does not count.
    if (found === null || this.#context.signal.aborted) return
    const { score, ...evaluation } = found
    const { step, epoch, bestScore } = this.#state
    if (evaluation.samples.length === 0) this.#log('warning', 'run/not-answered', { step })
    const isBest = score !== null && (bestScore === null || score < bestScore)
    this.#state = {
      ...this.#state,
      evaluatedStep: step,
      ...(isBest ? { bestScore: score, bestValidationLoss: evaluation.validationLoss, bestStep: step } : {}),
    }
    await this.#history.addEvaluation({ step, epoch, ...evaluation })
    this.#context.onEvent({ kind: 'evaluation', step, epoch, ...evaluation })
    // The state has changed, also where this step was saved before.
    this.#savedStep = -1
    await this.#save()
  }

  async #save(): Promise<void> {
    if (this.#savedStep === this.#state.step) return
    const { runner } = this.#setup
    const vectors = await Promise.all(
      Object.entries(runner.state).map(async ([name, tensor]) => [name, (await tensor.read()) as StateArray] as const),
    )
    const state = {
      ...this.#state,
      microBatchRows: this.#setup.memory.microBatchRows,
      lossScale: computeTypeFor(this.#job.device, this.#settings) === 'float16' ? runner.lossScale.state : null,
    }
    // A checkpoint never knows more than the curve: a run that is resumed from it finds every step before it.
    await this.#history.sync()
    const folder = await saveCheckpoint(this.#job.checkpointFolder, this.#saveOptions(), {
      state,
      p: await runner.p.read(),
      optimizer: Object.fromEntries(vectors),
    })
    this.#savedMs = this.#now()
    this.#savedStep = this.#state.step
    this.#context.onEvent({
      kind: 'checkpoint',
      step: this.#state.step,
      folder,
      best: this.#state.bestStep === this.#state.step,
    })
  }

  #saveOptions(): SaveOptions {
    const { layout, model } = this.#setup
    const { architecture } = model
    const config = {
      baseModel: basename(model.folder),
      rank: layout.rank,
      alpha: layout.alpha,
      dropout: this.#settings['training.lora_dropout'],
      targetModules: targetModulesOf(layout, architecture),
      fanInFanOut: layout.slots.some(({ module }) => module.transposed),
      rankStabilised: layout.rankStabilised,
      decomposed: layout.slots.some(({ magnitude }) => magnitude !== null),
      savedModules: savedModulesOf(layout, architecture),
    }
    const keep = this.#settings['training.save_checkpoint'] === 'each_evaluation_epoch' ? 'all' : 'named'
    return {
      layout,
      config,
      keep,
      architecture,
      ...(this.#settings['training.lora'] ? {} : { wholeModel: { folder: model.folder } }),
    }
  }

  #log(level: 'info' | 'warning', code: string, facts: Readonly<Record<string, string | number>>): void {
    this.#context.onEvent({ kind: 'log', level, code, facts })
  }
}
