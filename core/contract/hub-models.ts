// Models of the Hugging Face Hub: what a search and an inspection tell, and downloads into the library.
import type { AppError } from './errors.ts'
import type { DownloadId, HubModelId, HubRevision } from './hub-ids.ts'
import type { ModelFit, ModelId } from './models.ts'

/** A hit of a search. */
export interface HubModelSummary {
  readonly id: HubModelId
  /** The one that the query named, as in a link; `main` otherwise. */
  readonly revision: HubRevision
  readonly downloads: number
  readonly likes: number
  /** Such as `apache-2.0`; empty where the card names none. */
  readonly licence: string
  /** ISO 8601; empty where it is not known. */
  readonly updatedAt: string
  /** False, or who lets people in: everybody who accepts the terms, or the owner. */
  readonly gated: false | 'auto' | 'manual'
  /** Of the safetensors files as the Hub counts them; null where it has not. */
  readonly parameterCount: number | null
  /** config.json's model_type, such as `llama`; empty where it is not known. */
  readonly family: string
  /**
   * Whether the studio opens it, by what the search tells: `unknown` where only an inspection can say. `adapter` is for
   * a LoRA adapter.
   */
  readonly support: 'base' | 'adapter' | 'no' | 'unknown'
  /** Of the weights, by what the Hub counts; null where it has not. */
  readonly downloadBytes: number | null
  /** By the number of parameters; null where that is not known, or the model cannot be used. */
  readonly fit: ModelFit | null
}

/** A repository that has GGUF files and no others: one of them is brought, and becomes a model with its exact numbers. */
export interface HubGguf {
  /** The one that is looked at. */
  readonly file: string
  /** Its weights' type, such as `Q8_0`; '' where its header could not be read. */
  readonly type: string
  /** Of the model that it becomes; 0 where that is not known. */
  readonly modelBytes: number
  readonly choices: readonly { readonly file: string; readonly sizeBytes: number }[]
}

export interface HubModelFile {
  readonly path: string
  readonly sizeBytes: number
  /** True where a download brings it: what the studio reads, and weights in one form only. */
  readonly isChosen: boolean
}

/** How text becomes tokens, by the files that are there. */
export type TokenizerKind = 'sentencepiece' | 'tokenizer-json' | 'vocab-merges' | 'tiktoken' | 'tekken'

/** What is known of a model before a byte of its weights is fetched. */
export interface HubModel extends HubModelSummary {
  /** The page of the repository, where terms are accepted too. */
  readonly url: string
  /** The commit that `revision` means now. */
  readonly commit: string
  /** README.md without its front matter. */
  readonly card: string
  readonly languages: readonly string[]
  readonly kind: 'base' | 'adapter'
  /** config.json's architecture, such as LlamaForCausalLM; empty where there is none. */
  readonly architecture: string
  /** The element type of most weights, such as `bfloat16`; '' where it is not known. */
  readonly dtype: string
  /** Such as `GPTQ` or `GGUF`; null for weights that can be computed with. */
  readonly quantization: string | null
  /** Null where there are other weights than GGUF. */
  readonly gguf: HubGguf | null
  readonly tokenizer: TokenizerKind | null
  readonly hasChatTemplate: boolean
  /** Null where config.json could not be read. */
  readonly contextLengthTokens: number | null
  readonly vocabularySize: number | null
  /** The model that this one was made from, as card or files name it. */
  readonly baseModel: HubModelId | null
  /** At most 2,000, the chosen ones first. */
  readonly files: readonly HubModelFile[]
  /** Of the chosen files. */
  readonly downloadBytes: number
  /** Of all files. */
  readonly totalBytes: number
  /** Null where it cannot be told, and for adapters. */
  readonly fit: ModelFit | null
  /** Why the studio cannot use it, or the files are kept back (`hub/gated` names the page); null where all is well. */
  readonly problem: AppError | null
  /** What would work where this does not: the model that has not been quantized. */
  readonly instead: HubModelId | null
  /** The model in `models.list` that is this one; null where it is not here. */
  readonly localId: ModelId | null
}

/**
 *   queued ──► downloading ◄──► waiting-to-retry
 *     ▲            │ └────────► checking ──► (converting, of a GGUF) ──► done
 *     └─ paused ◄──┴──────────► failed
 *
 * `pause` works on queued, downloading and waiting ones; `resume` on paused and failed ones. `cancel` works on all:
 * what has arrived of an unfinished one is deleted, a finished one leaves the list only.
 */
export type ModelDownloadState =
  'queued' | 'downloading' | 'paused' | 'checking' | 'converting' | 'done' | 'failed' | 'waiting-to-retry'

/** A model on its way into the library. It survives the host's end: what was unfinished is paused then. */
export interface ModelDownload {
  readonly downloadId: DownloadId
  readonly id: HubModelId
  readonly revision: HubRevision
  /** What the model is called in `models.list` once it is whole. */
  readonly modelId: ModelId
  readonly state: ModelDownloadState
  readonly receivedBytes: number
  /** 0 until the files are listed. */
  readonly totalBytes: number
  /** Null until it can be told, and while nothing comes in. */
  readonly bytesPerSecond: number | null
  readonly remainingSeconds: number | null
  readonly filesDone: number
  readonly fileCount: number
  /** While waiting: ISO 8601. */
  readonly retryAt: string | null
  /** When failed, and while waiting: what went wrong. */
  readonly error: AppError | null
}
