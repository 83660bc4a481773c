import { basename } from 'node:path'
import { generationSettingsOf, UserError, type SettingValues } from '../contract/index.ts'
import { Generator } from '../generation/generator.ts'
import { stopStringsOf } from '../generation/stopping.ts'
import { loadModel, type LoadedModel } from '../generation/loaded-model.ts'
import { loraTargets } from '../models/family.ts'
import { layOutLora, type LoraLayout } from '../models/lora.ts'
import { openRuntime, type Device } from '../runtime/index.ts'
import { BatchPlan, rowsPerBatch, stepsPerEpoch } from './batches.ts'
import { readCheckpoint, saveCheckpoint, type TrainingState } from './checkpoint.ts'
import type { TrainEvent, TrainJob, TrainResult } from './job.ts'
import { initialLora } from './lora-init.ts'
import { optimizers } from './optimizers.ts'
import { packRows } from './packing.ts'
import { readSamples, type TrainingSample } from './sample-files.ts'
import { sampleOptionsOf } from './samples.ts'
import { learningRateAt } from './schedules.ts'
import { StepRunner } from './step-runner.ts'

export interface TrainContext {
  readonly signal: AbortSignal
  readonly onEvent: (event: TrainEvent) => void
  /** Milliseconds; for tests. */
  readonly now?: () => number
}

/** A checkpoint is written at every evaluation, and at least so often. */
const CHECKPOINT_INTERVAL_MS = 30_000
/** How many rows are answered at each evaluation. */
const SAMPLE_ANSWERS = 3

/**
 * Trains a LoRA adapter as the job says, from the start or from a checkpoint, until the last step or until the signal asks to stop (after the step in flight,
 * with a checkpoint). Equal jobs give equal losses; a resumed run goes on exactly as the unbroken one.
 * Throws UserError for what the user can fix, and `training/diverged` where the loss is no number any more.
 */
export async function train(job: TrainJob, context: TrainContext): Promise<TrainResult> {
  const device = openRuntime().device(job.device)
  const model = await loadModel(job.modelFolder)
  const [trainSamples, validationSamples] = await Promise.all([job.trainFile, job.validationFile].map((file) => readSamples(file, model.tokenizer, job.settings, context.onEvent)))
  if (!trainSamples || !validationSamples || trainSamples.length === 0) throw new UserError('dataset/empty', { dataset: basename(job.trainFile) })
  const { settings } = job
  const layout = layOutLora(loraTargets(model.architecture, settings['training.lora_target_modules']), { rank: settings['training.lora_r'], alpha: settings['training.lora_alpha'] })
  const maxTokens = [...trainSamples, ...validationSamples].reduce((most, { ids }) => Math.max(most, ids.length), settings['tokenizer.max_length'])
  const runner = await StepRunner.open({
    model, device, layout,
    optimizer: optimizers.AdamW,
    dropout: settings['training.lora_dropout'],
    attentionDropout: model.architecture.attentionDropout,
    clip: settings['training.gradient_clip'],
    weightDecay: settings['training.weight_decay'],
    seed: settings['environment.seed'],
    maxTokens,
  })
  const run = new Run(job, context, { model, device, layout, runner, maxTokens, trainSamples, validationSamples })
  try {
    return await run.execute()
  } finally {
    run.dispose()
  }
}

interface Parts {
  readonly model: LoadedModel
  readonly device: Device
  readonly layout: LoraLayout
  readonly runner: StepRunner
  /** The longest sequence that rows may be packed into. */
  readonly maxTokens: number
  readonly trainSamples: readonly TrainingSample[]
  readonly validationSamples: readonly TrainingSample[]
}

/** One run's loop: steps, evaluations, checkpoints. */
class Run {
  readonly #job: TrainJob
  readonly #context: TrainContext
  readonly #parts: Parts
  readonly #settings: SettingValues
  readonly #plan: BatchPlan
  readonly #perEpoch: number
  readonly #totalSteps: number
  readonly #now: () => number
  #state: TrainingState
  #savedMs: number
  #savedStep = -1
  #generator: Generator | null = null

  constructor(job: TrainJob, context: TrainContext, parts: Parts) {
    this.#job = job
    this.#context = context
    this.#parts = parts
    this.#settings = job.settings
    this.#plan = new BatchPlan(parts.trainSamples.length, job.settings)
    this.#perEpoch = stepsPerEpoch(parts.trainSamples.length, job.settings)
    this.#totalSteps = this.#perEpoch * job.settings['training.epochs']
    this.#now = context.now ?? (() => performance.now())
    this.#savedMs = this.#now()
    this.#state = { step: 0, epoch: 0, seed: job.settings['environment.seed'], evaluatedStep: null, bestValidationLoss: null, bestStep: null, lastLoss: null }
  }

