import { basename } from 'node:path'
import { InternalError, UserError } from '../contract/errors.ts'
import { numbersAt, openLlama, type LlamaApi, type Pointer } from './library.ts'

/** A list of devices without any: the processor computes. */
const NO_DEVICES = new BigUint64Array(1)
/** llama_decode takes so many tokens at once. */
const BATCH = 512

export interface LlamaOptions {
  readonly file: string
  /** A LoRA that is added to it. */
  readonly adapterFile?: string | undefined
  readonly threads: number
  /** Loads no weights: only `tokenize` works. */
  readonly vocabularyOnly?: boolean
  /** The most tokens of a text, with its answer. */
  readonly contextLength?: number
}

/** A GGUF file in llama.cpp, on the CPU, with the key-value cache in float32. */
export interface LlamaModel {
  readonly vocabularySize: number
  /** Ids of a text, with special tokens where it has their texts, without BOS and EOS. */
  tokenize(text: string): Int32Array
  /** Logits after every token of a text, in float32. */
  logits(ids: readonly number[]): Float32Array<ArrayBuffer>[]
  /** Logits after the last of these tokens, which follow those given before. */
  next(ids: readonly number[]): Float32Array<ArrayBuffer>
  /** Forgets the text so far. */
  clear(): void
  close(): void
}

/** Opens a file. Throws UserError 'llama-cpp/not-opened' {file}, or as openLlama. */
export function openLlamaModel(options: LlamaOptions): LlamaModel {
  const api = openLlama()
  const { file, vocabularyOnly = false } = options
  // LLAMA_LAZY_MODE_OFF, LLAMA_LOAD_MODE_MMAP; no weights in other layouts, whose arithmetic is another one.
  const params = {
    ...api.modelDefaults(),
    devices: NO_DEVICES,
    gpuLayers: 0,
    loadMode: 1,
    vocabOnly: vocabularyOnly,
    extraBuffers: false,
  }
  const model = api.loadModel(file, params)
  if (!model) throw new UserError('llama-cpp/not-opened', { file: basename(file) })
  try {
    return new OpenedModel(api, model, options)
  } catch (error) {
    api.freeModel(model)
    throw error
  }
}

class OpenedModel implements LlamaModel {
  readonly vocabularySize: number
  readonly #api: LlamaApi
  readonly #model: Pointer
  readonly #vocabulary: Pointer
  readonly #context: Pointer
  #tokens = new Int32Array(1024)

  constructor(api: LlamaApi, model: Pointer, options: LlamaOptions) {
    this.#api = api
    this.#model = model
    this.#vocabulary = api.vocabulary(model)
    this.vocabularySize = api.tokenCount(this.#vocabulary)
    this.#context = options.vocabularyOnly ? null : openContext(api, model, options)
  }

  tokenize(text: string): Int32Array {
    const bytes = Buffer.from(text)
    for (;;) {
      const count = this.#api.tokenize(
        this.#vocabulary,
        bytes,
        bytes.length,
        this.#tokens,
        this.#tokens.length,
        false,
        true,
      )
      if (count >= 0) return this.#tokens.slice(0, count)
      // So many tokens it would be.
      this.#tokens = new Int32Array(-count)
    }
  }

  logits(ids: readonly number[]): Float32Array<ArrayBuffer>[] {
    this.clear()
    return ids.map((id) => this.next([id]))
  }

  next(ids: readonly number[]): Float32Array<ArrayBuffer> {
    for (let start = 0; start < ids.length; start += BATCH) {
      const piece = Int32Array.from(ids.slice(start, start + BATCH))
      const failed = this.#api.decode(this.#context, this.#api.batchOf(piece, piece.length))
      if (failed) throw new InternalError(`llama_decode: ${failed}`)
    }
    return numbersAt(this.#api.logits(this.#context, -1), this.vocabularySize)
  }

  clear(): void {
    this.#api.clearMemory(this.#api.memory(this.#context), true)
  }

  close(): void {
    if (this.#context) this.#api.freeContext(this.#context)
    this.#api.freeModel(this.#model)
  }
}

/** GGML_TYPE_F32, and LLAMA_FLASH_ATTN_TYPE_DISABLED: nothing is rounded that need not be. */
const [F32, DISABLED] = [0, 0]

function openContext(
  api: LlamaApi,
  model: Pointer,
  { file, adapterFile, threads, contextLength = 0 }: LlamaOptions,
): Pointer {
  const context = api.openContext(model, {
    ...api.contextDefaults(),
    contextLength,
    batch: BATCH,
    threads,
    batchThreads: threads,
    flashAttention: DISABLED,
    keyType: F32,
    valueType: F32,
    offload: false,
    offloadOperators: false,
  })
  if (!context) throw new UserError('llama-cpp/not-opened', { file: basename(file) })
  if (adapterFile === undefined) return context
  const adapter = api.loadAdapter(model, adapterFile)
  if (!adapter || api.setAdapters(context, BigUint64Array.of(BigInt(adapter)), 1, Float32Array.of(1)) !== 0)
    throw new UserError('llama-cpp/not-opened', { file: basename(adapterFile) })
  return context
}
