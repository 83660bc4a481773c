import { toOnnx } from '../graph/onnx/writer.ts'
import type { Graph } from '../graph/ir.ts'
import type { LoadedModel } from '../generation/loaded-model.ts'
import type { LoraLayout } from '../models/lora.ts'
import { evaluationProgram, trainingProgram } from '../models/programs.ts'
import { rotaryTables } from '../models/rotary.ts'
import type { Binding, Device, DeviceTensor, Session } from '../runtime/index.ts'
import type { Optimizer } from './optimizers.ts'
import { optimizerProgram } from './optimizers.ts'
import type { PackedBatch } from './packing.ts'
import { ShapedSession } from './shaped-session.ts'

export interface StepRunnerOptions {
  readonly model: Pick<LoadedModel, 'folder' | 'architecture' | 'weights'>
  readonly device: Device
  readonly layout: LoraLayout
  readonly optimizer: Optimizer
  /** Of the inputs of LoRA's A. */
  readonly dropout: number
  /** Of the model's attention probabilities; 0 unless given. */
  readonly attentionDropout?: number
  readonly clip: number
  readonly weightDecay: number
  readonly seed: number
  /** The longest sequence that will come, in tokens. */
  readonly maxTokens: number
}

/** More micro-batches than a step can have: keys of dropout never meet. */
const MAX_ACCUMULATION = 64

/** The device side of training: p, the optimizer's vectors and the gradient live on the device; only batches go in and losses come out. */
export class StepRunner {
  readonly p: DeviceTensor<'float32'>
  readonly state: Readonly<Record<string, DeviceTensor<'float32'>>>
  readonly #options: StepRunnerOptions
  readonly #owned: { dispose(): void }[] = []
  readonly #training: ShapedSession
  readonly #optimizerBinding: Binding
  readonly #scalars: Readonly<Record<string, DeviceTensor<'float32'>>>
  readonly #norm: DeviceTensor<'float32'>
  readonly #shared: Readonly<Record<string, DeviceTensor>>
  #evaluation: ShapedSession | null = null

  private constructor(options: StepRunnerOptions, training: Session, update: Session) {
    const { device, layout, model, optimizer, maxTokens } = options
    this.#options = options
    const vector = () => this.#own(device.tensor('float32', [layout.parameterCount]))
    const g = vector()
    this.p = vector()
    this.state = Object.fromEntries(optimizer.state.map((name) => [name, vector()]))
    this.#norm = this.#own(device.tensor('float32', []))
    const { cos, sin } = rotaryTables(maxTokens, model.architecture.headSize, model.architecture.ropeTheta)
    const table = [maxTokens, model.architecture.headSize / 2]
    this.#shared = { p: this.p, g, cos: this.#own(device.tensor('float32', table, cos)), sin: this.#own(device.tensor('float32', table, sin)) }
    this.#training = this.#own(new ShapedSession({ device, session: this.#own(training), shared: this.#shared, outputs: { g_out: g }, architecture: model.architecture, layout }))
    const scalarNames = ['learning_rate', ...Object.keys(optimizer.scalars(1))]
    this.#scalars = Object.fromEntries(scalarNames.map((name) => [name, this.#own(device.tensor('float32', [1]))]))
    const outputs = Object.fromEntries(Object.entries(this.state).map(([name, tensor]) => [`${name}_out`, tensor]))
    this.#own(update)
    this.#optimizerBinding = this.#own(update.bind({ inputs: { p: this.p, g, ...this.state, ...this.#scalars }, outputs: { p_out: this.p, ...outputs, norm: this.#norm } }))
  }

  /** Builds both sessions at the same time. Throws UserError where the weights cannot be read or memory is short. */
  static async open(options: StepRunnerOptions): Promise<StepRunner> {
    const { model, device, layout, optimizer, dropout, attentionDropout, clip, weightDecay } = options
    const [training, update] = await Promise.all([
      openSession(device, trainingProgram(model, layout, dropout, attentionDropout), model.folder, true),
      openSession(device, optimizerProgram(optimizer, layout.parameterCount, { clip, weightDecay }), undefined, true),
    ])
    return new StepRunner(options, training, update)
  }

  /**
   * One optimizer step over its micro-batches; `step` counts from 0. Returns the loss, averaged over every counted token of the step,
   * and the gradient's norm before clipping.
   */
  async step(batches: readonly PackedBatch[], step: number, learningRate: number): Promise<{ loss: number; gradientNorm: number }> {
    const counted = batches.reduce((sum, { targets }) => sum + targets.length, 0)
    let loss = 0
    for (const [index, batch] of batches.entries()) {
      const weights = new Float32Array(batch.targets.length).fill(1 / counted)
      loss += await this.#training.run(batch, { weights, accumulate: index > 0, random: { seed: this.#options.seed, key: step * MAX_ACCUMULATION + index } })
    }
    this.#scalars['learning_rate']?.write(Float32Array.of(learningRate))
    for (const [name, value] of Object.entries(this.#options.optimizer.scalars(step + 1))) this.#scalars[name]?.write(Float32Array.of(value))
    await this.#optimizerBinding.run()
    return { loss, gradientNorm: (await this.#norm.read())[0] as number }
  }

  /** Mean loss over every counted token of the batches, without dropout; nothing changes. */
  async evaluate(batches: readonly PackedBatch[]): Promise<number> {
    const { model, device, layout } = this.#options
    if (!this.#evaluation) {
      const session = this.#own(await openSession(device, evaluationProgram(model, layout), model.folder, false))
      this.#evaluation = this.#own(new ShapedSession({ device, session, shared: this.#shared, outputs: {}, architecture: model.architecture, layout }))
    }
    let sum = 0
    let counted = 0
    for (const batch of batches) {
      sum += await this.#evaluation.run(batch, { weights: new Float32Array(batch.targets.length).fill(1), accumulate: false, random: null })
      counted += batch.targets.length
    }
    return sum / counted
  }

  dispose(): void {
    for (const resource of this.#owned.splice(0).reverse()) resource.dispose()
  }

  #own<T extends { dispose(): void }>(resource: T): T {
    this.#owned.push(resource)
    return resource
  }
}

const openSession = (device: Device, graph: Graph, weightsFolder: string | undefined, prepack: boolean): Promise<Session> =>
  device.createSession(toOnnx(graph, { provider: device.kind }), { weightsFolder, prepack })
