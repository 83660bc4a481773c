// OpenAI's objects, whole and as the pieces of a stream.
import { randomBytes } from 'node:crypto'
import type { FinishReason } from '../contract/index.ts'
import type { Answered } from './answering.ts'
import type { Asked } from './requests.ts'

/** Which of the two kinds of answer. */
export type Kind = 'chat' | 'text'

/** What all objects of one response share. */
export interface Head {
  readonly kind: Kind
  readonly id: string
  /** Seconds since 1970. */
  readonly created: number
  readonly model: string
}

export const headOf = (kind: Kind, model: string, nowMs: number): Head => ({
  kind,
  id: `${kind === 'chat' ? 'chatcmpl' : 'cmpl'}-${randomBytes(12).toString('hex')}`,
  created: Math.floor(nowMs / 1000),
  model,
})

interface Usage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
}

/** A question counts once, however often it is answered. */
export function usageOf(answers: readonly Answered[], { choices }: Pick<Asked, 'choices'>): Usage {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const prompt = sum(answers.filter((_, place) => place % choices === 0).map(({ promptTokens }) => promptTokens))
  const completion = sum(answers.map(({ answer }) => answer.tokenCount))
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion }
}

/** The model's own limit is a length, too. */
const finishOf = (finish: FinishReason): 'stop' | 'length' => (finish === 'stop' ? 'stop' : 'length')

/** What OpenAI's objects have no place for: older turns that were left out, and how long the request waited. */
export interface Remarks {
  readonly dropped_turns: number
  readonly queued_ms: number
}

export const remarksOf = (answers: readonly Answered[], queuedMs: number): Remarks => ({
  dropped_turns: Math.max(0, ...answers.map(({ answer }) => answer.droppedTurns)),
  queued_ms: Math.round(queuedMs),
})

/** The whole response. */
export function wholeResponse(
  head: Head,
  {
    answers,
    usage,
    remarks,
  }: { readonly answers: readonly Answered[]; readonly usage: Usage; readonly remarks: Remarks },
): object {
  const choices = answers.map(({ answer: { text, finish } }, index) => ({
    index,
    ...(head.kind === 'chat' ? { message: { role: 'assistant', content: text, refusal: null } } : { text }),
    logprobs: null,
    finish_reason: finishOf(finish),
  }))
  return { ...objectOf(head, ''), choices, usage, terakoya: remarks }
}

const objectOf = ({ kind, id, created, model }: Head, part: string) => ({
  id,
  object: kind === 'chat' ? `chat.completion${part}` : 'text_completion',
  created,
  model,
})

/** A piece of an answer: its beginning (null), a text, or its end. */
export function chunk(
  head: Head,
  index: number,
  piece: { readonly text: string | null } | { readonly finish: FinishReason; readonly remarks: Remarks },
): object {
  const ended = 'finish' in piece ? finishOf(piece.finish) : null
  const text = 'finish' in piece ? '' : piece.text
  const delta = 'finish' in piece ? {} : text === null ? { role: 'assistant', content: '' } : { content: text }
  return {
    ...objectOf(head, '.chunk'),
    choices: [
      { index, ...(head.kind === 'chat' ? { delta } : { text: text ?? '' }), logprobs: null, finish_reason: ended },
    ],
    ...('finish' in piece && { terakoya: piece.remarks }),
  }
}

/** The last piece where usage was asked for. */
export const usageChunk = (head: Head, usage: Usage): object => ({ ...objectOf(head, '.chunk'), choices: [], usage })

export const modelObject = ({ id, created }: { readonly id: string; readonly created: number }): object => ({
  id,
  object: 'model',
  created,
  owned_by: 'terakoya',
})
