import { z } from 'zod'
import { defineContract, type } from './define.ts'
import type { AppError } from './errors.ts'
import { ExperimentId } from './experiments.ts'
import { HubModelId } from './hub-ids.ts'
import { FolderPath, PathToWrite } from './paths.ts'

/** The forms in which a run goes out, in the order in which they are shown. */
export const exportForms = [
  'gguf',
  'lm-studio',
  'ollama',
  'library',
  'merged',
  'peft',
  'mlx',
  'gguf-lora',
  'zip',
] as const
export const ExportFormId = z.enum(exportForms)
export type ExportFormId = z.infer<typeof ExportFormId>

/** Forms that go where they are looked for, whatever folder is chosen. */
export const homedForms: ReadonlySet<ExportFormId> = new Set(['lm-studio', 'library'])

/** What Ollama calls a model: `name`, `name:tag` or `owner/name:tag`. */
export const OllamaName = z
  .string()
  .regex(/^(\w[\w-]{0,79}\/)?\w[\w.-]{0,79}(:\w[\w.-]{0,79})?$/)
  .brand<'OllamaName'>()
export type OllamaName = z.infer<typeof OllamaName>

/** Ollama as it answers on this computer, or where OLLAMA_HOST says. */
export interface OllamaState {
  /** Host and port. */
  readonly host: string
  readonly version: string
  /** Why it makes no models of what the studio sends; null where it does. */
  readonly problem: AppError | null
  /** Its models as `name:tag`, in small letters. */
  readonly names: readonly string[]
}

