import { z } from 'zod'
import type { Language } from '../../texts/index.ts'
import { defineContract, type } from './define.ts'
import type { AppError } from './errors.ts'
import type { HubModelId, HubRevision } from './hub-ids.ts'
import { FolderPath, PathToRead } from './paths.ts'
import type { DeviceKind } from './system.ts'

/** A folder of the library or of what is shipped, or a name that stands for a folder of another program. */
export const ModelId = z
  .string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/)
  .brand<'ModelId'>()
export type ModelId = z.infer<typeof ModelId>

/** `merged`: a base model into which a run's adapter was computed. */
export type ModelKind = 'base' | 'adapter' | 'merged'

/** Whose folder a model lies in. Only the library's are renamed and removed; others are read in place. */
export type ModelOrigin = 'library' | 'shipped' | 'hf-cache' | 'lm-studio'

/** Where on the Hugging Face Hub a model comes from. */
export interface ModelHubPlace {
  readonly id: HubModelId
  /** As it was asked for. */
  readonly revision: HubRevision
  /** The commit that `revision` meant then; empty where it is not known. */
  readonly commit: string
}

export interface ModelSummary {
  readonly id: ModelId
  readonly name: string
  readonly kind: ModelKind
  readonly origin: ModelOrigin
  /** Null where it is not known, or the model is not from the Hub. */
  readonly hub: ModelHubPlace | null
  /** Of an adapter: the name or Hub id of the model that it was trained on, as its files say; '' for other kinds. */
  readonly baseModel: string
  /** config.json's architecture, such as LlamaForCausalLM */
  readonly architecture: string
  readonly parameterCount: number
  /** The element type of most weights, such as `bfloat16`; '' where it is not known yet. */
  readonly dtype: string
  readonly sizeBytes: number
  readonly contextLengthTokens: number
  readonly vocabularySize: number
  readonly hasChatTemplate: boolean
  readonly licence: string
  readonly folder: string
  /** Why the model cannot be used; null where it can, `model/being-read` where that is not known yet. */
  readonly problem: AppError | null
}

/**
 * The model that an adapter was trained on, by its id on the Hub, its id here, or its name, which is the last part of a
 * path; undefined where it is not among these.
 */
export function baseOfAdapter<M extends ModelSummary>(
  { baseModel }: ModelSummary,
  models: readonly M[],
): M | undefined {
  const named = (wanted: string): M | undefined =>
    models.find(({ kind, hub, id, name }) => kind !== 'adapter' && [hub?.id, id, name].some((each) => each === wanted))
  const last = baseModel.split(/[\\/]/).at(-1) ?? ''
  return baseModel === '' ? undefined : (named(baseModel) ?? named(last))
}

export interface ModelDetail extends ModelSummary {
  /** The model card, Markdown; empty where the folder has none. */
  readonly card: string
  readonly notice: string
}

/** How base weights are kept in memory: a value of the setting `architecture.backbone_dtype`. */
export type FitPrecision = 'as-stored' | 'int8' | 'int4'

/** `fits`: into what is free now; `tight`: only once other programs end; `no`: this machine has too little. */
export type Fit = 'fits' | 'tight' | 'no'

export interface MemoryNeed {
  readonly precision: FitPrecision
  /**
   * Bytes at the peak of a small training: one row of up to 256 tokens at a time. What a run takes with its own
   * settings is told by `experiments.plan`.
   */
  readonly trainingBytes: number
  readonly training: Fit
  /** Bytes at the peak of a short conversation. */
  readonly chatBytes: number
  readonly chat: Fit
}

/** What a model needs of this machine's memory, on the device that is recommended. */
export interface ModelFit {
  readonly device: DeviceKind
  /** Of the graphics card where that is computed on, else of the computer. */
  readonly memoryBytes: number
  /** Of it, what can be had now. */
  readonly availableBytes: number
  /** Derived from the number of parameters: the model's own config.json was not looked at. */
  readonly isApproximate: boolean
  /** The most exact precision first. */
  readonly needs: readonly MemoryNeed[]
}

