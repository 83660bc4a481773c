import { randomInt } from 'node:crypto'
import { InternalError, UserError } from '../contract/errors.ts'
import type { FinishReason, GenerationSettings } from '../contract/index.ts'
import { openGraph } from '../kernels/index.ts'
import type { LoraLayout } from '../models/lora.ts'
import { decodingProgram, type ComputeType, type ModelSource } from '../models/programs.ts'
import { togetherInUse, type MemoryUse, type Device } from '../runtime/index.ts'
import { onScale, roundUp } from '../runtime/captured-sizes.ts'
import type { Tokenizer } from '../tokenizers/index.ts'
import type { ModelFiles } from '../weights/model-files.ts'
import { NO_RESIDENT_WEIGHTS, sessionOptionsFor, type ResidentWeights } from '../weights/resident.ts'
import { Answer } from './answer.ts'
import { BeamSearch } from './beam-search.ts'
import { Cache, type DecodingSessions } from './cache.ts'
import { isSampling } from './sampler.ts'
import { SharedBatch } from './shared-batch.ts'
import { stopWordsOf } from './stopping.ts'
import { takeTurn } from './turns.ts'

/** A model that answers in tokens; without a tokenizer its answers have no text. */
export interface GeneratorModel extends ModelFiles {
  readonly tokenizer: Tokenizer | null
  /** Tokens that end an answer. */
  readonly endTokens: ReadonlySet<number>
}

export interface GenerateRequest {
  /**
   * Prompts as token ids; they are answered together. An empty one begins with the model's token for the beginning of a
   * text.
   */
  readonly prompts: readonly (readonly number[])[]
  readonly settings: GenerationSettings
  /** An answer ends before the first of these texts, or of the settings' stop words. */
  readonly stopStrings?: readonly string[]
  readonly signal?: AbortSignal
  /**
   * Called for every new token as soon as it is chosen (with beams: when the answer is complete), the end token
   * excepted.
   */
  readonly onToken?: (index: number, token: number) => void
  /**
   * Called for every new piece of an answer's text: whole characters, never a part of a stop string. All pieces joined
   * are the answer's `text`.
   */
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

/**
 * The cache grows in steps of so many places, so that few sizes occur; in coarser ones where every size is captured as a CUDA
 * graph.
 */
const CACHE_STEP = 64
const CAPTURED_PLACES = { parts: 2, least: 256 }
/** So many caches wait for the next call, unless they are more than so many times too large for it. */
const [KEPT_CACHES, MOST_ROOM] = [2, 2]

/** The type that answers are computed in: on CUDA that of most weights; elsewhere fp16 and bf16 are slower. */
export function decodingTypeOf({ architecture, weights }: ModelSource, { kind }: Pick<Device, 'kind'>): ComputeType {
  const dtype = weights.get(`${architecture.linears[0]?.path}.weight`)?.dtype
  if (kind !== 'cuda' || dtype === undefined || dtype === 'float32') return 'float32'
  return dtype === 'bfloat16' ? 'bfloat16' : 'float16'
}

/**
 * What an answer to nothing goes on from, as in transformers: BOS. A model without it has learnt that a text follows
 * the end of another one.
 */
const startTokenOf = ({ tokenizer, endTokens }: GeneratorModel): number =>
  tokenizer?.special.bos ?? tokenizer?.special.eos ?? [...endTokens][0] ?? 0

/** Places of a cache that has room for so many tokens of a sequence. */
export const cachePlaces = (
  tokens: number,
  { contextLength }: Pick<ModelSource['architecture'], 'contextLength'>,
  isCaptured: boolean,
): number => Math.min(contextLength, isCaptured ? onScale(tokens, CAPTURED_PLACES) : roundUp(tokens, CACHE_STEP))

/**
 * True where decoding's single-token run is captured as a CUDA graph. What a convolution's cache holds depends on numbers that the processor computes, as does GroupQueryAttention in
 * float32.
 */
export const canCaptureDecoding = (
  { architecture }: ModelSource,
  { kind }: Pick<Device, 'kind'>,
  compute: ComputeType,
): boolean => kind === 'cuda' && compute !== 'float32' && !architecture.convolutions?.some((kernel) => kernel !== null)

/**
 * Decodes with a key-value cache that stays on the device. One session serves the base model (`p` null) or every
 * adapter of one layout.
 */
export class Generator {
  readonly #model: GeneratorModel
  readonly #device: Device
  readonly #sessions: DecodingSessions
  readonly #layout: LoraLayout | null
  readonly #resident: ResidentWeights
  /** The last used one last. */
  readonly #idle: Cache[] = []
  #disposed = false

