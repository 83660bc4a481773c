import { InternalError, UserError } from '../contract/errors.ts'
import { cachesOf } from '../models/decoding-context.ts'
import type { Device } from '../runtime/index.ts'
import type { Answer } from './answer.ts'
import type { Cache } from './cache.ts'
import type { GenerateRequest, GeneratorModel } from './generator.ts'
import { isSampling } from './sampler.ts'
import { takeTurn } from './turns.ts'

/** So many answers at most are decoded by one run. */
const MAX_ROWS = 8
/** What the keys and values of a batch may take. A single answer may take more. */
const MAX_CACHE_BYTES = 512 * 2 ** 20

export interface SharedBatchOptions {
  readonly model: GeneratorModel
  readonly device: Device
  readonly begin: (request: GenerateRequest) => Answer[]
  /** A cache for so many sequences with room for so many tokens each, ready for the adapter. */
  readonly takeCache: (sequences: number, tokens: number) => Cache
  readonly giveBack: (cache: Cache) => void
}

/** An answer under way, or waiting for its row. */
interface Guest {
  readonly answer: Answer
  readonly prompt: readonly number[]
  /** Tokens that it may come to. */
  readonly tokens: number
  readonly signal: AbortSignal | undefined
  readonly settle: (failure?: { readonly error: unknown }) => void
}

/**
 * Answers of one model and adapter, decoded together: each run of the model gives every answer its next token. One may
 * join while others are under way, and leaves its place as soon as it ends.
 *
 *   waiting ──a row is free──► read (its prompt is run alone) ──► decoding, a token a run ──► ended
 *      └──────────────────────── cancelled ────────────────────────────────┘
 */
export class SharedBatch {
  readonly #options: SharedBatchOptions
  readonly #waiting: Guest[] = []
  /** By row of the cache; null where a row is free. */
  #rows: (Guest | null)[] = []
  #cache: Cache | null = null
  #isRunning = false

  constructor(options: SharedBatchOptions) {
    this.#options = options
  }

