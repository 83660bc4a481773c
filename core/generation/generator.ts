import { randomInt } from 'node:crypto'
import { UserError, type FinishReason, type GenerationSettings } from '../contract/index.ts'
import { toOnnx } from '../graph/onnx/writer.ts'
import { matricesOf, matrixName, type LoraLayout } from '../models/lora.ts'
import { cachesOf, decodingProgram } from '../models/programs.ts'
import { rotaryTables } from '../models/rotary.ts'
import type { Binding, Device, DeviceTensor, Session } from '../runtime/index.ts'
import type { StreamDecoder } from '../tokenizers/index.ts'
import { NO_RESIDENT_WEIGHTS, sessionOptionsFor, type ResidentWeights } from '../weights/resident.ts'
import type { LoadedModel } from './loaded-model.ts'
import { chooseToken } from './sampler.ts'
import { StopStrings } from './stopping.ts'
import { takeTurn } from './turns.ts'

export interface GenerateRequest {
  /** Prompts as token ids, none empty; they are answered together. */
  readonly prompts: readonly (readonly number[])[]
  readonly settings: GenerationSettings
  /** An answer ends before the first of these texts. */
  readonly stopStrings?: readonly string[]
  readonly signal?: AbortSignal
  /** Called for every new token as soon as it is chosen, the end token excepted. */
  readonly onToken?: (index: number, token: number) => void
  /** Called for every new piece of an answer's text: whole characters, never a part of a stop string. All pieces joined are the answer's `text`. */
  readonly onText?: (index: number, text: string) => void
  /** Called when an answer is complete. */
  readonly onEnd?: (index: number, finish: FinishReason) => void
}

export interface Generated {
  /** New tokens without the one that ended the answer. */
  readonly tokens: number[]
  /** The answer without special tokens, up to the stop string that ended it. */
  readonly text: string
  readonly finish: FinishReason
}

/** The cache grows in steps of so many places, so that few sizes occur. */
const CACHE_STEP = 64

/** Decodes with a key-value cache that stays on the device. One session serves the base model (`p` null) or every adapter of one layout. */
export class Generator {
  readonly #model: LoadedModel
  readonly #device: Device
  readonly #session: Session
  readonly #layout: LoraLayout | null
  readonly #resident: ResidentWeights

  private constructor(model: LoadedModel, device: Device, session: Session, layout: LoraLayout | null, resident: ResidentWeights) {
    this.#resident = resident
    this.#model = model
    this.#device = device
    this.#session = session
    this.#layout = layout
  }

  /** Builds the decoding session; dispose of it after use, and of `resident` later. Throws UserError where the weights cannot be read. */
  static async open(model: LoadedModel, device: Device, layout: LoraLayout | null, resident: ResidentWeights = NO_RESIDENT_WEIGHTS): Promise<Generator> {
    const program = decodingProgram(resident.source(model), layout, { cutAdapter: true })
    const graph = toOnnx(program, { provider: device.kind, weights: resident.kind })
    return new Generator(model, device, await device.createSession(graph, { weightsFolder: model.folder, ...sessionOptionsFor(resident) }), layout, resident)
  }

  dispose(): void {
    this.#session.dispose()
  }

