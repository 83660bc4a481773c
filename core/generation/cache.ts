import { Builder } from '../graph/builder.ts'
import type { Shape } from '../graph/ir.ts'
import { gather } from '../graph/ops/index.ts'
import { toOnnx } from '../graph/onnx/writer.ts'
import { roundedTo } from '../checkpoints/index.ts'
import { matrixType, type ComputeType } from '../models/linear.ts'
import { matricesOf, matrixName, type LoraLayout } from '../models/lora.ts'
import { cachesOf } from '../models/decoding-context.ts'
import type { Architecture } from '../models/family.ts'
import { longTextLimit, rotaryTables } from '../models/rotary.ts'
import { Owned, type Binding, type Device, type DeviceTensor, type Session } from '../runtime/index.ts'

/** Decoding programs with cut adapter: for prompts, and for the single tokens after them (where that is another). */
export interface DecodingSessions {
  readonly compute: ComputeType
  readonly prompt: Session
  readonly step: Session
}

export interface CacheOptions {
  readonly architecture: Architecture
  readonly device: Device
  readonly sessions: DecodingSessions
  readonly sequences: number
  /** Tokens of each sequence that there is room for. */
  readonly places: number
}

/** The caches of every layer, twice: a reordering of sequences writes from one set into the other. */
type CacheSet = Readonly<Record<string, DeviceTensor>>

/**
 * The device state of answers that are generated together: caches, tables, and the tensors of the two shapes that are
 * run (prompt, single token). It serves one call after the other: each begins with `prefill`.
 */