  private constructor(
    model: GeneratorModel,
    device: Device,
    sessions: DecodingSessions,
    layout: LoraLayout | null,
    resident: ResidentWeights,
  ) {
    this.#model = model
    this.#device = device
    this.#sessions = sessions
    this.#layout = layout
    this.#resident = resident
  }

  /**
   * Builds the decoding session; dispose of it after use, and of `resident` later. Throws UserError where the weights
   * cannot be read.
   */
  static async open(
    model: GeneratorModel,
    device: Device,
    layout: LoraLayout | null,
    resident: ResidentWeights = NO_RESIDENT_WEIGHTS,
  ): Promise<Generator> {
    const source = resident.source(model)
    const compute = decodingTypeOf(source, device)
    const options = { weights: resident.kind, weightsFolder: model.folder, ...sessionOptionsFor(resident) }
    const prompt = await openGraph(device, decodingProgram(source, layout, { cutAdapter: true, compute }), options)
    try {
      await resident.loaded
      if (!canCaptureDecoding(source, device, compute))
        return new Generator(model, device, { compute, prompt, step: prompt }, layout, resident)
      const step = await openGraph(
        device,
        decodingProgram(source, layout, { cutAdapter: true, compute, forCapture: true }),
        { ...options, cudaGraph: true },
      )
      return new Generator(model, device, { compute, prompt, step }, layout, resident)
    } catch (error) {
      prompt.dispose()
      throw error
    }
  }

