import { z } from 'zod'
import { defineContract, type } from './define.ts'
import type { AppError } from './errors.ts'

export const ModelId = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,128}$/)
  .brand<'ModelId'>()
export type ModelId = z.infer<typeof ModelId>

export interface ModelSummary {
  readonly id: ModelId
  readonly name: string
  /** config.json's architecture, such as LlamaForCausalLM */
  readonly architecture: string
  readonly parameterCount: number
  readonly sizeBytes: number
  readonly contextLengthTokens: number
  readonly vocabularySize: number
  readonly licence: string
  readonly shipped: boolean
  readonly folder: string
  /** Why the model cannot be used; null where it can, `model/being-read` where that is not known yet. */
  readonly problem: AppError | null
}

export interface ModelDetail extends ModelSummary {
  /** The model card, Markdown; empty where the folder has none. */
  readonly card: string
  readonly notice: string
}

export const modelsContract = defineContract({
  calls: {
    list: { input: z.object({}), output: type<readonly ModelSummary[]>() },
    open: { input: z.object({ id: ModelId }), output: type<ModelDetail>() },
  },
  events: {
    /** What its files say is known now: sent for models that a list told as `model/being-read`. */
    changed: type<{ readonly id: ModelId }>(),
  },
})