export class Cache {
  readonly sequences: number
  readonly places: number
  readonly #options: CacheOptions
  readonly #shared: Record<string, DeviceTensor> = {}
  readonly #adapter = new Map<string, DeviceTensor>()
  readonly #owned = new Owned()
  readonly #lengths: DeviceTensor<'int32'>
  readonly #total: DeviceTensor<'int32'>
  readonly #logits: DeviceTensor<'float32'>
  /** The logits in the computer's memory, where the device has its own. */
  #scores: Float32Array<ArrayBuffer> | null = null
  readonly #counts: Int32Array
  /** Which sequences turn as long texts, where those turn otherwise: as a tensor [B,1], and 0 or 1 each. */
  readonly #long: {
    readonly limit: number
    readonly tensor: DeviceTensor<'int64'>
    readonly flags: BigInt64Array<ArrayBuffer>
  } | null
  readonly #ids: DeviceTensor<'int32'>
  /** [B]: where each sequence's logits are when every one has a single token. */
  readonly #everyRow: DeviceTensor<'int32'>
  /** The set in use is the first. */
  #sets: CacheSet[]
  readonly #steps = new Map<CacheSet, Binding>()
  readonly #reorders = new Map<CacheSet, Binding>()
  #order: { readonly session: Session; readonly rows: DeviceTensor<'int32'> } | null = null

  constructor(options: CacheOptions) {
    const { architecture, device, sequences, places } = options
    this.sequences = sequences
    this.places = places
    this.#options = options
    this.#counts = new Int32Array(sequences)
    try {
      for (const { name, shape, values } of rotaryTables(architecture, places))
        this.#shared[name] = this.#own(device.tensor('float32', shape, values))
      this.#sets = [this.#newSet()]
      this.#lengths = this.#own(device.tensor('int32', [sequences]))
      this.#total = this.#own(device.tensor('int32', [1]))
      const limit = longTextLimit(architecture)
      this.#long =
        limit === null
          ? null
          : { limit, tensor: this.#own(device.tensor('int64', [sequences, 1])), flags: new BigInt64Array(sequences) }
      this.#logits = this.#own(device.tensor('float32', [sequences, architecture.vocabularySize]))
      this.#ids = this.#own(device.tensor('int32', [sequences, 1]))
      this.#everyRow = this.#own(
        device.tensor(
          'int32',
          [sequences],
          Int32Array.from({ length: sequences }, (_, index) => index),
        ),
      )
    } catch (error) {
      this.dispose()
      throw error
    }
  }

  /** Gives the program tensors of the caller's. */
  use(tensors: Readonly<Record<string, DeviceTensor>>): void {
    Object.assign(this.#shared, tensors)
  }

  /** Gives the program the matrices of an adapter's flat vector; every call with the same layout. */
  useAdapter(layout: LoraLayout, p: Float32Array): void {
    const dtype = matrixType(layout, this.#options.sessions.compute)
    for (const place of matricesOf(layout)) {
      const name = matrixName(place)
      const tensor = this.#adapter.get(name) ?? this.#own(this.#options.device.tensor(dtype, place.shape))
      this.#adapter.set(name, tensor)
      this.#shared[name] = tensor
      write(tensor, p.slice(place.offset, place.offset + place.shape[0] * place.shape[1]))
    }
  }

  /** Runs the prompts, shorter ones padded on the right; returns the logits after each [B·V]. */
  async prefill(prompts: readonly (readonly number[])[]): Promise<Float32Array> {
    const width = Math.max(...prompts.map((prompt) => prompt.length))
    const ids = new Int32Array(prompts.length * width)
    prompts.forEach((prompt, index) => ids.set(prompt, index * width))
    this.#counts.set(prompts.map((prompt) => prompt.length))
    if (this.#long) {
      const { limit, flags, tensor } = this.#long
      flags.set(prompts.map((prompt) => BigInt(prompt.length > limit)))
      tensor.write(flags)
    }
    const last = Int32Array.from(prompts, (prompt, index) => index * width + prompt.length - 1)
    this.#forgetRows()
    const { device, sessions } = this.#options
    const own = new Owned()
    try {
      const [idsTensor, lastTensor] = [
        own.add(device.tensor('int32', [prompts.length, width], ids)),
        own.add(device.tensor('int32', [prompts.length], last)),
      ]
      return await this.#run(own.add(this.#bind(sessions.prompt, idsTensor, lastTensor)), width)
    } finally {
      own.dispose()
    }
  }

  /**
   * Runs the last token of every sequence, whose tokens before are in the cache; all of them where one becomes a text
   * that turns as long ones do.
   */
  async decode(texts: readonly (readonly number[])[]): Promise<Float32Array> {
    if (texts.some((text, index) => this.#long?.flags[index] === 0n && text.length > this.#long.limit))
      return this.prefill(texts)
    const [set] = this.#sets as [CacheSet]
    const { sequences, places } = this
    const binding =
      this.#steps.get(set) ?? this.#own(this.#bind(this.#options.sessions.step, this.#ids, this.#everyRow))
    this.#steps.set(set, binding)
    this.#ids.write(Int32Array.from(texts, (text) => text.at(-1) as number))
    for (let index = 0; index < sequences; index++)
      this.#counts[index] = Math.min((this.#counts[index] as number) + 1, places)
    return this.#run(binding, Math.max(...this.#counts))
  }

  /** True where rows can be taken over: the memory is JavaScript's, and a text's length changes nothing before it. */
  get canTakeRows(): boolean {
    return this.#long === null && this.#logits.host !== null
  }

  /** Takes over a sequence of another cache of the model, where both can; there must be room for its tokens. */
  takeRow(row: number, from: Cache, fromRow: number): void {
    const count = from.#counts[fromRow] as number
    for (const { name, isRows } of cachesOf(this.#options.architecture)) {
      const [to, source] = [this.#sets[0]?.[name], from.#sets[0]?.[name]] as [DeviceTensor, DeviceTensor]
      copyRow({ tensor: to, row }, { tensor: source, row: fromRow }, isRows ? null : count)
    }
    this.#counts[row] = count
  }

  /** A sequence that nobody reads: the next token is its first again. */
  emptyRow(row: number): void {
    this.#counts[row] = 0
  }

  /** Sequence i goes on where sequence rows[i] was. Sequences that change places must be of one length. */
  async reorder(rows: readonly number[]): Promise<void> {
    if (rows.every((row, index) => row === index)) return
    if (this.#sets.length === 1) this.#sets.push(this.#newSet())
    const [from, to] = this.#sets as [CacheSet, CacheSet]
    const order = (this.#order ??= await this.#openReorder())
    const outputs = Object.fromEntries(Object.entries(to).map(([name, tensor]) => [`${name}_out`, tensor]))
    const binding =
      this.#reorders.get(from) ?? this.#own(order.session.bind({ inputs: { ...from, rows: order.rows }, outputs }))
    this.#reorders.set(from, binding)
    order.rows.write(Int32Array.from(rows))
    await binding.run()
    this.#counts.set(rows.map((row) => this.#counts[row] as number))
    this.#sets = [to, from]
  }

  dispose(): void {
    this.#owned.dispose()
  }

  #newSet(): CacheSet {
    const { architecture, device, sequences, places } = this.#options
    const sized = (shape: Shape) => shape.map((dim) => (dim === 'B' ? sequences : dim === 'S' ? places : Number(dim)))
    return Object.fromEntries(
      cachesOf(architecture).map(({ name, shape }) => [
        name,
        this.#own(device.tensor(this.#options.sessions.compute, sized(shape))),
      ]),
    )
  }

  async #openReorder(): Promise<{ session: Session; rows: DeviceTensor<'int32'> }> {
    const { architecture, device, sequences } = this.#options
    const b = new Builder()
    const rows = b.input('rows', 'int32', ['B'])
    for (const { name, shape } of cachesOf(architecture))
      b.output(`${name}_out`, gather(b.input(name, this.#options.sessions.compute, shape), rows))
    const session = this.#own(await device.createSession(toOnnx(b.build(), { provider: device.kind })))
    return { session, rows: this.#own(device.tensor('int32', [sequences])) }
  }

  /** What convolutions keep of an earlier call: unlike keys and values, it is read from the first token on. */
  #forgetRows(): void {
    const [set] = this.#sets as [CacheSet]
    for (const { name, isRows } of cachesOf(this.#options.architecture))
      if (isRows) write(set[name] as DeviceTensor, new Float32Array((set[name] as DeviceTensor).elementCount))
  }

  #bind(session: Session, ids: DeviceTensor<'int32'>, last: DeviceTensor<'int32'>): Binding {
    const [set] = this.#sets as [CacheSet]
    const outputs = Object.fromEntries(Object.entries(set).map(([name, tensor]) => [`${name}_out`, tensor]))
    const available: Record<string, DeviceTensor> = {
      ...this.#shared,
      ...set,
      ids,
      last,
      lengths: this.#lengths,
      total: this.#total,
      ...(this.#long && { is_long: this.#long.tensor }),
    }
    const inputs = Object.fromEntries(session.inputs.map(({ name }) => [name, available[name] as DeviceTensor]))
    return session.bind({ inputs, outputs: { ...outputs, logits: this.#logits } })
  }

  async #run(binding: Binding, total: number): Promise<Float32Array> {
    this.#lengths.write(Int32Array.from(this.#counts, (count) => count - 1))
    this.#total.write(Int32Array.of(total))
    await binding.run()
    if (this.#logits.host) return this.#logits.host
    this.#scores ??= new Float32Array(this.#logits.elementCount)
    await this.#logits.readInto(this.#scores)
    return this.#scores
  }

  #own<T extends { dispose(): void }>(resource: T): T {
    return this.#owned.add(resource)
  }
}

/** Numbers into a tensor of the type that is computed in. */
function write(tensor: DeviceTensor, numbers: Float32Array<ArrayBuffer>): void {
  if (tensor.dtype === 'float16' || tensor.dtype === 'bfloat16')
    return (tensor as DeviceTensor<'float16' | 'bfloat16'>).write(roundedTo(tensor.dtype, numbers))
  ;(tensor as DeviceTensor<'float32'>).write(numbers)
}

interface Row {
  readonly tensor: DeviceTensor
  readonly row: number
}

/** Copies a row [...], or of [K,S,D] the first `count` of the S places, whose number may differ. */
function copyRow(to: Row, from: Row, count: number | null): void {
  const [target, source] = [to.tensor.host, from.tensor.host] as [Float32Array, Float32Array]
  const [, heads = 1, places = 1, size = 1] = from.tensor.shape
  const [fromLength, toLength] = [from, to].map(({ tensor }) => tensor.elementCount / (tensor.shape[0] as number)) as [
    number,
    number,
  ]
  const [start, end] = [from.row * fromLength, to.row * toLength]
  if (count === null) return target.set(source.subarray(start, start + fromLength), end)
  for (let head = 0; head < heads; head++) {
    const first = start + head * places * size
    target.set(source.subarray(first, first + count * size), end + head * (toLength / heads))
  }
}
