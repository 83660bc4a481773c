import { UserError } from '../contract/errors.ts'
import { toOnnx } from '../graph/onnx/writer.ts'
import { canFuseAttention, isKernelFailure, openGraph } from '../kernels/index.ts'
import type { LoadedModel } from '../generation/loaded-model.ts'
import type { LoraLayout } from '../models/lora.ts'
import { evaluationProgram } from '../models/programs.ts'
import { rotaryTables } from '../models/rotary.ts'
import {
  Owned,
  togetherInUse,
  type MemoryUse,
  type Binding,
  type Device,
  type DeviceTensor,
  type Session,
  type SessionOptions,
} from '../runtime/index.ts'
import { LossScale } from './loss-scale.ts'
import type { MemoryStrategy } from './memory-strategy.ts'
import { padBatch, capturedLength, type PackedBatch } from './packing.ts'
import { stepPrograms, type StepProgramOptions } from './step-programs.ts'
import { ShapedSession, type ShapedSessionOptions } from './shaped-session.ts'
import { NO_RESIDENT_WEIGHTS, sessionOptionsFor, type ResidentWeights } from '../weights/resident.ts'

export interface StepRunnerOptions extends StepProgramOptions {
  readonly model: Pick<LoadedModel, 'folder' | 'architecture' | 'weights'>
  readonly device: Device
  readonly layout: LoraLayout
  readonly seed: number
  /** The longest sequence that will come, in tokens. */
  readonly maxTokens: number
  /** Weights that lie on the device for every session; without them each session reads the model's files. */
  readonly resident?: ResidentWeights
  /** The loss scale of float16 to go on with. */
  readonly lossScale?: LossScale
  /** How sessions that are opened anew take their memory; in pieces unless given. */
  readonly memory?: Pick<MemoryStrategy, 'arena'>
}

/** More micro-batches than a step can have: keys of dropout never meet. */
const MAX_ACCUMULATION = 4096

export interface StepResult {
  /** Averaged over every counted token of the step. */
  readonly loss: number
  /** Before clipping. */
  readonly gradientNorm: number
  /** The gradient overflowed float16: nothing was changed, and the loss scale is halved. */
  readonly skipped: boolean
}

type OpenTraining = (arena: Pick<SessionOptions, 'gpuArena'>) => Promise<Session>

/**
 * The device side of training: p, the optimizer's vectors and the gradient live on the device; only batches go in and
 * losses come out.
 */
export class StepRunner {
  readonly p: DeviceTensor<'float32'>
  readonly state: Readonly<Record<string, DeviceTensor>>
  readonly lossScale: LossScale
  readonly #options: StepRunnerOptions
  readonly #openTraining: OpenTraining
  readonly #owned: Owned
  readonly #optimizerBinding: Binding
  readonly #scalars: Readonly<Record<string, DeviceTensor<'float32'>>>
  readonly #norm: DeviceTensor<'float32'>
  readonly #shared: Readonly<Record<string, DeviceTensor>>
  readonly #update: Session
  readonly #trainingOutputs: Pick<ShapedSessionOptions, 'outputs'>
  /** Null while it is closed: a step, or an evaluation, then opens its own. */
  #training: ShapedSession | null
  #evaluation: ShapedSession | null = null