  /** The device's memory that computing has taken besides weights and cache; only on CUDA. */
  memoryUse(): MemoryUse {
    return togetherInUse([...new Set([this.#sessions.prompt, this.#sessions.step])])
  }

  /** Frees what is kept for the next call. */
  rest(): void {
    for (const cache of this.#idle.splice(0)) cache.dispose()
  }

  dispose(): void {
    this.#disposed = true
    this.rest()
    for (const session of new Set([this.#sessions.prompt, this.#sessions.step])) session.dispose()
  }

  /**
   * Answers every prompt; `adapter` is the flat vector of this generator's layout. Cancelling ends every answer with
   * `cancelled`, within one token. Calls that run at the same time take turns token by token, so that a base and a
   * tuned model stream side by side. A prompt as long as the model's context gets no answer: `context`. With sampling,
   * beams are not used.
   */
  async generate(request: GenerateRequest, adapter: Float32Array | null): Promise<Generated[]> {
    const { settings } = request
    const { contextLength } = this.#model.architecture
    const prompts = request.prompts.map((prompt) => (prompt.length > 0 ? prompt : [startTokenOf(this.#model)]))
    if ((this.#layout === null) !== (adapter === null))
      throw new InternalError('generate: an adapter goes with its layout')
    const longest = Math.max(...prompts.map((prompt) => prompt.length))
    if (longest > contextLength) throw new UserError('chat/too-long', { limit: contextLength })
    const { answers, endTokens } = this.#begin({ ...request, prompts })
    const beams = isSampling(settings) ? 1 : settings['prediction.num_beams']
    const cache = this.#takeCache(prompts.length * beams, longest + settings['prediction.max_length_inference'])
    try {
      cache.use(this.#resident.tensors)
      if (this.#layout && adapter) cache.useAdapter(this.#layout, adapter)
      if (beams > 1) await this.#search(answers, cache, { ...request, prompts }, { beams, endTokens })
      else await this.#decode(answers, cache, prompts, request.signal)
    } catch (error) {
      cache.dispose()
      throw error
    }
    this.#giveBack(cache)
    return answers.map(({ tokens, text, finish }) => ({ tokens, text, finish: finish ?? 'cancelled' }))
  }

  /**
   * Answers with this adapter that may come and go at any time; null where they have to be asked together: the device's
   * memory is its own, or a text's length changes what was computed before.
   */
  openBatch(adapter: Float32Array | null): SharedBatch | null {
    const probe = this.#takeCache(1, 1)
    const { canTakeRows } = probe
    this.#giveBack(probe)
    if (!canTakeRows) return null
    return new SharedBatch({
      model: this.#model,
      device: this.#device,
      begin: (request) => this.#begin(request).answers,
      takeCache: (sequences, tokens) => {
        const cache = this.#takeCache(sequences, tokens)
        cache.use(this.#resident.tensors)
        if (this.#layout && adapter) cache.useAdapter(this.#layout, adapter)
        return cache
      },
      giveBack: (cache) => this.#giveBack(cache),
    })
  }

  /** The answers of a request, before their first tokens. */
  #begin(request: GenerateRequest): { readonly answers: Answer[]; readonly endTokens: ReadonlySet<number> } {
    const { settings, prompts } = request
    const { tokenizer } = this.#model
    const seed = settings['prediction.seed'] >= 0 ? settings['prediction.seed'] : randomInt(2 ** 31)
    const stops = tokenizer ? stopWordsOf(settings['prediction.stop_tokens'], tokenizer) : { strings: [], ids: [] }
    const endTokens = new Set([...this.#model.endTokens, ...stops.ids])
    const stopStrings = [...(request.stopStrings ?? []), ...stops.strings]
    const answers = prompts.map(
      (prompt, index) =>
        new Answer({ prompt, index, request, seed: seed + index, model: this.#model, endTokens, stopStrings }),
    )
    return { answers, endTokens }
  }

  /**
   * One that has served before, whose single-token run need not be captured again, or a new one. Throws UserError where
   * memory is short, then without idle ones.
   */
  #takeCache(sequences: number, tokens: number): Cache {
    const { architecture } = this.#model
    const places = cachePlaces(tokens, architecture, this.#sessions.step !== this.#sessions.prompt)
    const index = this.#idle.findLastIndex(
      (cache) => cache.sequences === sequences && cache.places >= places && cache.places <= MOST_ROOM * places,
    )
    const [kept] = index >= 0 ? this.#idle.splice(index, 1) : []
    if (kept) return kept
    const make = () => new Cache({ architecture, device: this.#device, sessions: this.#sessions, sequences, places })
    try {
      return make()
    } catch (error) {
      if (this.#idle.length === 0) throw error
      this.rest()
      return make()
    }
  }

  #giveBack(cache: Cache): void {
    if (this.#disposed) return cache.dispose()
    this.#idle.push(cache)
    if (this.#idle.length > KEPT_CACHES) this.#idle.shift()?.dispose()
  }

  async #decode(
    answers: readonly Answer[],
    cache: Cache,
    prompts: GenerateRequest['prompts'],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { vocabularySize } = this.#model.architecture
    let logits = await takeTurn(this.#device, () => cache.prefill(prompts))
    for (;;) {
      for (const [index, answer] of answers.entries())
        answer.take(logits.subarray(index * vocabularySize, (index + 1) * vocabularySize))
      if (signal?.aborted) for (const answer of answers) answer.end('cancelled')
      if (answers.every(({ finish }) => finish)) return
      logits = await takeTurn(this.#device, () => cache.decode(answers.map(({ all }) => all)))
    }
  }

  /** Every prompt's beams lie one after the other. */
  async #search(
    answers: readonly Answer[],
    cache: Cache,
    { prompts, settings, signal }: GenerateRequest,
    { beams, endTokens }: { readonly beams: number; readonly endTokens: ReadonlySet<number> },
  ): Promise<void> {
    const { vocabularySize: V, contextLength } = this.#model.architecture
    const searches = prompts.map(
      (prompt) =>
        new BeamSearch({
          prompt,
          settings,
          endTokens,
          maxNewTokens: Math.min(settings['prediction.max_length_inference'], contextLength - prompt.length),
        }),
    )
    let logits = await takeTurn(this.#device, () =>
      cache.prefill(prompts.flatMap((prompt) => new Array<readonly number[]>(beams).fill(prompt))),
    )
    for (;;) {
      const order = searches.flatMap((search, index) => {
        const own = Array.from({ length: beams }, (_, beam) => (index * beams + beam) * V)
        return (
          search.done
            ? own.map((_, beam) => beam)
            : search.advance(own.map((start) => logits.subarray(start, start + V)))
        ).map((beam) => index * beams + beam)
      })
      if (signal?.aborted) break
      if (searches.every(({ done }) => done)) break
      logits = await takeTurn(this.#device, async () => {
        await cache.reorder(order)
        return cache.decode(searches.flatMap(({ texts }) => texts))
      })
    }
    for (const [index, answer] of answers.entries())
      finishWith(answer, (searches[index] as BeamSearch).best, { endTokens, cancelled: signal?.aborted === true })
  }
}

function finishWith(
  answer: Answer,
  tokens: readonly number[],
  { endTokens, cancelled }: { readonly endTokens: ReadonlySet<number>; readonly cancelled: boolean },
): void {
  for (const token of tokens) {
    if (answer.finish) return
    if (endTokens.has(token)) return answer.end('stop')
    answer.say(token)
  }
  answer.end(cancelled ? 'cancelled' : 'length')
}
