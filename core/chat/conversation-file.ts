// A conversation's file: `conversations/<id>.json` of the library. It may have been edited, cut or copied from
// elsewhere, so that nothing of it is used before the schema has parsed it.
import { z } from 'zod'
import {
  ChatColumn,
  ChatColumns,
  MAX_CHAT_COLUMNS,
  MAX_CONVERSATION_NAME,
  TurnId,
  Vote,
  type Conversation,
} from '../contract/index.ts'
import { StoredError } from '../engine/stored-error.ts'
import { defineStored } from '../files/stored.ts'

/** A file of more is not read; long before, `conversation/full` refuses another question. */
export const MAX_FILE_BYTES = 64_000_000
export const MAX_TURNS = 5000

const time = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)))
  .transform((text) => new Date(text).toISOString())
const count = z.number().int().nonnegative()

const TimedAnswer = z.object({
  text: z.string(),
  finish: z.enum(['stop', 'length', 'context', 'cancelled']),
  tokenCount: count,
  tokensPerSecond: z.number().nonnegative(),
  droppedTurns: count,
  firstTextMs: z.number().nonnegative().nullable(),
})

const State = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pending'), text: z.string() }),
  z.object({ kind: z.literal('done'), answer: TimedAnswer }),
  z.object({
    kind: z.literal('failed'),
    text: z.string(),
    error: StoredError.catch({ code: 'internal', facts: { message: '' } }),
  }),
])

const Turn = z.object({
  id: TurnId,
  parent: TurnId.nullable(),
  question: z.string(),
  askedAt: time,
  answers: z
    .array(z.object({ by: ChatColumn, state: State, vote: Vote.nullable().catch(null).default(null) }))
    .max(MAX_CHAT_COLUMNS),
})

/** All but the id, which is the file's name. */
export type StoredConversation = Omit<Conversation, 'id'>

const ConversationFile: z.ZodType<StoredConversation> = z.object({
  name: z.string().transform((name) => name.slice(0, MAX_CONVERSATION_NAME)),
  createdAt: time,
  updatedAt: time,
  isPinned: z.boolean().catch(false).default(false),
  system: z.string().default(''),
  columns: ChatColumns,
  turns: z.array(Turn).max(MAX_TURNS),
  current: TurnId.nullable().catch(null).default(null),
})

export const conversationFile = defineStored({
  name: 'conversation.json',
  schema: ConversationFile,
  migrations: [],
  maxBytes: MAX_FILE_BYTES,
  missing: 'conversation/not-found',
  damaged: 'conversation/damaged',
})

/** The name alone, also of a file that is damaged otherwise. */
export const conversationName = defineStored({
  name: 'conversation-name.json',
  schema: z.object({ name: z.string().transform((name) => name.slice(0, MAX_CONVERSATION_NAME)) }),
  migrations: [],
  maxBytes: MAX_FILE_BYTES,
  later: 'read',
})
