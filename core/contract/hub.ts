import { z } from 'zod'
import { defineContract, type } from './define.ts'
import type { AppError } from './errors.ts'
import { DownloadId, GgufName, HubDatasetId, HubModelId, HubRevision } from './hub-ids.ts'
import type { HubModel, HubModelSummary, ModelDownload } from './hub-models.ts'
import { RepositoryPath } from './paths.ts'

/** A hit of a search. */
export interface HubDatasetSummary {
  readonly id: HubDatasetId
  readonly downloads: number
  readonly likes: number
  /** Such as `cc-by-sa-4.0`; empty where the card names none. */
  readonly licence: string
  /** The Hub's classes of row counts, such as `1K<n<10K`; empty where unknown. */
  readonly rowClass: string
  /** False, or who lets people in: everybody who accepts the terms, or the owner. */
  readonly gated: false | 'auto' | 'manual'
}

export interface HubFile {
  readonly path: string
  readonly sizeBytes: number
  /** True where the studio can import it. */
  readonly isTable: boolean
}

/** A split of a configuration, converted to Parquet by the Hub. */
export interface HubPart {
  readonly config: string
  readonly split: string
  readonly files: readonly HubFile[]
  readonly sizeBytes: number
  /** As the card tells it. */
  readonly rowCount: number | null
  /** The Hub converts the first few gigabytes of very large datasets only. */
  readonly isPartial: boolean
}

export interface HubDataset extends HubDatasetSummary {
  readonly url: string
  /** ISO 8601 */
  readonly updatedAt: string
  readonly languages: readonly string[]
  /** README.md without its front matter. */
  readonly card: string
  /** From the branch that the Hub converts to Parquet; empty where it has not. */
  readonly parts: readonly HubPart[]
  /** As the owner uploaded them. */
  readonly files: readonly HubFile[]
  /** Why the files cannot be had, such as terms that were not accepted; null where all is well. */
  readonly problem: AppError | null
}

/** Which branch the paths are of: the owner's files or the Hub's Parquet. */
export const HubBranch = z.enum(['original', 'parquet'])
export type HubBranch = z.infer<typeof HubBranch>

/** Whether there is a token and where it comes from. The token itself never leaves the host. */
export interface HubToken {
  readonly source: 'stored' | 'environment' | 'huggingface-cli' | null
  /**
   * How the stored one is kept: encrypted, as it is in a file that only this account can read, or until the host ends.
   * Null for the other sources.
   */
  readonly protection: 'keychain' | 'plain-file' | 'session' | null
  /**
   * False: this computer has no keychain that the host could use, so a token can be kept in a plain file or for this
   * session only.
   */
  readonly canEncrypt: boolean
  /** Of the account, where the token was just checked. */
  readonly userName?: string
}

/** A downloaded table; `path` may be given to `datasets.preview`, `import` and `appendFile`. */
export interface HubDownloaded {
  readonly path: string
  readonly name: string
  readonly sizeBytes: number
}

/**
 *   downloading ──► checking ──► done
 *        └──────────────┴─────► failed, cancelled: what is there is kept, the same download goes on from it
 */
export interface HubProgress {
  readonly downloadId: DownloadId
  readonly state: 'downloading' | 'checking' | 'done' | 'failed' | 'cancelled'
  readonly receivedBytes: number
  readonly totalBytes: number
  /** Null until it can be told. */
  readonly bytesPerSecond: number | null
  readonly remainingSeconds: number | null
  /** The file in work, counted from 1. */
  readonly fileNumber: number
  readonly fileCount: number
  /** When done: the files, in order. */
  readonly files?: readonly HubDownloaded[]
  /** When failed. */
  readonly error?: AppError
}

const Model = z.object({
  id: HubModelId,
  revision: HubRevision.default(HubRevision.parse('main')),
  /** Of a repository of GGUF files: which; without it the one that loses least. */
  gguf: GgufName.optional(),
})
const ById = z.object({ downloadId: DownloadId })

export const hubContract = defineContract({
  calls: {
    /** `query`: words, an id, or the address of a dataset's page. */
    searchDatasets: {
      input: z.object({ query: z.string().trim().min(1).max(300) }),
      output: type<readonly HubDatasetSummary[]>(),
    },
    dataset: { input: z.object({ id: HubDatasetId }), output: type<HubDataset>() },
    /** Starts a download and returns at once; `hub.progress` tells the rest. */
    download: {
      input: z.object({ id: HubDatasetId, branch: HubBranch, paths: z.array(RepositoryPath).min(1).max(2000) }),
      output: type<{ readonly downloadId: DownloadId }>(),
    },
    /** Ends a download. What has arrived of a dataset is kept for the next attempt, of a model nothing. */
    cancel: { input: ById, output: type<null>() },
    /** Deletes the files of a finished download: they were imported. */
    discard: { input: ById, output: type<null>() },
    /**
     * `query`: words, an id, a link to the Hub or a mirror (also to a revision or a file), or a `hf download` command.
     * What names a model comes first.
     */
    searchModels: {
      input: z.object({ query: z.string().trim().min(1).max(2000) }),
      output: type<readonly HubModelSummary[]>(),
    },
    /** Looks at config, tokenizer, headers and card. A model that cannot be used is no failure: see `problem`. */
    model: { input: Model, output: type<HubModel>() },
    /**
     * Begins a download into the library and returns at once; `hub.downloads` tells the rest. One that is in the list
     * already is resumed. Throws `model/unsupported` and the like for what the studio cannot use, and `hub/have-model`.
     */
    downloadModel: { input: Model, output: type<ModelDownload>() },
    /** Every download of a model, the latest first; also those that an earlier host has begun. */
    downloads: { input: z.object({}), output: type<readonly ModelDownload[]>() },
    pause: { input: ById, output: type<null>() },
    resume: { input: ById, output: type<null>() },
    token: { input: z.object({}), output: type<HubToken>() },
    /**
     * Asks the Hub whose token it is, then keeps it. Where it cannot be encrypted, it goes to a plain file only with
     * `allowPlainFile`, else it is kept until the host ends.
     */
    setToken: {
      input: z.object({ token: z.string().trim().min(1).max(1000), allowPlainFile: z.boolean().default(false) }),
      output: type<HubToken>(),
    },
    clearToken: { input: z.object({}), output: type<HubToken>() },
  },
  events: {
    /** Of a dataset, up to five times a second and once at the end. */
    progress: type<HubProgress>(),
    /** All downloads of models, up to five times a second and whenever a state changes. */
    downloads: type<readonly ModelDownload[]>(),
  },
})
