import type { Architecture } from '../models/family.ts'
import type { LoraLayout } from '../models/lora.ts'
import { longTextLimit } from '../models/rotary.ts'
import { Owned, type MemoryUse, type Binding, type Device, type DeviceTensor, type Session } from '../runtime/index.ts'
import { KEPT_BINDINGS, MAX_CAPTURED_SHAPES } from './memory-policy.ts'
import { turnsOf, type PackedBatch } from './packing.ts'
import { fillOdd, type Stream } from '../random/rng.ts'

export interface ShapedSessionOptions {
  readonly device: Device
  /** A training or evaluation program of core/models/programs.ts. */
  readonly session: Session
  /** Inputs that every batch uses: p, g, cos, sin. */
  readonly shared: Readonly<Record<string, DeviceTensor>>
  /** Outputs besides the loss. */
  readonly outputs: Readonly<Record<string, DeviceTensor>>
  readonly architecture: Pick<Architecture, 'heads' | 'layerCount' | 'width' | 'dropoutSites' | 'rotaries'>
  readonly layout: Pick<LoraLayout, 'columnCount'>
  /** NEFTune's α; 0 unless given. */
  readonly noiseAlpha?: number
  /** The program gives the loss of every counted token too. */
  readonly losses?: boolean
}

export interface BatchRun {
  /** [M]: what each counted token's loss is multiplied by. */
  readonly weights: Float32Array<ArrayBuffer>
  /** Adds to the gradient of the batch before. */
  readonly accumulate: boolean
  /** The random numbers of this run; null where the program has no dropout. */
  readonly random: { readonly seed: number; readonly key: number } | null
}

/**
 * A session whose batches come in several shapes: a binding for each; of those that are not captured as CUDA graphs the least
 * recently
 * used one is dropped. Whoever made it disposes of it; the session goes with it, unless making it has failed.
 */
export class ShapedSession {
  readonly #options: ShapedSessionOptions
  readonly #loss: DeviceTensor<'float32'>
  readonly #accumulate: DeviceTensor<'bool'>
  readonly #captured = new Map<string, BoundShape>()
  readonly #bound = new Map<string, BoundShape>()
  readonly #owned = new Owned()

  constructor(options: ShapedSessionOptions) {
    this.#options = options
    try {
      this.#loss = this.#owned.add(options.device.tensor('float32', []))
      this.#accumulate = this.#owned.add(options.device.tensor('bool', [1]))
    } catch (error) {
      this.#owned.dispose()
      throw error
    }
  }

