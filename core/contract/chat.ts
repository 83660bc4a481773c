import { z } from 'zod'
import { defineContract, type } from './define.ts'
import type { AppError } from './errors.ts'
import { ExperimentId } from './experiments.ts'
import { ModelId } from './models.ts'
import { GenerationSettings } from './settings.ts'

/** Turns of a conversation. */
const MAX_MESSAGES = 10_000

export const ChatMessage = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })
export type ChatMessage = z.infer<typeof ChatMessage>

/**
 * Who answers: a base model, or an experiment (its base model with the trained adapter). `step` names one of its
 * checkpoints, without it the one that its settings say. `adapter: 'off'` asks its base model in its format.
 */
export const ChatSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('model'), modelId: ModelId }),
  z.object({
    kind: z.literal('experiment'),
    experimentId: ExperimentId,
    step: z.number().int().nonnegative().exactOptional(),
    adapter: z.literal('off').exactOptional(),
  }),
])
export type ChatSource = z.infer<typeof ChatSource>

/** Why an answer ended. `length`: the limit of new tokens; `context`: the model's own limit. */
export type FinishReason = 'stop' | 'length' | 'context' | 'cancelled'

export interface ChatAnswer {
  readonly text: string
  readonly finish: FinishReason
  readonly tokenCount: number
  readonly tokensPerSecond: number
  /** Older turns that had to be left out so that the conversation fits the model. */
  readonly droppedTurns: number
}

export const chatContract = defineContract({
  calls: {
    /**
     * Asks every target at once and returns as soon as generation has begun; the answers stream as events that carry
     * `requestId` and the target's index. An answer at the end of the messages goes on.
     */
    ask: {
      input: z.object({
        requestId: z.string().min(1).max(64),
        targets: z
          .array(z.object({ source: ChatSource, messages: z.array(ChatMessage).min(1).max(MAX_MESSAGES) }))
          .min(1)
          .max(4),
        settings: GenerationSettings,
      }),
      output: type<null>(),
    },
    /** Questions of a run's own rows, to begin with; none where its files are gone. */
    questions: {
      input: z.object({ id: ExperimentId }),
      output: type<{ readonly train: readonly string[]; readonly validation: readonly string[] }>(),
    },
    cancel: { input: z.object({ requestId: z.string() }), output: type<null>() },
  },
  events: {
    token: type<{ readonly requestId: string; readonly target: number; readonly text: string }>(),
    done: type<{ readonly requestId: string; readonly target: number; readonly answer: ChatAnswer }>(),
    failed: type<{ readonly requestId: string; readonly target: number; readonly error: AppError }>(),
  },
})