/** A model that is worth a try for Japanese. */
export interface CuratedModel {
  readonly id: HubModelId
  readonly parameterCount: number
  readonly downloadBytes: number
  /** `downloadBytes` is derived from the number of parameters. */
  readonly isApproximate: boolean
  /** As the card names it, such as `apache-2.0`. */
  readonly licence: string
  /** The owner asks for consent to terms, which needs a token. */
  readonly isGated: boolean
  /** config.json's model_type, such as `llama`. */
  readonly family: string
  /** Of the stored weights, such as `bfloat16`. */
  readonly dtype: string
  /** What it is good for: a sentence in each language. */
  readonly goodFor: Readonly<Record<Language, string>>
  /** What to try after it; null at the end of a row. */
  readonly next: HubModelId | null
  readonly fit: ModelFit
  /** The model in `models.list` that is this one; null where it is not here. */
  readonly localId: ModelId | null
}

export interface CuratedModels {
  /** When the list was made: YYYY-MM-DD. */
  readonly date: string
  /** The smallest first. */
  readonly models: readonly CuratedModel[]
}

export const AdditionId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .brand<'AdditionId'>()
export type AdditionId = z.infer<typeof AdditionId>

/**
 * A folder on its way into the library.
 *
 *   copying ──► done
 *      └──────► failed, cancelled: nothing of it is left
 */
export interface ModelAddition {
  readonly additionId: AdditionId
  readonly name: string
  readonly state: 'copying' | 'done' | 'failed' | 'cancelled'
  readonly copiedBytes: number
  readonly totalBytes: number
  /** Null until it can be told. */
  readonly remainingSeconds: number | null
  /** When done. */
  readonly modelId?: ModelId
  /** When failed. */
  readonly error?: AppError
}

/** An experiment that was trained on a model. */
export interface ModelUser {
  readonly name: string
  /** Its training reads the model now. */
  readonly isActive: boolean
}

const ById = z.object({ id: ModelId })

export const modelsContract = defineContract({
  calls: {
    /** Shipped ones first, then the library's, then those of other programs on this computer. */
    list: { input: z.object({}), output: type<readonly ModelSummary[]>() },
    open: { input: ById, output: type<ModelDetail>() },
    /** Throws as `open`, and `model/is-adapter`. */
    fit: { input: ById, output: type<ModelFit>() },
    curated: { input: z.object({}), output: type<CuratedModels>() },
    /**
     * Copies a model's or adapter's folder into the library and returns at once; `models.addition` tells the rest.
     * Throws `model/no-model-folder` and `hub/no-space` before anything is copied.
     */
    addFolder: { input: z.object({ folder: FolderPath }), output: type<ModelAddition>() },
    /** The same of one GGUF file, whatever lies beside it. Throws also what is wrong with the file. */
    addGguf: { input: z.object({ file: PathToRead }), output: type<ModelAddition>() },
    cancelAddition: { input: z.object({ additionId: AdditionId }), output: type<null>() },
    /** Changes the name that is shown; id and folder stay. Throws `model/not-ours` outside of the library. */
    rename: { input: ById.extend({ name: z.string().trim().min(1).max(120) }), output: type<ModelSummary>() },
    /** Experiments that were trained on the model: without it they are neither asked nor trained further. */
    users: { input: ById, output: type<readonly ModelUser[]>() },
    /**
     * Moves the model to the library's trash; `restore` brings it back. Throws `model/not-ours`, and `model/in-use` while
     * a training reads it.
     */
    remove: { input: ById, output: type<null>() },
    restore: { input: ById, output: type<ModelSummary>() },
    /**
     * Shows the model's folder in the file manager. Throws `model/no-file-manager` where the host has none: in the web
     * host.
     */
    openFolder: { input: ById, output: type<null>() },
  },
  events: {
    /**
     * Models came, went, or are known better now: read the list again. With an id only that one is concerned.
     */
    changed: type<{ readonly id: ModelId | null }>(),
    removed: type<{ readonly id: ModelId }>(),
    /** Up to five times a second, and once at the end. */
    addition: type<ModelAddition>(),
  },
})