  /** Runs one batch and returns the sum of its weighted losses. */
  async run(batch: PackedBatch, { weights, accumulate, random }: BatchRun): Promise<number> {
    const shape = this.#shapeOf(batch)
    shape.write(batch, weights)
    this.#accumulate.write(Uint8Array.of(Number(accumulate)))
    if (random) shape.writeRandom(random.seed, random.key)
    try {
      await shape.binding.run()
    } catch (error) {
      // Where memory is short, what this shape has taken is needed for smaller ones.
      this.#forget(shape)
      throw error
    }
    return (await this.#loss.read())[0] as number
  }

  /** Runs one batch of a program with `losses` and returns them [M]. */
  async losses(batch: PackedBatch, weights: Float32Array<ArrayBuffer>): Promise<Float32Array> {
    await this.run(batch, { weights, accumulate: false, random: null })
    return this.#shapeOf(batch).losses?.read() ?? new Float32Array()
  }

  /** The device's memory that computing has taken besides the tensors that are bound; only on CUDA. */
  memoryUse(): MemoryUse {
    return this.#options.session.memoryUse()
  }

  dispose(): void {
    for (const shape of [...this.#captured.values(), ...this.#bound.values()]) shape.dispose()
    this.#owned.dispose()
    this.#options.session.dispose()
  }

  #shapeOf(batch: PackedBatch): BoundShape {
    const key = `${batch.sequences} ${batch.tokensPerSequence} ${batch.targets.length}`
    const captured = this.#captured.get(key)
    if (captured) return captured
    const known = this.#bound.get(key)
    const capture = !known && this.#options.session.isCaptured && this.#captured.size < MAX_CAPTURED_SHAPES
    const shape =
      known ?? new BoundShape(batch, this.#options, { loss: this.#loss, accumulate: this.#accumulate, capture })
    if (capture) {
      this.#captured.set(key, shape)
      return shape
    }
    this.#bound.delete(key)
    this.#bound.set(key, shape)
    if (this.#bound.size > KEPT_BINDINGS) {
      const [oldest, unused] = this.#bound.entries().next().value as [string, BoundShape]
      unused.dispose()
      this.#bound.delete(oldest)
    }
    return shape
  }

  #forget(shape: BoundShape): void {
    for (const kept of [this.#captured, this.#bound]) for (const [key, one] of kept) if (one === shape) kept.delete(key)
    shape.dispose()
  }
}

interface RandomInput {
  readonly stream: Stream
  readonly values: Int32Array<ArrayBuffer>
  readonly tensor: DeviceTensor<'int32'>
}

/** The input tensors of one shape of batches, and their binding. */
class BoundShape {
  readonly binding: Binding
  /** [M]: the loss of every counted token, where the program gives them. */
  readonly losses: DeviceTensor<'float32'> | null
  readonly #batch
  readonly #noise: { readonly tensor: DeviceTensor<'float32'>; readonly alpha: number; readonly width: number } | null
  /** Rows of the rotary tables, where long texts turn otherwise. */
  readonly #turns: { readonly tensor: DeviceTensor<'int64'>; readonly limit: number } | null
  readonly #random: readonly RandomInput[]
  readonly #owned = new Owned()

  constructor(
    batch: PackedBatch,
    { device, session, shared, outputs, architecture, layout, noiseAlpha = 0, losses = false }: ShapedSessionOptions,
    {
      loss,
      accumulate,
      capture,
    }: { readonly loss: DeviceTensor; readonly accumulate: DeviceTensor; readonly capture: boolean },
  ) {
    const tensor: MakeTensor = (dtype, shape) => this.#owned.add(device.tensor(dtype, shape))
    try {
      this.#batch = batchTensors(batch, tensor)
      const wanted = new Set(session.inputs.map(({ name }) => name))
      const limit = longTextLimit(architecture)
      this.#turns =
        limit === null ? null : { tensor: tensor('int64', [batch.sequences, batch.tokensPerSequence]), limit }
      const made = randomTensors(batch, { architecture, layout, wanted }, tensor)
      this.#random = made.map(([name, input]) => ({
        stream: streamOf[name],
        values: new Int32Array(input.elementCount),
        tensor: input,
      }))
      this.#noise = wanted.has('noise_scale')
        ? {
            tensor: tensor('float32', [batch.sequences * batch.tokensPerSequence, 1]),
            alpha: noiseAlpha,
            width: architecture.width,
          }
        : null
      this.losses = losses ? tensor('float32', [batch.targets.length]) : null
      const available: Record<string, DeviceTensor> = {
        ...shared,
        ...this.#batch,
        ...Object.fromEntries(made),
        ...(this.#noise && { noise_scale: this.#noise.tensor }),
        ...(this.#turns && { turns: this.#turns.tensor }),
        accumulate,
      }
      const inputs = Object.fromEntries([...wanted].map((name) => [name, available[name] as DeviceTensor]))
      this.binding = this.#owned.add(
        session.bind({ inputs, outputs: { ...outputs, loss, ...(this.losses && { losses: this.losses }) }, capture }),
      )
    } catch (error) {
      this.#owned.dispose()
      throw error
    }
  }

  write(batch: PackedBatch, weights: Float32Array<ArrayBuffer>): void {
    this.#batch.ids.write(batch.ids)
    this.#batch.positions.write(batch.positions)
    if (this.#turns) this.#turns.tensor.write(turnsOf(batch, this.#turns.limit))
    this.#batch.segments.write(batch.segments)
    this.#batch.targets.write(batch.targets)
    this.#batch.labels.write(batch.labels)
    this.#batch.weights.write(weights)
    // α/√(T·C) with T the length of the token's own row
    if (this.#noise) {
      const { tensor, alpha, width } = this.#noise
      const lengths = new Map<number, number>()
      for (const segment of batch.segments) lengths.set(segment, (lengths.get(segment) ?? 0) + 1)
      tensor.write(
        Float32Array.from(batch.segments, (segment) =>
          segment < 0 ? 0 : alpha / Math.sqrt((lengths.get(segment) as number) * width),
        ),
      )
    }
  }

  writeRandom(seed: number, key: number): void {
    for (const { stream, values, tensor } of this.#random) {
      fillOdd(values, seed, stream, key)
      tensor.write(values)
    }
  }

  dispose(): void {
    this.#owned.dispose()
  }
}

const streamOf = {
  dropout_rows: 'dropoutRows',
  dropout_columns: 'dropoutColumns',
  attention_rows: 'attentionRows',
  attention_columns: 'attentionColumns',
  hidden_columns: 'hiddenColumns',
  noise_columns: 'noiseColumns',
} as const satisfies Record<string, Stream>

type MakeTensor = <D extends 'int32' | 'int64' | 'float32'>(dtype: D, shape: readonly number[]) => DeviceTensor<D>

const batchTensors = (
  { sequences: B, tokensPerSequence: T, targets: { length: M } }: PackedBatch,
  tensor: MakeTensor,
) => ({
  ids: tensor('int32', [B, T]),
  positions: tensor('int64', [B, T]),
  segments: tensor('int32', [B, T]),
  targets: tensor('int32', [M]),
  labels: tensor('int64', [M]),
  weights: tensor('float32', [M]),
})

type RandomName = keyof typeof streamOf

/** The inputs for random numbers that a program wants. */
function randomTensors(
  { sequences: B, tokensPerSequence: T }: PackedBatch,
  {
    architecture: { heads, layerCount, width, dropoutSites },
    layout: { columnCount },
    wanted,
  }: Pick<ShapedSessionOptions, 'architecture' | 'layout'> & { readonly wanted: ReadonlySet<string> },
  tensor: MakeTensor,
): (readonly [RandomName, DeviceTensor<'int32'>])[] {
  const shapes: Record<RandomName, readonly number[]> = {
    dropout_rows: [B * T, 1],
    dropout_columns: [columnCount],
    attention_rows: [B * heads * T, 1],
    attention_columns: [layerCount, T],
    hidden_columns: [dropoutSites, width],
    noise_columns: [width],
  }
  return (Object.entries(shapes) as [RandomName, readonly number[]][])
    .filter(([name]) => wanted.has(name))
    .map(([name, shape]) => [name, tensor('int32', shape)] as const)
}
