import { basename } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { defaultThreadCount } from '../processes/threads.ts'
import type { EnginePort } from '../processes/port.ts'
import { LlamaReply, type AnswerComparison, type LlamaRequest, type TextWithIds } from './protocol.ts'

export type { AnswerComparison, TextWithIds } from './protocol.ts'

/** Starts the process of electron/llama-cpp; each host has its own way. */
export type SpawnLlamaCpp = () => EnginePort

export interface GgufToCompare {
  readonly file: string
  /** A GGUF LoRA that is added to it. */
  readonly adapterFile?: string | undefined
  /** Questions as token ids, and the studio's greedy answers to them; none loads no weights. */
  readonly answers: readonly { readonly prompt: readonly number[]; readonly expected: readonly number[] }[]
  /** Texts with the studio's ids for them: read once, some hundred at a time. */
  readonly texts: Iterable<TextWithIds> | AsyncIterable<TextWithIds>
  readonly signal?: AbortSignal | undefined
  /** Told how many answers and texts are compared. */
  readonly onProgress?: ((done: { readonly answers: number; readonly texts: number }) => void) | undefined
}

export interface GgufComparison {
  readonly answers: readonly AnswerComparison[]
  readonly texts: {
    readonly count: number
    readonly differing: number
    /** Places of the first that differ, at most MAX_INDICES. */
    readonly indices: readonly number[]
  }
}

export const MAX_INDICES = 10_000
/** Texts that cross at a time. */
const BATCH = 500

/**
 * Opens a GGUF in llama.cpp, in a process of its own, and compares its greedy answers and its tokenizer with the
 * studio's. An abort ends the process at once. Throws the signal's reason, and UserError 'llama-cpp/not-opened' {file},
 * 'llama-cpp/missing' {platform}, 'llama-cpp/unloadable' {file}, 'llama-cpp/ended' {file}.
 */
export async function compareGguf(spawn: SpawnLlamaCpp, request: GgufToCompare): Promise<GgufComparison> {
  const { file, adapterFile, answers, texts, signal, onProgress } = request
  signal?.throwIfAborted()
  const process = new LlamaProcess(spawn(), file, signal)
  try {
    await process.ask('opened', {
      type: 'open',
      file,
      adapterFile,
      threads: defaultThreadCount(),
      contextLength: Math.max(0, ...answers.map(({ prompt, expected }) => prompt.length + expected.length)),
    })
    const compared: AnswerComparison[] = []
    for (const { prompt, expected } of answers) {
      compared.push((await process.ask('answered', { type: 'answer', prompt, expected })).comparison)
      onProgress?.({ answers: compared.length, texts: 0 })
    }
    let [count, differing] = [0, 0]
    const indices: number[] = []
    for await (const batch of batches(texts)) {
      const { differing: places } = await process.ask('compared', { type: 'texts', texts: batch })
      for (const place of places) if (indices.length < MAX_INDICES) indices.push(count + place)
      differing += places.length
      count += batch.length
      onProgress?.({ answers: compared.length, texts: count })
    }
    return { answers: compared, texts: { count, differing, indices } }
  } finally {
    process.end()
  }
}

async function* batches<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T[]> {
  let batch: T[] = []
  for await (const item of items) {
    batch.push(item)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

type ReplyOf<Type extends LlamaReply['type']> = Extract<LlamaReply, { type: Type }>

/** The process's end here: one question at a time. */
class LlamaProcess {
  readonly #port: EnginePort
  readonly #signal: AbortSignal | undefined
  readonly #ended: UserError
  #failure: Error | null = null
  #settle: { readonly resolve: (reply: LlamaReply) => void; readonly reject: (error: Error) => void } | null = null

  constructor(port: EnginePort, file: string, signal: AbortSignal | undefined) {
    this.#port = port
    this.#signal = signal
    this.#ended = new UserError('llama-cpp/ended', { file: basename(file) })
    port.onMessage((message) => {
      const { success, data } = LlamaReply.safeParse(message)
      if (success) this.#settle?.resolve(data)
      else this.#fail(this.#ended)
    })
    port.onExit(() => this.#fail(this.#ended))
    signal?.addEventListener('abort', this.#abort, { once: true })
  }

  readonly #abort = (): void => this.#fail(this.#signal?.reason as Error)

  #fail(error: Error): void {
    this.#failure ??= error
    this.#settle?.reject(this.#failure)
    this.#port.kill()
  }

  async ask<Type extends LlamaReply['type']>(type: Type, request: LlamaRequest): Promise<ReplyOf<Type>> {
    if (this.#failure) throw this.#failure
    const reply = await new Promise<LlamaReply>((resolve, reject) => {
      this.#settle = { resolve, reject }
      this.#port.send(request)
    })
    this.#settle = null
    if (reply.type === 'failed') throw new UserError(reply.error.code, reply.error.facts)
    if (reply.type !== type) throw this.#ended
    return reply as ReplyOf<Type>
  }

  end(): void {
    this.#signal?.removeEventListener('abort', this.#abort)
    this.#port.kill()
  }
}