  /**
   * Answers every prompt; `adapter` is the flat vector of this generator's layout. Cancelling ends every answer with `cancelled`, within one token.
   * Calls that run at the same time take turns token by token, so that a base and a tuned model stream side by side.
   * A prompt as long as the model's context gets no answer: `context`.
   */
  async generate(request: GenerateRequest, adapter: Float32Array | null): Promise<Generated[]> {
    const { prompts, settings } = request
    const { contextLength } = this.#model.architecture
    const longest = Math.max(...prompts.map((prompt) => prompt.length))
    const places = Math.min(contextLength, Math.ceil((longest + settings.maxNewTokens) / CACHE_STEP) * CACHE_STEP)
    const seed = settings.seed >= 0 ? settings.seed : randomInt(2 ** 31)
    const answers = prompts.map((prompt, index) => new Answer({ prompt, index, request, seed: seed + index, model: this.#model }))
    if (longest > contextLength) throw new UserError('chat/too-long', { limit: contextLength })
    const cache = new Cache(this.#model, this.#device, this.#session, prompts.length, places)
    cache.use(this.#resident.tensors)
    try {
      if (this.#layout && adapter) cache.useAdapter(this.#layout, adapter)
      await this.#decode(answers, cache, prompts, request.signal)
    } finally {
      cache.dispose()
    }
    return answers.map(({ tokens, text, finish }) => ({ tokens, text, finish: finish ?? 'cancelled' }))
  }

  async #decode(answers: readonly Answer[], cache: Cache, prompts: GenerateRequest['prompts'], signal: AbortSignal | undefined): Promise<void> {
    const { vocabularySize } = this.#model.architecture
    let logits = await takeTurn(this.#device, () => cache.prefill(prompts))
    for (;;) {
      for (const [index, answer] of answers.entries()) answer.take(logits.subarray(index * vocabularySize, (index + 1) * vocabularySize))
      if (signal?.aborted) for (const answer of answers) answer.end('cancelled')
      if (answers.every(({ finish }) => finish)) return
      logits = await takeTurn(this.#device, () => cache.decode(answers.map(({ all }) => all.at(-1) as number)))
    }
  }
}

interface AnswerOptions {
  readonly prompt: readonly number[]
  readonly index: number
  readonly request: GenerateRequest
  readonly seed: number
  readonly model: LoadedModel
}

/** One answer while it grows. */
class Answer {
  /** Prompt and answer. */
  readonly all: number[]
  readonly tokens: number[] = []
  text = ''
  finish: FinishReason | null = null
  readonly #options: AnswerOptions
  readonly #decoder: StreamDecoder
  readonly #stops: StopStrings

  constructor(options: AnswerOptions) {
    this.all = [...options.prompt]
    this.#options = options
    this.#decoder = options.model.tokenizer.streamDecoder()
    this.#stops = new StopStrings(options.request.stopStrings ?? [])
  }

  /** Chooses the next token by its scores [V], which change; does nothing where the answer has ended. */
  take(logits: Float32Array): void {
    if (this.finish) return
    const { request: { settings, onToken }, index, seed, model: { endTokens, architecture } } = this.#options
    if (this.all.length >= architecture.contextLength) return this.end('context')
    const token = chooseToken(logits, settings, { tokens: this.all, newCount: this.tokens.length, endTokens, seed })
    if (endTokens.has(token)) return this.end('stop')
    this.tokens.push(token)
    this.all.push(token)
    onToken?.(index, token)
    this.#say(this.#stops.push(this.#decoder.push(token)))
    if (this.#stops.stopped) this.end('stop')
    else if (this.tokens.length >= settings.maxNewTokens) this.end('length')
    else if (this.all.length >= architecture.contextLength) this.end('context')
  }

  /** Ends the answer; does nothing where it had ended. */
  end(finish: FinishReason): void {
    if (this.finish) return
    this.finish = finish
    this.#say(this.#stops.push(this.#decoder.end()) + this.#stops.end())
    this.#options.request.onEnd?.(this.#options.index, finish)
  }

  #say(text: string): void {
    if (text === '') return
    this.text += text
    this.#options.request.onText?.(this.#options.index, text)
  }
}

/** The device state of one call: caches, tables, and the tensors of the two shapes that are run (prompt, single token). */
class Cache {
  readonly #device: Device
  readonly #session: Session
  readonly #sequences: number
  readonly #places: number
  readonly #shared: Record<string, DeviceTensor> = {}
  readonly #outputs: Record<string, DeviceTensor> = {}
  readonly #owned: { dispose(): void }[] = []
  readonly #lengths: DeviceTensor<'int32'>
  readonly #total: DeviceTensor<'int32'>
  readonly #logits: DeviceTensor<'float32'>
  readonly #counts: Int32Array
  #step: { readonly ids: DeviceTensor<'int32'>; readonly binding: Binding } | null = null

  constructor(model: LoadedModel, device: Device, session: Session, sequences: number, places: number) {
    const { vocabularySize } = model.architecture
    this.#device = device
    this.#session = session
    this.#sequences = sequences
    this.#places = places
    this.#counts = new Int32Array(sequences)
    for (const { name, shape, values } of rotaryTables(model.architecture, places)) this.#shared[name] = this.#own(device.tensor('float32', shape, values))
    for (const { name, shape } of cachesOf(model.architecture)) {
      const tensor = this.#own(device.tensor('float32', shape.map((dim) => (dim === 'B' ? sequences : dim === 'S' ? places : Number(dim)))))
      this.#shared[name] = tensor
      this.#outputs[`${name}_out`] = tensor
    }
    this.#lengths = this.#own(device.tensor('int32', [sequences]))
    this.#total = this.#own(device.tensor('int32', [1]))
    this.#logits = this.#own(device.tensor('float32', [sequences, vocabularySize]))
  }

  /** Gives the program tensors of the caller's. */
  use(tensors: Readonly<Record<string, DeviceTensor>>): void {
    Object.assign(this.#shared, tensors)
  }

  /** Gives the program the matrices of an adapter's flat vector. */
  useAdapter(layout: LoraLayout, p: Float32Array): void {
    for (const place of matricesOf(layout)) {
      const matrix = p.slice(place.offset, place.offset + place.shape[0] * place.shape[1])
      this.#shared[matrixName(place)] = this.#own(this.#device.tensor('float32', place.shape, matrix))
    }
  }

  /** Runs the prompts, shorter ones padded on the right; returns the logits after each [B·V]. */
  async prefill(prompts: readonly (readonly number[])[]): Promise<Float32Array> {
    const width = Math.max(...prompts.map((prompt) => prompt.length))
    const ids = new Int32Array(prompts.length * width)
    prompts.forEach((prompt, index) => ids.set(prompt, index * width))
    this.#counts.set(prompts.map((prompt) => prompt.length))
    const last = Int32Array.from(prompts, (prompt, index) => index * width + prompt.length - 1)
    const tensor = this.#device.tensor('int32', [prompts.length, width], ids)
    const binding = this.#bind(tensor, last)
    try {
      return await this.#run(binding, width)
    } finally {
      binding.dispose()
      tensor.dispose()
    }
  }

  /** Runs one more token of every sequence. */
  async decode(tokens: readonly number[]): Promise<Float32Array> {
    if (!this.#step) {
      const ids = this.#own(this.#device.tensor('int32', [this.#sequences, 1]))
      this.#step = { ids, binding: this.#own(this.#bind(ids, Int32Array.from({ length: this.#sequences }, (_, index) => index))) }
    }
    this.#step.ids.write(Int32Array.from(tokens))
    for (let index = 0; index < this.#sequences; index++) this.#counts[index] = Math.min((this.#counts[index] as number) + 1, this.#places)
    return this.#run(this.#step.binding, Math.max(...this.#counts))
  }

  dispose(): void {
    for (const resource of this.#owned.reverse()) resource.dispose()
  }

  #bind(ids: DeviceTensor<'int32'>, last: Int32Array): Binding {
    const lastTensor = this.#own(this.#device.tensor('int32', [this.#sequences], last as Int32Array<ArrayBuffer>))
    const inputs = { ...this.#shared, ids, last: lastTensor, lengths: this.#lengths, total: this.#total }
    return this.#session.bind({ inputs, outputs: { ...this.#outputs, logits: this.#logits } })
  }

  async #run(binding: Binding, total: number): Promise<Float32Array> {
    this.#lengths.write(Int32Array.from(this.#counts, (count) => count - 1))
    this.#total.write(Int32Array.of(total))
    await binding.run()
    return this.#logits.host ?? (await this.#logits.read())
  }

  #own<T extends { dispose(): void }>(resource: T): T {
    this.#owned.push(resource)
    return resource
  }
}
