import { z } from 'zod'
import { isErrorCode, type AppError, type ErrorCode } from '../contract/errors.ts'

const Count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const Token = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31)
const Probability = z.number().min(0).max(1)

/** Where llama.cpp would go on otherwise, and how sure it is of either token. */
const Difference = z.object({
  /** Place in the answer. */
  at: Count,
  expected: Token,
  found: Token,
  expectedProbability: Probability,
  foundProbability: Probability,
})

/** An answer of the studio against what llama.cpp finds likeliest after each of its tokens. */
export const AnswerComparison = z.object({
  tokens: Count,
  /** Tokens of the answer that llama.cpp would have given too. */
  equal: Count,
  /** The first that it would not; up to there its own greedy answer is the same. Null for none. */
  difference: Difference.nullable(),
})
export type AnswerComparison = z.infer<typeof AnswerComparison>

/** Host → process. The first is `open`; each has one reply. */
export type LlamaRequest =
  | {
      readonly type: 'open'
      readonly file: string
      readonly adapterFile: string | undefined
      readonly threads: number
      /** The longest prompt with its answer; 0 loads no weights. */
      readonly contextLength: number
    }
  | { readonly type: 'answer'; readonly prompt: readonly number[]; readonly expected: readonly number[] }
  | { readonly type: 'texts'; readonly texts: readonly TextWithIds[] }

/** A text and the ids that the studio's tokenizer gives for it. */
export interface TextWithIds {
  readonly text: string
  readonly ids: readonly number[]
}

const Failure = z.object({
  code: z.custom<ErrorCode>((code) => isErrorCode(code) && code !== 'internal'),
  facts: z.record(z.string().max(40), z.union([z.string().max(4_000), z.number()])),
}) satisfies z.ZodType<AppError>

/** Process → host. */
export const LlamaReply = z.discriminatedUnion('type', [
  z.object({ type: z.literal('opened') }),
  z.object({ type: z.literal('answered'), comparison: AnswerComparison }),
  /** Places in the request's list. */
  z.object({ type: z.literal('compared'), differing: z.array(Count) }),
  z.object({ type: z.literal('failed'), error: Failure }),
])
export type LlamaReply = z.infer<typeof LlamaReply>
