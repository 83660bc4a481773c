// llama.cpp's C interface through koffi, as far as we call it. The structs are those of the release that package.json
// names (llama.h of 0.4.0); library.test.ts fails where another one has others.
import koffi from 'koffi'
import { UserError } from '../contract/errors.ts'
import { loadNative } from '../runtime/native-library.ts'
import { findLibraries } from './package.ts'

/** An address. */
export type Pointer = bigint | null

const ModelParams = koffi.struct({
  devices: 'void *',
  tensorBufferOverrides: 'void *',
  gpuLayers: 'int32_t',
  splitMode: 'int',
  loadMode: 'int',
  lazyMode: 'int',
  mainGpu: 'int32_t',
  tensorSplit: 'void *',
  progressCallback: 'void *',
  progressData: 'void *',
  overrides: 'void *',
  vocabOnly: 'bool',
  checkTensors: 'bool',
  extraBuffers: 'bool',
  noHost: 'bool',
  noAlloc: 'bool',
  loadMtp: 'bool',
})

const ContextParams = koffi.struct({
  contextLength: 'uint32_t',
  batch: 'uint32_t',
  microBatch: 'uint32_t',
  sequences: 'uint32_t',
  snapshots: 'uint32_t',
  outputs: 'uint32_t',
  outputsPerSequence: 'uint32_t',
  threads: 'int32_t',
  batchThreads: 'int32_t',
  contextType: 'int',
  ropeScaling: 'int',
  pooling: 'int',
  attention: 'int',
  flashAttention: 'int',
  ropeBase: 'float',
  ropeScale: 'float',
  yarnExtension: 'float',
  yarnAttention: 'float',
  yarnBetaFast: 'float',
  yarnBetaSlow: 'float',
  yarnOriginal: 'uint32_t',
  defragmentation: 'float',
  evalCallback: 'void *',
  evalData: 'void *',
  keyType: 'int',
  valueType: 'int',
  abortCallback: 'void *',
  abortData: 'void *',
  embeddings: 'bool',
  offload: 'bool',
  noPerformance: 'bool',
  offloadOperators: 'bool',
  wholeWindows: 'bool',
  unified: 'bool',
  samplers: 'void *',
  samplerCount: 'size_t',
  other: 'void *',
})

const Batch = koffi.struct({
  count: 'int32_t',
  token: 'void *',
  embedding: 'void *',
  position: 'void *',
  sequenceCount: 'void *',
  sequence: 'void *',
  logits: 'void *',
})

/** Bytes of the structs that are passed by value. */
export const structSizes = {
  modelParams: koffi.sizeof(ModelParams),
  contextParams: koffi.sizeof(ContextParams),
  batch: koffi.sizeof(Batch),
} as const

export interface ModelParamsValue {
  /** Where a null-terminated list of devices lies; null for every device. */
  readonly devices: unknown
  readonly gpuLayers: number
  readonly splitMode: number
  readonly loadMode: number
  readonly lazyMode: number
  readonly vocabOnly: boolean
  readonly extraBuffers: boolean
}
export interface ContextParamsValue {
  readonly contextLength: number
  readonly batch: number
  readonly threads: number
  readonly batchThreads: number
  readonly flashAttention: number
  readonly keyType: number
  readonly valueType: number
  readonly offload: boolean
  readonly offloadOperators: boolean
  readonly noPerformance: boolean
  readonly unified: boolean
}

type Call<Args extends readonly unknown[], Result> = (...args: Args) => Result