  async execute(): Promise<TrainResult> {
    await this.#begin()
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
    const finished = this.#state.step >= this.#totalSteps
    return { outcome: finished ? 'finished' : 'stopped', step: this.#state.step, lastLoss: this.#state.lastLoss }
  }

  dispose(): void {
    this.#generator?.dispose()
    this.#parts.runner.dispose()
  }

  async #begin(): Promise<void> {
    const { layout, runner, trainSamples, validationSamples } = this.#parts
    if (this.#job.resumeFrom === null) runner.p.write(initialLora(layout, this.#state.seed))
    else {
      const { state, p, optimizer } = await readCheckpoint(this.#job.resumeFrom, layout, Object.keys(runner.state))
      this.#state = state
      this.#savedStep = state.step
      runner.p.write(p)
      for (const [name, tensor] of Object.entries(runner.state)) tensor.write(optimizer[name] as Float32Array<ArrayBuffer>)
    }
    const size = this.#settings['training.batch_size']
    const rows = rowsPerBatch(trainSamples.length, this.#settings)
    if (rows < size) this.#context.onEvent({ kind: 'log', level: 'warning', code: 'run/batch-reduced', facts: { rows, batchSize: size } })
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
    const { runner, trainSamples } = this.#parts
    const startMs = this.#now()
    const { step } = this.#state
    const batches = this.#plan.batchesOf(step).map((rows) => packRows(rows.map((row) => trainSamples[row] as TrainingSample), this.#parts.maxTokens))
    const learningRate = learningRateAt(step, this.#totalSteps, this.#perEpoch, this.#settings)
    const { loss, gradientNorm } = await runner.step(batches, step, learningRate)
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) throw new UserError('training/diverged', { step: step + 1 })
    this.#state = { ...this.#state, step: step + 1, epoch: (step + 1) / this.#perEpoch, lastLoss: loss }
    const tokenCount = batches.reduce((sum, batch) => sum + batch.tokenCount, 0)
    this.#context.onEvent({ kind: 'step', step: step + 1, epoch: this.#state.epoch, loss, learningRate, gradientNorm, tokenCount, stepMs: this.#now() - startMs })
  }

  /** True at the last step, and whenever another `evaluation_epochs` have passed. */
  #evaluationIsDue(): boolean {
    const { step } = this.#state
    const every = Math.max(1, Math.round(this.#settings['training.evaluation_epochs'] * this.#perEpoch))
    return step > 0 && this.#state.evaluatedStep !== step && (step === this.#totalSteps || step % every === 0)
  }

  async #evaluate(): Promise<void> {
    const { validationSamples, runner } = this.#parts
    const size = this.#settings['training.batch_size']
    const chunks = Array.from({ length: Math.ceil(validationSamples.length / size) }, (_, index) => packRows(validationSamples.slice(index * size, (index + 1) * size), this.#parts.maxTokens))
    const validationLoss = chunks.length > 0 ? await runner.evaluate(chunks) : null
    const samples = await this.#sampleAnswers()
    // Stopped in between: the answers are cut off, so this evaluation does not count.
    if (this.#context.signal.aborted) return
    const { step, epoch, bestValidationLoss: best } = this.#state
    const isBest = validationLoss !== null && (best === null || validationLoss < best)
    this.#state = { ...this.#state, evaluatedStep: step, ...(isBest ? { bestValidationLoss: validationLoss, bestStep: step } : {}) }
    this.#context.onEvent({ kind: 'evaluation', step, epoch, validationLoss, samples })
    // The state has changed, also where this step was saved before.
    this.#savedStep = -1
    await this.#save()
  }

  async #sampleAnswers(): Promise<{ prompt: string; expected: string; answer: string }[]> {
    const { model, device, layout, runner, trainSamples, validationSamples } = this.#parts
    const candidates = new Map((validationSamples.length > 0 ? validationSamples : trainSamples).map((sample) => [sample.prompt, sample]))
    const chosen = [...candidates.values()].slice(0, SAMPLE_ANSWERS)
    this.#generator ??= await Generator.open(model, device, layout)
    const settings = { ...generationSettingsOf(this.#settings), seed: this.#state.seed }
    const prompts = chosen.map(({ promptIds }) => promptIds)
    const answers = await this.#generator.generate({ prompts, settings, stopStrings: stopStringsOf(sampleOptionsOf(this.#settings).format), signal: this.#context.signal }, await runner.p.read())
    return chosen.map(({ prompt, answer }, index) => ({ prompt, expected: answer, answer: answers[index]?.text ?? '' }))
  }

  async #save(): Promise<void> {
    if (this.#savedStep === this.#state.step) return
    const { layout, runner, model } = this.#parts
    const vectors = await Promise.all(Object.entries(runner.state).map(async ([name, tensor]) => [name, await tensor.read()] as const))
    const config = {
      baseModel: basename(model.folder),
      rank: layout.rank,
      alpha: layout.scale * layout.rank,
      dropout: this.#settings['training.lora_dropout'],
      targetModules: [...new Set(layout.slots.map(({ module }) => module.path.slice(module.path.lastIndexOf('.') + 1)))],
      fanInFanOut: false,
    }
    const folder = await saveCheckpoint(this.#job.checkpointFolder, layout, config, { state: this.#state, p: await runner.p.read(), optimizer: Object.fromEntries(vectors) })
    this.#savedMs = this.#now()
    this.#savedStep = this.#state.step
    this.#context.onEvent({ kind: 'checkpoint', step: this.#state.step, folder, best: this.#state.bestStep === this.#state.step })
  }
}
