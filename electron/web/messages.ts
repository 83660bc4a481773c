import { z } from 'zod'
import { MAX_PARTS, PART_CHARACTERS, type MessagePart } from '../wire/message-parts.ts'

const Id = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
const Call = z.object({ id: Id, name: z.string().min(1).max(100), input: z.unknown() })
const Part = z.object({
  id: Id,
  part: z.number().int().nonnegative(),
  parts: z.number().int().min(2).max(MAX_PARTS),
  text: z.string().max(PART_CHARACTERS),
})
const WithId = z.object({ id: Id })

export interface Call {
  readonly id: number
  readonly name: string
  readonly input: unknown
}

/** What a text from the socket is: JSON or not, and where it is no call, whether it can be answered. */
export type Message =
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'part'; readonly part: MessagePart }
  | { readonly kind: 'invalid'; readonly id: number; readonly path: string; readonly problem: string }
  | { readonly kind: 'unanswerable' }
  | { readonly kind: 'not-json' }

/** Parses a text from outside. Never throws. */
export function parseMessage(text: string): Message {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'not-json' }
  }
  const isPart = typeof value === 'object' && value !== null && Object.hasOwn(value, 'part')
  const parsed = (isPart ? Part : Call).safeParse(value)
  if (parsed.success)
    return isPart ? { kind: 'part', part: parsed.data as MessagePart } : { kind: 'call', call: parsed.data as Call }
  const { data } = WithId.safeParse(value)
  const issue = parsed.error.issues[0]
  return data
    ? { kind: 'invalid', id: data.id, path: issue?.path.join('.') ?? '', problem: issue?.message ?? '' }
    : { kind: 'unanswerable' }
}
