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
import { fillOdd } from './rng.ts'

export interface StepRunnerOptions {
  readonly model: LoadedModel
  readonly device: Device
  readonly layout: LoraLayout
  readonly optimizer: Optimizer
  readonly dropout: number
  readonly clip: number
  readonly weightDecay: number
  readonly seed: number
  /** The longest sequence that will come, in tokens. */
  readonly maxTokens: number
}

/** More micro-batches than a step can have: keys of dropout never meet. */
const MAX_ACCUMULATION = 64
/** Bindings are kept for so many shapes of batches. */
const KEPT_SHAPES = 16

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
    this.#training = this.#own(new ShapedSession(device, this.#own(training), this.#shared, { g_out: g }, layout.columnCount))
    const scalarNames = ['learning_rate', ...Object.keys(optimizer.scalars(1))]
    this.#scalars = Object.fromEntries(scalarNames.map((name) => [name, this.#own(device.tensor('float32', [1]))]))
    const outputs = Object.fromEntries(Object.entries(this.state).map(([name, tensor]) => [`${name}_out`, tensor]))
    this.#own(update)
    this.#optimizerBinding = this.#own(update.bind({ inputs: { p: this.p, g, ...this.state, ...this.#scalars }, outputs: { p_out: this.p, ...outputs, norm: this.#norm } }))
  }

  /** Builds both sessions at the same time. Throws UserError where the weights cannot be read or memory is short. */
  static async open(options: StepRunnerOptions): Promise<StepRunner> {
    const { model, device, layout, optimizer, dropout, clip, weightDecay } = options
    const [training, update] = await Promise.all([
      openSession(device, trainingProgram(model, layout, dropout), model.folder, true),
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
      loss += await this.#training.run(batch, { weights, accumulate: index > 0, dropout: { seed: this.#options.seed, key: step * MAX_ACCUMULATION + index } })
    }
    this.#scalars['learning_rate']?.write(Float32Array.of(learningRate))
    for (const [name, value] of Object.entries(this.#options.optimizer.scalars(step + 1))) this.#scalars[name]?.write(Float32Array.of(value))
    await this.#optimizerBinding.run()
    return { loss, gradientNorm: (await this.#norm.read())[0] as number }
  }

  /** Mean loss over every counted token of the batches, without dropout; nothing changes. */
  async evaluate(batches: readonly PackedBatch[]): Promise<number> {
    const { model, device, layout } = this.#options
    this.#evaluation ??= this.#own(new ShapedSession(device, this.#own(await openSession(device, evaluationProgram(model, layout), model.folder, false)), this.#shared, {}, 0))
    let sum = 0
    let counted = 0
    for (const batch of batches) {
      sum += await this.#evaluation.run(batch, { weights: new Float32Array(batch.targets.length).fill(1), accumulate: false, dropout: null })
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

interface RunOptions {
  readonly weights: Float32Array<ArrayBuffer>
  readonly accumulate: boolean
  readonly dropout: { readonly seed: number; readonly key: number } | null
}

/** A session whose batches come in several shapes: a binding for each, the least recently used one dropped. */
class ShapedSession {
  readonly #device: Device
  readonly #session: Session
  readonly #shared: Readonly<Record<string, DeviceTensor>>
  readonly #outputs: Readonly<Record<string, DeviceTensor>>
  readonly #columnCount: number
  readonly #loss: DeviceTensor<'float32'>
  readonly #accumulate: DeviceTensor<'bool'>
  readonly #bound = new Map<string, BoundShape>()

  constructor(device: Device, session: Session, shared: Readonly<Record<string, DeviceTensor>>, outputs: Readonly<Record<string, DeviceTensor>>, columnCount: number) {
    this.#device = device
    this.#session = session
    this.#shared = shared
    this.#outputs = outputs
    this.#columnCount = columnCount
    this.#loss = device.tensor('float32', [])
    this.#accumulate = device.tensor('bool', [1])
  }

  /** Runs one batch and returns the sum of its weighted losses. */
  async run(batch: PackedBatch, { weights, accumulate, dropout }: RunOptions): Promise<number> {
    const shape = this.#bind(batch)
    const { tensors } = shape
    tensors.ids.write(batch.ids as Int32Array<ArrayBuffer>)
    tensors.positions.write(batch.positions as BigInt64Array<ArrayBuffer>)
    tensors.segments.write(batch.segments as Int32Array<ArrayBuffer>)
    tensors.targets.write(batch.targets as Int32Array<ArrayBuffer>)
    tensors.labels.write(batch.labels as BigInt64Array<ArrayBuffer>)
    tensors.weights.write(weights)
    this.#accumulate.write(Uint8Array.of(Number(accumulate)))
    if (dropout) shape.fillDropout(dropout.seed, dropout.key)
    await shape.binding.run()
    return (await this.#loss.read())[0] as number
  }

  dispose(): void {
    for (const shape of this.#bound.values()) shape.dispose()
    this.#loss.dispose()
    this.#accumulate.dispose()
  }

  #bind(batch: PackedBatch): BoundShape {
    const key = `${batch.sequences} ${batch.tokensPerSequence} ${batch.targets.length}`
    const known = this.#bound.get(key) ?? new BoundShape(this.#device, batch, this.#columnCount, (tensors) => this.#bindTensors(tensors))
    this.#bound.delete(key)
    this.#bound.set(key, known)
    if (this.#bound.size > KEPT_SHAPES) {
      const [oldest, shape] = this.#bound.entries().next().value as [string, BoundShape]
      shape.dispose()
      this.#bound.delete(oldest)
    }
    return known
  }

  #bindTensors(tensors: Readonly<Record<string, DeviceTensor>>): Binding {
    const available: Record<string, DeviceTensor> = { ...this.#shared, ...tensors, accumulate: this.#accumulate }
    const inputs = Object.fromEntries(this.#session.inputs.map(({ name }) => [name, available[name] as DeviceTensor]))
    const results: Record<string, DeviceTensor> = { ...this.#outputs, loss: this.#loss }
    return this.#session.bind({ inputs, outputs: results })
  }
}

/** The input tensors of one shape of batches, and their binding. */
class BoundShape {
  readonly tensors: {
    readonly ids: DeviceTensor<'int32'>
    readonly positions: DeviceTensor<'int64'>
    readonly segments: DeviceTensor<'int32'>
    readonly targets: DeviceTensor<'int32'>
    readonly labels: DeviceTensor<'int64'>
    readonly weights: DeviceTensor<'float32'>
    readonly dropout_rows: DeviceTensor<'int32'>
    readonly dropout_columns: DeviceTensor<'int32'>
  }
  readonly binding: Binding
  readonly #rows: Int32Array<ArrayBuffer>
  readonly #columns: Int32Array<ArrayBuffer>

  constructor(device: Device, { sequences: B, tokensPerSequence: T, targets: { length: M } }: PackedBatch, columnCount: number, bind: (tensors: Readonly<Record<string, DeviceTensor>>) => Binding) {
    this.#rows = new Int32Array(B * T)
    this.#columns = new Int32Array(columnCount)
    this.tensors = {
      ids: device.tensor('int32', [B, T]),
      positions: device.tensor('int64', [B, T]),
      segments: device.tensor('int32', [B, T]),
      targets: device.tensor('int32', [M]),
      labels: device.tensor('int64', [M]),
      weights: device.tensor('float32', [M]),
      dropout_rows: device.tensor('int32', [B * T, 1]),
      dropout_columns: device.tensor('int32', [columnCount]),
    }
    this.binding = bind(this.tensors)
  }

  fillDropout(seed: number, key: number): void {
    fillOdd(this.#rows, seed, 'dropoutRows', key)
    fillOdd(this.#columns, seed, 'dropoutColumns', key)
    this.tensors.dropout_rows.write(this.#rows)
    this.tensors.dropout_columns.write(this.#columns)
  }

  dispose(): void {
    this.binding.dispose()
    for (const tensor of Object.values(this.tensors)) tensor.dispose()
  }
}