  /**
   * Answers one prompt; settles when `onEnd` was called. Beams are refused. Throws UserError 'chat/too-long', and
   * 'runtime/out-of-memory' to every answer under way.
   */
  answer(request: GenerateRequest): Promise<void> {
    const { contextLength } = this.#options.model.architecture
    const [prompt = []] = request.prompts
    const { settings, signal } = request
    if (prompt.length === 0 || request.prompts.length > 1) throw new InternalError('batch: one prompt at a time')
    if (!isSampling(settings) && settings['prediction.num_beams'] > 1) throw new InternalError('batch: no beams')
    if (prompt.length > contextLength) throw new UserError('chat/too-long', { limit: contextLength })
    const [answer] = this.#options.begin(request) as [Answer]
    const tokens = Math.min(contextLength, prompt.length + settings['prediction.max_length_inference'])
    return new Promise((resolve, reject) => {
      const settle: Guest['settle'] = (failure) => (failure ? reject(failure.error as Error) : resolve())
      const guest: Guest = { answer, prompt, tokens, signal, settle }
      this.#waiting.push(guest)
      signal?.addEventListener('abort', () => this.#leaveQueue(guest), { once: true })
      if (signal?.aborted) this.#leaveQueue(guest)
      if (!this.#isRunning) void this.#run()
    })
  }

  /** Whoever only waits is gone at once. */
  #leaveQueue(guest: Guest): void {
    const place = this.#waiting.indexOf(guest)
    if (place < 0) return
    this.#waiting.splice(place, 1)
    guest.answer.end('cancelled')
    guest.settle()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    try {
      for (;;) {
        await this.#admit()
        if (this.#guests().length === 0 && this.#waiting.length === 0) break
        if (this.#guests().length > 0) await this.#step()
      }
    } catch (error) {
      this.#cache?.dispose()
      this.#cache = null
      for (const guest of [...this.#guests(), ...this.#waiting.splice(0)]) guest.settle({ error })
      this.#rows = []
    } finally {
      if (this.#cache) this.#options.giveBack(this.#cache)
      this.#cache = null
      this.#isRunning = false
    }
  }

  #guests(): Guest[] {
    return this.#rows.filter((guest) => guest !== null)
  }

  /** Reads the prompts of those who wait, one by one, as long as there is room. */
  async #admit(): Promise<void> {
    for (let next = this.#waiting[0]; next && this.#hasRoomFor(next); next = this.#waiting[0]) {
      this.#waiting.shift()
      // Where memory is short for one more, the others go on.
      await this.#read(next).catch((error: unknown) => next.settle({ error }))
    }
  }

  async #read(guest: Guest): Promise<void> {
    const { answer, prompt, tokens, signal } = guest
    const cache = this.#options.takeCache(1, tokens)
    try {
      answer.take(await takeTurn(this.#options.device, () => cache.prefill([prompt])))
      if (signal?.aborted) answer.end('cancelled')
      if (!answer.finish) return this.#seat(guest, cache)
    } catch (error) {
      cache.dispose()
      throw error
    }
    this.#options.giveBack(cache)
    guest.settle()
  }

  #hasRoomFor(next: Guest): boolean {
    const guests = [...this.#guests(), next]
    if (guests.length === 1) return true
    const { architecture } = this.#options.model
    const places = Math.max(...guests.map(({ tokens }) => tokens))
    const numbers = cachesOf(architecture)
      .map(({ shape }) => shape.map((dim) => (dim === 'B' ? 1 : dim === 'S' ? places : Number(dim))))
      .reduce((sum, shape) => sum + shape.reduce((product, dim) => product * dim, 1), 0)
    return (
      guests.length <= MAX_ROWS && rowsFor(guests.length) * numbers * Float32Array.BYTES_PER_ELEMENT <= MAX_CACHE_BYTES
    )
  }

  /** Gives the answer a row, whose prompt was read into the cache. The first one keeps its own cache. */
  #seat(guest: Guest, read: Cache): void {
    if (!this.#cache) {
      this.#cache = read
      this.#rows = [guest]
      return
    }
    const free = this.#rows.indexOf(null)
    if (free >= 0 && this.#cache.places >= guest.tokens) {
      this.#cache.takeRow(free, read, 0)
      this.#rows[free] = guest
    } else this.#move([...this.#guests().map((each) => this.#placeOf(each)), { guest, cache: read, row: 0 }])
    this.#options.giveBack(read)
  }

  #placeOf(guest: Guest): Place {
    return { guest, cache: this.#cache as Cache, row: this.#rows.indexOf(guest) }
  }

  /** Into a cache that has room for these. */
  #move(places: readonly Place[]): void {
    const before = this.#cache as Cache
    const rows = rowsFor(places.length)
    const cache = this.#options.takeCache(rows, Math.max(...places.map(({ guest }) => guest.tokens)))
    places.forEach((place, row) => cache.takeRow(row, place.cache, place.row))
    this.#rows = Array.from({ length: rows }, (_, row) => places[row]?.guest ?? null)
    this.#cache = cache
    this.#options.giveBack(before)
  }

  /** A token for everyone. */
  async #step(): Promise<void> {
    const cache = this.#cache as Cache
    const { vocabularySize } = this.#options.model.architecture
    this.#rows.forEach((guest, row) => {
      if (!guest) cache.emptyRow(row)
    })
    const texts = this.#rows.map((guest) => guest?.answer.all ?? NOTHING)
    const logits = await takeTurn(this.#options.device, () => cache.decode(texts))
    for (const [row, guest] of this.#rows.entries()) {
      if (!guest) continue
      guest.answer.take(logits.subarray(row * vocabularySize, (row + 1) * vocabularySize))
      if (guest.signal?.aborted) guest.answer.end('cancelled')
      if (!guest.answer.finish) continue
      this.#rows[row] = null
      guest.settle()
    }
    this.#shrink()
  }

  /** Fewer rows cost less. */
  #shrink(): void {
    const guests = this.#guests()
    if (guests.length === 0) {
      if (this.#cache) this.#options.giveBack(this.#cache)
      this.#cache = null
      this.#rows = []
    } else if (rowsFor(guests.length) < this.#rows.length) this.#move(guests.map((guest) => this.#placeOf(guest)))
  }
}

interface Place {
  readonly guest: Guest
  readonly cache: Cache
  readonly row: number
}

/** What a row that nobody reads is given. */
const NOTHING: readonly number[] = [0]

/** Rows of the cache for so many answers: 1, 2, 4, 8. */
const rowsFor = (count: number): number => 2 ** Math.ceil(Math.log2(count))