/** The functions of libllama and libggml that the process of the self-test calls. */
export interface LlamaApi {
  readonly version: Call<[], string>
  readonly modelDefaults: Call<[], ModelParamsValue>
  readonly contextDefaults: Call<[], ContextParamsValue>
  readonly loadModel: Call<[file: string, params: ModelParamsValue], Pointer>
  readonly freeModel: Call<[Pointer], void>
  readonly vocabulary: Call<[model: Pointer], Pointer>
  readonly tokenCount: Call<[vocabulary: Pointer], number>
  readonly tokenize: Call<
    [
      vocabulary: Pointer,
      text: Buffer,
      length: number,
      tokens: Int32Array,
      max: number,
      addSpecial: boolean,
      parseSpecial: boolean,
    ],
    number
  >
  readonly openContext: Call<[model: Pointer, params: ContextParamsValue], Pointer>
  readonly freeContext: Call<[Pointer], void>
  readonly batchOf: Call<[tokens: Int32Array, count: number], object>
  readonly decode: Call<[context: Pointer, batch: object], number>
  readonly logits: Call<[context: Pointer, index: number], Pointer>
  readonly memory: Call<[context: Pointer], Pointer>
  readonly clearMemory: Call<[memory: Pointer, data: boolean], void>
  readonly loadAdapter: Call<[model: Pointer, file: string], Pointer>
  readonly setAdapters: Call<[context: Pointer, adapters: BigUint64Array, count: number, scales: Float32Array], number>
}

const library = (file: string): ReturnType<typeof koffi.load> => {
  try {
    return loadNative(file)
  } catch {
    throw new UserError('llama-cpp/unloadable', { file })
  }
}

let opened: LlamaApi | undefined

/**
 * Loads llama.cpp into this process. Its code can end the process: only a process of its own may call it. Throws
 * UserError 'llama-cpp/missing' or 'llama-cpp/unloadable' {file}.
 */
export function openLlama(): LlamaApi {
  return (opened ??= load())
}

function load(): LlamaApi {
  const files = findLibraries()
  library(files.base)
  const ggml = library(files.ggml)
  const llama = library(files.llama)
  // Its log goes to a function of its own that does nothing: one in JavaScript cannot be called from its threads.
  llama.func('llama_log_set', 'void', ['void *', 'void *'])(llama.symbol('llama_max_devices'), null)
  ggml.func('ggml_backend_load_all_from_path', 'void', ['str'])(files.folder)
  llama.func('llama_backend_init', 'void', [])()
  return {
    version: llama.func('llama_version', 'str', []),
    modelDefaults: llama.func('llama_model_default_params', ModelParams, []),
    contextDefaults: llama.func('llama_context_default_params', ContextParams, []),
    loadModel: llama.func('llama_model_load_from_file', 'void *', ['str', ModelParams]),
    freeModel: llama.func('llama_model_free', 'void', ['void *']),
    vocabulary: llama.func('llama_model_get_vocab', 'void *', ['void *']),
    tokenCount: llama.func('llama_vocab_n_tokens', 'int32_t', ['void *']),
    tokenize: llama.func('llama_tokenize', 'int32_t', [
      'void *',
      'void *',
      'int32_t',
      'void *',
      'int32_t',
      'bool',
      'bool',
    ]),
    openContext: llama.func('llama_init_from_model', 'void *', ['void *', ContextParams]),
    freeContext: llama.func('llama_free', 'void', ['void *']),
    batchOf: llama.func('llama_batch_get_one', Batch, ['void *', 'int32_t']),
    decode: llama.func('llama_decode', 'int32_t', ['void *', Batch]),
    logits: llama.func('llama_get_logits_ith', 'void *', ['void *', 'int32_t']),
    memory: llama.func('llama_get_memory', 'void *', ['void *']),
    clearMemory: llama.func('llama_memory_clear', 'void', ['void *', 'bool']),
    loadAdapter: llama.func('llama_adapter_lora_init', 'void *', ['void *', 'str']),
    setAdapters: llama.func('llama_set_adapters_lora', 'int32_t', ['void *', 'void *', 'size_t', 'void *']),
  }
}

/** float32 numbers at an address, copied: Electron has no buffers over memory that is not V8's. */
export const numbersAt = (address: Pointer, count: number): Float32Array<ArrayBuffer> =>
  koffi.decode(address as never, koffi.array('float', count, 'Typed')) as Float32Array<ArrayBuffer>
