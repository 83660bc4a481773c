import { z } from 'zod'
import { defineContract, type } from './define.ts'
import type { AppError } from './errors.ts'
import { DatasetId, type DatasetInfo } from './dataset-rows.ts'
import type { SettingKey, SettingValues } from './settings.ts'
import { DeviceKind } from './system.ts'
import { ModelId } from './models.ts'

export const ExperimentId = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/)
  .brand<'ExperimentId'>()
export type ExperimentId = z.infer<typeof ExperimentId>

/**
 * preparing → training → finished
 *     │          ├→ stopping → stopped ─┐
 *     │          ├→ interrupted ────────┼→ preparing (resume)
 *     └→ failed ←┴────── (full disk) ───┘
 * Only the host writes it.
 */
export type RunState =
  | { readonly kind: 'preparing' }
  | { readonly kind: 'training' }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly error: AppError }
  /** The engine or the machine went away; the run can be resumed from its last checkpoint. */
  | { readonly kind: 'interrupted'; readonly reason: InterruptReason; readonly detail: string }

export type InterruptReason = 'engine-exit' | 'engine-unresponsive' | 'studio-closed'

/** True while the engine works for the run. */
export const isActive = (state: RunState): boolean =>
  state.kind === 'preparing' || state.kind === 'training' || state.kind === 'stopping'

/** True where 再開 makes sense: also where only the disk was full. */
export const isResumable = (state: RunState): boolean =>
  state.kind === 'interrupted' ||
  state.kind === 'stopped' ||
  (state.kind === 'failed' && (state.error.code === 'disk-full' || state.error.code === 'library/unwritable'))

export interface RunProgress {
  readonly step: number
  readonly totalSteps: number
  readonly epoch: number
  readonly totalEpochs: number
  readonly stepsPerSecond: number
  readonly tokensPerSecond: number
  readonly remainingSeconds: number | null
  readonly elapsedSeconds: number
  readonly loss: number | null
  readonly learningRate: number | null
  readonly validationLoss: number | null
}

export interface ExperimentSummary {
  readonly id: ExperimentId
  readonly name: string
  readonly datasetId: DatasetId
  /** Empty where the run has none. */
  readonly datasetName: string
  /** Of an adapter that was trained elsewhere: where it comes from; null for runs of the studio. */
  readonly adopted: { readonly from: string; readonly licence: string } | null
  readonly modelName: string
  /** ISO 8601 */
  readonly createdAt: string
  readonly state: RunState
  readonly progress: RunProgress | null
  /**
   * What of its folder is damaged; null where all is well. Where `state` is `failed` with the same error, only removing
   * is left.
   */
  readonly problem: AppError | null
}

/** One optimizer step. */
export interface StepMetric {
  readonly step: number
  readonly epoch: number
  readonly loss: number
  readonly learningRate: number
  readonly gradientNorm: number
  readonly tokenCount: number
  readonly stepMs: number
}

export interface SampleAnswer {
  readonly prompt: string
  readonly expected: string
  readonly answer: string
}

export interface Evaluation {
  readonly step: number
  readonly epoch: number
  /** null where the experiment has no validation rows. */
  readonly validationLoss: number | null
  /**
   * perplexity (mean of the rows', as H2O), tokenPerplexity, and with such a metric bleu, chrf and exactMatch (0 …
   * 100); empty without validation rows.
   */
  readonly metrics: Readonly<Record<string, number>>
  readonly samples: readonly SampleAnswer[]
}

/** A line of the run's log, as data: the locale words `code` (core/contract/log-texts.ts). */
export interface LogLine {
  /** ISO 8601 */
  readonly time: string
  readonly level: 'info' | 'warning' | 'error'
  readonly code: string
  readonly facts: Readonly<Record<string, string | number>>
}

export interface ExperimentDetail {
  readonly summary: ExperimentSummary
  readonly settings: SettingValues
  readonly device: DeviceKind | null
  readonly trainRowCount: number
  readonly validationRowCount: number
  readonly trainableParameterCount: number | null
  /** At most 2,000 points: thinned evenly, first and last kept. */
  readonly steps: readonly StepMetric[]
  readonly evaluations: readonly Evaluation[]
  readonly log: readonly LogLine[]
  /** Steps whose checkpoints are kept. */
  readonly checkpoints: readonly number[]
}