  private constructor(
    options: StepRunnerOptions,
    {
      owned,
      training,
      update,
      openTraining,
    }: {
      readonly owned: Owned
      readonly training: Session
      readonly update: Session
      readonly openTraining: OpenTraining
    },
  ) {
    this.#owned = owned
    this.#openTraining = openTraining
    const { device, layout, model, optimizer, maxTokens, resident = NO_RESIDENT_WEIGHTS } = options
    this.#options = options
    const vector = () => this.#own(device.tensor('float32', [layout.parameterCount]))
    const g = vector()
    this.p = vector()
    this.state = Object.fromEntries(
      Object.entries(optimizer.state).map(([name, { dtype, length }]) => [
        name,
        this.#own(device.tensor(dtype, [length(layout.parameterCount)])),
      ]),
    )
    this.#norm = this.#own(device.tensor('float32', []))
    this.lossScale = options.lossScale ?? new LossScale()
    const positions = options.cudaGraph ? capturedLength(maxTokens) : maxTokens
    const tables = rotaryTables(model.architecture, positions).map(
      ({ name, shape, values }) => [name, this.#own(device.tensor('float32', shape, values))] as const,
    )
    const scales = {
      loss_scale: this.#own(device.tensor('float32', [1])),
      loss_unscale: this.#own(device.tensor('float32', [1])),
    }
    this.#shared = { ...resident.tensors, p: this.p, g, ...scales, ...Object.fromEntries(tables) }
    const scalarNames = ['learning_rate', ...Object.keys(optimizer.scalars(1))]
    this.#scalars = Object.fromEntries(scalarNames.map((name) => [name, this.#own(device.tensor('float32', [1]))]))
    const outputs = Object.fromEntries(Object.entries(this.state).map(([name, tensor]) => [`${name}_out`, tensor]))
    this.#update = this.#own(update)
    this.#optimizerBinding = this.#own(
      update.bind({
        inputs: { p: this.p, g, ...this.state, ...this.#scalars },
        outputs: { p_out: this.p, ...outputs, norm: this.#norm },
      }),
    )
    this.#trainingOutputs = { outputs: { g_out: g } }
    this.#training = this.#shaped(training, this.#trainingOutputs)
  }

  /** Builds both sessions at the same time. Throws UserError where the weights cannot be read or memory is short. */
  static async open(options: StepRunnerOptions): Promise<StepRunner> {
    const fused =
      options.device.kind === 'cuda' &&
      options.cudaGraph === true &&
      options.compute !== 'float32' &&
      canFuseAttention()
    try {
      return await StepRunner.#open({ ...options, fused })
    } catch (error) {
      if (!fused || !isKernelFailure(error)) throw error
      return StepRunner.#open(options)
    }
  }

  static async #open(options: StepRunnerOptions): Promise<StepRunner> {
    const { model, device, layout, resident = NO_RESIDENT_WEIGHTS, cudaGraph = false } = options
    const { training: graph, update: updating } = stepPrograms(resident.source(model), layout, options)
    const openTraining: OpenTraining = (arena) =>
      openGraph(device, graph, {
        weights: resident.kind,
        weightsFolder: model.folder,
        ...sessionOptionsFor(resident),
        ...arena,
        cudaGraph,
      })
    const opening = [openTraining({}), openGraph(device, updating, { cudaGraph })] as const
    const owned = new Owned()
    try {
      const [training, update] = await Promise.all([...opening, resident.loaded])
      return new StepRunner(options, { owned, training, update, openTraining })
    } catch (error) {
      owned.dispose()
      for (const session of opening)
        void session.then(
          (opened) => opened.dispose(),
          () => {},
        )
      throw error
    }
  }

  /** One optimizer step over its micro-batches; `step` counts from 0. */
  async step(batches: readonly PackedBatch[], step: number, learningRate: number): Promise<StepResult> {
    const counted = batches.reduce((sum, { targets }) => sum + targets.length, 0)
    if (counted === 0) throw new UserError('training/nothing-counted', { step: step + 1 })
    const { seed } = this.#options
    this.#shared['loss_scale']?.write(Float32Array.of(this.lossScale.value))
    this.#shared['loss_unscale']?.write(Float32Array.of(1 / this.lossScale.value))
    this.#training ??= this.#shaped(await this.#openTraining(this.#arena()), this.#trainingOutputs)
    let loss = 0
    for (const [index, batch] of batches.entries()) {
      const padded = this.isCaptured ? padBatch(batch) : batch
      const weights = new Float32Array(padded.targets.length).fill(1 / counted, 0, batch.targets.length)
      loss += await this.#training.run(padded, {
        weights,
        accumulate: index > 0,
        random: { seed, key: step * MAX_ACCUMULATION + index },
      })
    }
    this.#scalars['learning_rate']?.write(Float32Array.of(learningRate))
    for (const [name, value] of Object.entries(this.#options.optimizer.scalars(step + 1)))
      this.#scalars[name]?.write(Float32Array.of(value))
    await this.#optimizerBinding.run()
    const gradientNorm = (await this.#norm.read())[0] as number
    const skipped =
      this.#options.compute === 'float16' && Number.isFinite(loss) && this.lossScale.afterStep(gradientNorm)
    return { loss, gradientNorm, skipped }
  }

  /** Loss of every counted token of a batch [M], without dropout; nothing changes. */
  async losses(batch: PackedBatch): Promise<Float32Array> {
    const { model, device, layout, compute, resident = NO_RESIDENT_WEIGHTS } = this.#options
    if (!this.#evaluation) {
      const graph = evaluationProgram(resident.source(model), layout, compute)
      const session = await device.createSession(toOnnx(graph, { provider: device.kind, weights: resident.kind }), {
        weightsFolder: model.folder,
        ...sessionOptionsFor(resident),
        ...this.#arena(),
        prepack: false,
      })
      this.#evaluation = this.#shaped(session, { outputs: {}, losses: true })
    }
    const weights = new Float32Array(batch.targets.length).fill(1)
    return this.#evaluation.losses(batch, weights)
  }

  /** Mean loss over every counted token of the batches, without dropout; nothing changes. */
  async evaluate(batches: readonly PackedBatch[]): Promise<number> {
    let sum = 0
    let counted = 0
    for (const batch of batches) {
      for (const loss of await this.losses(batch)) sum += loss
      counted += batch.targets.length
    }
    return sum / counted
  }

  /** True where shapes of batches are captured if that can be: rows are packed into few shapes, and padded. */
  get isCaptured(): boolean {
    return this.#options.cudaGraph === true
  }

  /**
   * The device's memory that the open sessions of steps have taken besides the tensors that are bound; only on CUDA.
   */
  memoryUse(): MemoryUse {
    return togetherInUse([this.#update, ...(this.#training ? [this.#training] : [])])
  }

  dispose(): void {
    this.closeSessions()
    this.#owned.dispose()
  }

  /** Frees what steps and evaluations have taken; p and state stay. The next one opens its session anew. */
  closeSessions(): void {
    const open = [this.#training, this.#evaluation]
    this.#training = this.#evaluation = null
    for (const session of open) session?.dispose()
  }

  #arena(): Pick<SessionOptions, 'gpuArena'> {
    const { memory } = this.#options
    return memory ? { gpuArena: memory.arena } : {}
  }

  /** Takes the session over, also where that fails. */
  #shaped(session: Session, kind: Pick<ShapedSessionOptions, 'outputs' | 'losses'>): ShapedSession {
    const {
      device,
      layout,
      model: { architecture },
      noiseAlpha = 0,
    } = this.#options
    try {
      return new ShapedSession({ device, session, shared: this.#shared, architecture, layout, noiseAlpha, ...kind })
    } catch (error) {
      session.dispose()
      throw error
    }
  }

  #own<T extends { dispose(): void }>(resource: T): T {
    return this.#owned.add(resource)
  }
}