/** `name:latest` in small letters, as Ollama compares names. */
export const wholeOllamaName = (name: string): string =>
  (name.includes(':') ? name : `${name}:latest`).replace(/^library\//i, '').toLowerCase()

/** Forms that Ollama makes a model of. */
export const ollamaForms: ReadonlySet<ExportFormId> = new Set(['gguf', 'ollama'])

const Registration = z.object({
  name: OllamaName,
  /** A model of that name may be replaced. */
  replace: z.boolean().default(false),
})

/** Of a model card that the user has changed. */
export const MAX_CARD_CHARACTERS = 200_000

/** Forms that may go to the Hub once they are written. */
export const publishedForms: ReadonlySet<ExportFormId> = new Set(['peft', 'merged', 'mlx', 'gguf', 'gguf-lora'])

/** `owner/name`: the Hub's own models of old have a name alone. */
export const OwnedRepository = HubModelId.refine((id) => id.includes('/'))

const JobId = z.string().regex(/^[0-9a-f]{16}$/)
/** A run that is the source: its used checkpoint, or the one that was kept at a step. */
const Source = z.object({ id: ExperimentId, step: z.number().int().nonnegative().optional() })
const MAX_OPTIONS = 20
/** Choices by the names that a form has for them, such as the types of a quantization; the form's first where not given. */
const Options = z
  .record(z.string().max(40), z.string().max(40))
  .refine((options) => Object.keys(options).length <= MAX_OPTIONS, 'Too many options')

/** A form, as far as it suits a run. */
export interface ExportChoice {
  readonly form: ExportFormId
  /** About what it takes on the disk, in bytes; 0 where it is refused. */
  readonly sizeBytes: number
  /** Where it always goes; null: into the folder of the plan. */
  readonly folder: string | null
  /** A name that is free in the folder. */
  readonly name: string
  /** Why the run cannot be written so; null where it can. */
  readonly refusal: AppError | null
  /** What can be chosen, by name; the first is taken where nothing is. */
  readonly options: Readonly<Record<string, readonly ExportOption[]>>
}

export interface ExportOption {
  readonly value: string
  /** About what it takes on the disk, in bytes; 0 where the form is refused. */
  readonly sizeBytes: number
}

export interface ExportPlan {
  readonly step: number
  /** Steps whose checkpoints are kept. */
  readonly steps: readonly number[]
  readonly folder: string
  /** Null where the folder is not there yet. */
  readonly freeBytes: number | null
  readonly choices: readonly ExportChoice[]
}

/** The same question, asked of the run and of what was written. */
export interface ComparedAnswer {
  readonly question: string
  readonly run: string
  readonly written: string
  /** Every token is the same. */
  readonly same: boolean
  /** How many tokens of the run's answer the other program would have given too; where it was asked token by token. */
  readonly tokens?: { readonly count: number; readonly equal: number }
}

/** What becomes of the run's rows in another program's tokenizer. */
export interface TextsCompared {
  readonly rowCount: number
  /** Rows whose question or answer has other tokens there. */
  readonly differing: number
  /** Numbers of the first of them, from 1. */
  readonly rows: readonly number[]
}

/**
 * What became of reading again what was written. `postponed`: a training has the engine, and memory for one model only
 * may be left.
 */
export type ExportTest =
  | { readonly kind: 'same'; readonly answers: readonly ComparedAnswer[]; readonly texts?: TextsCompared }
  | {
      readonly kind: 'different'
      readonly answers: readonly ComparedAnswer[]
      readonly texts?: TextsCompared
      /** Smaller weights were asked for: some differences are to be expected. */
      readonly lossy?: boolean
    }
  | { readonly kind: 'postponed' }
  | { readonly kind: 'failed'; readonly error: AppError }

export interface ExportResult {
  /** The folder, or the one file. */
  readonly place: string
  readonly files: readonly { readonly name: string; readonly sizeBytes: number }[]
  readonly test: ExportTest
  /** The model that Ollama has made of it; or why it has not, with what was written left as it is. */
  readonly ollama?: { readonly name: OllamaName; readonly error: AppError | null }
}

/**
 * What was written, on its way to the Hub.
 *
 * ```
 * sending ──► done, failed, cancelled
 * ```
 */
export interface ExportPublication {
  readonly repository: HubModelId
  readonly state: 'sending' | 'done' | 'failed' | 'cancelled'
  readonly sentBytes: number
  readonly totalBytes: number
  readonly remainingSeconds: number | null
  /** The repository's page when done, else empty. */
  readonly url: string
  /** Only where it failed. */
  readonly error: AppError | null
}

/** What is known before anything is sent. */
export interface PublicationPlan {
  /** Names under which the token may publish, the user's own first. */
  readonly owners: readonly string[]
  /** A name for the repository. */
  readonly name: string
  /** The model card, Markdown. */
  readonly card: string
  readonly totalBytes: number
  /** What the licences of base model and data ask. */
  readonly warnings: readonly AppError[]
}

/**
 * ```
 * writing ──► testing ──► registering (where Ollama was asked for) ──► done ──test again──► testing
 *    └───────────┴──► failed, cancelled                                └──to Ollama──► registering
 * ```
 *
 * One that is cancelled while Ollama is given it is done: what was written stays.
 */
export type ExportState = 'writing' | 'testing' | 'registering' | 'done' | 'failed' | 'cancelled'

export const isExporting = (state: ExportState): boolean =>
  state === 'writing' || state === 'testing' || state === 'registering'

export interface ExportJob {
  readonly jobId: string
  readonly experimentId: ExperimentId
  readonly experimentName: string
  readonly step: number
  readonly form: ExportFormId
  readonly options: Readonly<Record<string, string>>
  readonly state: ExportState
  readonly writtenBytes: number
  readonly totalBytes: number
  readonly remainingSeconds: number | null
  /** ISO 8601: when it was written; null until then. */
  readonly finishedAt: string | null
  /** Only of a job that is done. */
  readonly result: ExportResult | null
  /** Only of a job that failed. */
  readonly error: AppError | null
  /** The last time that it was sent to the Hub; null where it never was. */
  readonly publication: ExportPublication | null
}

export const exportsContract = defineContract({
  calls: {
    /** What a run could be written as, into a folder or the library's own for exports. */
    plan: { input: Source.extend({ folder: FolderPath.optional() }), output: type<ExportPlan>() },
    /** Begins to write; goes on when the window is closed. */
    start: {
      input: Source.extend({
        form: ExportFormId,
        folder: FolderPath.optional(),
        /** Instead of a folder, for a form that is one file: where it was asked to be saved. */
        target: PathToWrite.optional(),
        options: Options.default({}),
        /** Ollama makes a model of it at the end: of `ollamaForms` only. */
        ollama: Registration.optional(),
      }),
      output: type<ExportJob>(),
    },
    /** Ends a job that is under way, of which nothing is left, or what is being sent, which is not published then. */
    cancel: { input: z.object({ jobId: JobId }), output: type<null>() },
    /** Asks again what was written, where the test was postponed or failed. */
    test: { input: z.object({ jobId: JobId }), output: type<null>() },
    /** Ollama, if it runs; null where nobody answers. Nothing is started. */
    ollama: { input: z.object({}), output: type<OllamaState | null>() },
    /**
     * Has Ollama make a model of what a job has written. Throws `ollama/not-running`, `ollama/too-old` and
     * `ollama/name-taken` at once; the job tells the rest.
     */
    register: { input: Registration.extend({ jobId: JobId }), output: type<null>() },

    /** What would go to the Hub of a job that is done, and under whose names. */
    publicationPlan: { input: z.object({ jobId: JobId }), output: type<PublicationPlan>() },
    /** Begins to send it; goes on when the window is closed. A repository that is there must be meant. */
    publish: {
      input: z.object({
        jobId: JobId,
        repository: OwnedRepository,
        isPrivate: z.boolean(),
        mayExist: z.boolean(),
        /** Instead of the plan's. */
        card: z.string().max(MAX_CARD_CHARACTERS).optional(),
      }),
      output: type<null>(),
    },
    /** Every job since the studio was started, then earlier ones whose files are still there; the latest first. */
    list: { input: z.object({}), output: type<readonly ExportJob[]>() },
  },
  events: {
    /** A job as it is now: some five times a second while it writes. */
    progress: type<ExportJob>(),
  },
})