/** A row as the model would see it. */
export interface SamplePreview {
  /**
   * The first of its tokens; a token whose character ends later has an empty text. `counts`: the model learns to say
   * it.
   */
  readonly tokens: readonly { readonly text: string; readonly counts: boolean }[]
  readonly tokenCount: number
  readonly countedTokens: number
  /** It was longer than the limits and lost tokens. */
  readonly truncated: boolean
  /** Why the row would not be learnt from, as `no-answer`; null where it would. */
  readonly leftOut: string | null
}

/** What is known of a run before it starts; shown beside the form. */
export interface ExperimentPlan {
  readonly trainRowCount: number
  readonly validationRowCount: number
  readonly stepsPerEpoch: number
  readonly totalSteps: number
  readonly trainableParameterCount: number
  readonly device: DeviceKind
  /** An estimate of what the run takes at its peak, in bytes, and what the machine has. */
  readonly memoryBytes: number
  readonly availableMemoryBytes: number
  readonly issues: readonly PlanIssue[]
}

export interface PlanIssue {
  readonly severity: 'error' | 'warning'
  readonly setting: SettingKey | null
  readonly error: AppError
}

/** Values are checked against the catalogue by the service, so that an error can name its setting. */
/** More than the catalogue has: unknown ones are told by name. */
const MAX_RAW_SETTINGS = 1000
const RawSettings = z
  .record(z.string(), z.unknown())
  .refine((settings) => Object.keys(settings).length <= MAX_RAW_SETTINGS, 'Too many settings')
const ById = z.object({ id: ExperimentId })

export const experimentsContract = defineContract({
  calls: {
    list: { input: z.object({}), output: type<readonly ExperimentSummary[]>() },
    open: { input: ById, output: type<ExperimentDetail>() },
    plan: { input: z.object({ settings: RawSettings }), output: type<ExperimentPlan>() },
    /**
     * Row number `row` (from 0) of a dataset as a run with these settings would see it; null where there is no such
     * row.
     */
    sample: {
      input: z.object({ datasetId: DatasetId, row: z.number().int().nonnegative(), settings: RawSettings }),
      output: type<SamplePreview | null>(),
    },
    start: { input: z.object({ settings: RawSettings }), output: type<ExperimentSummary>() },
    /** Asks the run to stop after the step in flight; it keeps a checkpoint and can be resumed. */
    stop: { input: ById, output: type<null>() },
    /** Goes on from the last checkpoint, or from that of a step: what came after it is forgotten. */
    resume: {
      input: z.object({ id: ExperimentId, step: z.number().int().nonnegative().optional() }),
      output: type<ExperimentSummary>(),
    },
    /**
     * Makes a dataset of the very rows and columns that the run began with; with `orSame` gives the run's own dataset
     * where nothing in it has changed since.
     */
    restoreDataset: { input: ById.extend({ orSame: z.boolean().default(false) }), output: type<DatasetInfo>() },
    /**
     * Makes a run of a LoRA adapter in the list of models, which was trained elsewhere; on the base model that it names
     * unless another is given.
     */
    adopt: { input: z.object({ adapterId: ModelId, baseId: ModelId.optional() }), output: type<ExperimentSummary>() },
    rename: {
      input: z.object({ id: ExperimentId, name: z.string().trim().min(1).max(120) }),
      output: type<ExperimentSummary>(),
    },
    /** Moves the experiment to the library's trash; `restore` brings it back. */
    remove: { input: ById, output: type<null>() },
    restore: { input: ById, output: type<ExperimentSummary>() },
  },
  events: {
    /** State or progress changed; about ten times a second at most while training. */
    changed: type<ExperimentSummary>(),
    removed: type<{ readonly id: ExperimentId }>(),
    /** What is new since the last batch of the same run. */
    metrics: type<{
      readonly id: ExperimentId
      readonly steps: readonly StepMetric[]
      readonly evaluations: readonly Evaluation[]
      readonly log: readonly LogLine[]
    }>(),
  },
})
