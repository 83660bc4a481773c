import { basename } from 'node:path'
import { UserError, type SettingValues } from '../contract/index.ts'
import { loadModel, type LoadedModel } from '../generation/loaded-model.ts'
import type { LoraLayout } from '../models/lora.ts'
import { openRuntime, type Device } from '../runtime/index.ts'
import { keepsCopies } from '../weights/model-files.ts'
import { loadResidentWeights, NO_RESIDENT_WEIGHTS, type ResidentWeights } from '../weights/resident.ts'
import { Evaluator } from './evaluation.ts'
import type { TrainContext } from './trainer.ts'
import type { TrainJob } from './job.ts'
import { LossScale } from './loss-scale.ts'
import { MemoryStrategy } from './memory-strategy.ts'
import { weightStorageFor } from './precision.ts'
import { optimizers, type Optimizer } from '../optimization/index.ts'
import { readSamples, type TrainingSample } from '../samples/sample-files.ts'
import { readCheckpoint, readTrainedVector, type Snapshot } from './checkpoint.ts'
import type { TrainingState } from './checkpoint-folder.ts'
import { withRowsThereAre } from './batches.ts'
import { stepOptionsFor, withDropout } from './step-programs.ts'
import { StepRunner } from './step-runner.ts'
import { initialTrainable, trainableLayout } from './trainable.ts'

/** Everything that a run works with; `dispose` frees it. */
export interface TrainingSetup {
  readonly model: LoadedModel
  readonly device: Device
  readonly layout: LoraLayout
  readonly optimizer: Optimizer
  readonly runner: StepRunner
  readonly evaluator: Evaluator
  /** What fits into memory, as far as the run knows. */
  readonly memory: MemoryStrategy
  /** The longest sequence that rows may be packed into. */
  readonly maxTokens: number
  readonly trainSamples: readonly TrainingSample[]
  readonly validationSamples: readonly TrainingSample[]
  /** The state that the run goes on from. */
  readonly state: TrainingState
  dispose(): void
}

/** Reads rows and model, and opens the device. Throws UserError for what the user can fix. */
export async function setUpTraining(job: TrainJob, { onEvent, signal }: TrainContext): Promise<TrainingSetup> {
  const { settings } = job
  const device = openRuntime().device(job.device)
  const opening = device.ready()
  // Whoever waits for it hears of it.
  opening.catch(() => {})
  const { model, trainSamples, validationSamples, maxTokens } = await readInputs(job, onEvent)
  const layout = trainableLayout(model, settings)
  const optimizer: Optimizer = optimizers[settings['training.optimizer']]
  const snapshot = job.resumeFrom === null ? null : await readCheckpoint(job.resumeFrom, layout, optimizer.state)
  await opening
  const memory = new MemoryStrategy(snapshot?.state.microBatchRows ?? null)
  const resident = residentWeights(model, device, settings, signal)
  const parts = { model, device, layout, optimizer, maxTokens, resident, snapshot, memory }
  const runner = await openRunner(parts, withRowsThereAre(settings, trainSamples.length)).catch(
    async (error: unknown) => {
      await resident.dispose()
      throw error
    },
  )
  const evaluator = new Evaluator({
    model,
    device,
    layout,
    resident,
    runner,
    maxTokens,
    settings,
    trainSamples,
    validationSamples,
    memory,
  })
  const dispose = () => [evaluator, runner, resident].forEach((resource) => void resource.dispose())
  const initial = () => initialTrainable(model, layout, settings['environment.seed'], { device, resident })
  try {
    await begin(runner, job, snapshot, initial, layout)
  } catch (error) {
    dispose()
    throw error
  }
  const state = snapshot?.state ?? freshState(settings)
  const tools = { model, device, layout, optimizer, runner, evaluator, memory }
  return { ...tools, maxTokens, trainSamples, validationSamples, state, dispose }
}

/** The model and the rows of a job, which are read before anything lies on the device. */
async function readInputs(
  job: TrainJob,
  onEvent: TrainContext['onEvent'],
): Promise<Pick<TrainingSetup, 'model' | 'trainSamples' | 'validationSamples' | 'maxTokens'>> {
  const { settings } = job
  const model = withDropout(await loadModel(job.modelFolder), settings['architecture.intermediate_dropout'])
  const [rows, validationSamples] = (await Promise.all(
    [job.trainFile, job.validationFile].map((file) => readSamples(file, model.tokenizer, settings, onEvent)),
  )) as [TrainingSample[], TrainingSample[]]
  const trainSamples = settings['training.train_validation_data'] ? [...rows, ...validationSamples] : rows
  if (trainSamples.length === 0) throw new UserError('dataset/empty', { dataset: basename(job.trainFile) })
  const maxTokens = [...trainSamples, ...validationSamples].reduce(
    (most, { ids }) => Math.max(most, ids.length),
    settings['tokenizer.max_length'],
  )
  return { model, trainSamples, validationSamples, maxTokens }
}

/**
 * How the base weights are kept in memory: small models as each session likes them best, others once, in as few bits as
 * asked for.
 */
export function residentWeights(
  model: LoadedModel,
  device: Device,
  settings: Pick<SettingValues, 'architecture.backbone_dtype' | 'environment.precision'>,
  signal?: AbortSignal,
): ResidentWeights {
  const storage = weightStorageFor(device.kind, settings)
  if (keepsCopies(model, storage)) return NO_RESIDENT_WEIGHTS
  return loadResidentWeights(model, device, storage, signal)
}

interface RunnerParts {
  readonly model: LoadedModel
  readonly device: Device
  readonly layout: LoraLayout
  readonly optimizer: Optimizer
  readonly maxTokens: number
  readonly resident: ResidentWeights
  readonly snapshot: Snapshot | null
  readonly memory: MemoryStrategy
}

function openRunner({ snapshot, ...parts }: RunnerParts, settings: SettingValues): Promise<StepRunner> {
  return StepRunner.open({
    ...parts,
    ...stepOptionsFor(parts.device.kind, parts.model, settings, parts.maxTokens),
    seed: settings['environment.seed'],
    lossScale: new LossScale(snapshot?.state.lossScale ?? undefined),
  })
}

async function begin(
  runner: StepRunner,
  { startFrom, resumeFrom }: TrainJob,
  snapshot: Snapshot | null,
  initial: () => Promise<Float32Array<ArrayBuffer>>,
  layout: LoraLayout,
): Promise<void> {
  if (resumeFrom === null || !snapshot)
    return runner.p.write(startFrom ? await readTrainedVector(startFrom, layout) : await initial())
  runner.p.write(snapshot.p)
  for (const [name, tensor] of Object.entries(runner.state)) tensor.write(snapshot.optimizer[name] as never)
}

const freshState = (settings: SettingValues): TrainingState => ({
  step: 0,
  epoch: 0,
  seed: settings['environment.seed'],
  evaluatedStep: null,
  bestValidationLoss: null,
  bestStep: null,
  bestScore: null,
  lastLoss: null,
  microBatchRows: null,
  lossScale: null,
})
