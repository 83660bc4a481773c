import { z } from 'zod'
import { ChatSource, type ChatAnswer, type ChatMessage } from './chat.ts'
import { defineContract, type } from './define.ts'
import type { AppError } from './errors.ts'
import { PathToWrite } from './paths.ts'
import { GenerationSettings } from './settings.ts'

/** Sources that answer side by side. */
export const MAX_CHAT_COLUMNS = 4
/** Of one question or system text. */
export const MAX_QUESTION_CHARACTERS = 200_000
export const MAX_CONVERSATION_NAME = 120
const MAX_SOURCE_NAME = 200

export const ConversationId = z
  .string()
  .regex(/^c\d{8}-[0-9a-f]{12}$/)
  .brand<'ConversationId'>()
export type ConversationId = z.infer<typeof ConversationId>

export const TurnId = z
  .string()
  .regex(/^[0-9a-f-]{8,40}$/)
  .brand<'TurnId'>()
export type TurnId = z.infer<typeof TurnId>

/** Who answers in a column, with the name that it had when it was chosen: it may be deleted later. */
export const ChatColumn = z.object({ source: ChatSource, name: z.string().max(MAX_SOURCE_NAME) })
export type ChatColumn = z.infer<typeof ChatColumn>

export const ChatColumns = z.array(ChatColumn).min(1).max(MAX_CHAT_COLUMNS)

export const Vote = z.enum(['up', 'down'])
export type Vote = z.infer<typeof Vote>

/** An answer that has ended, with the milliseconds until its first text; null where it has none. */
export type TimedAnswer = ChatAnswer & { readonly firstTextMs: number | null }

/**
 * `pending`: it is being made. One that was cancelled is `done` with the reason `cancelled`, also where the studio
 * ended meanwhile.
 */
export type AnswerState =
  | { readonly kind: 'pending'; readonly text: string }
  | { readonly kind: 'done'; readonly answer: TimedAnswer }
  | { readonly kind: 'failed'; readonly text: string; readonly error: AppError }

export interface ConversationAnswer {
  readonly by: ChatColumn
  readonly state: AnswerState
  readonly vote: Vote | null
}

/** A question with its answers, one a column. Turns of the same parent are branches of the conversation. */
export interface ConversationTurn {
  readonly id: TurnId
  /** The turn before; null for a first one. */
  readonly parent: TurnId | null
  readonly question: string
  /** ISO 8601 */
  readonly askedAt: string
  readonly answers: readonly ConversationAnswer[]
}

export interface Conversation {
  readonly id: ConversationId
  readonly name: string
  /** ISO 8601 */
  readonly createdAt: string
  readonly updatedAt: string
  readonly isPinned: boolean
  /** What every answer keeps to; empty: nothing. */
  readonly system: string
  /** Who answers the next question. */
  readonly columns: readonly ChatColumn[]
  /** In the order in which they were asked. */
  readonly turns: readonly ConversationTurn[]
  /** The last turn of the branch in view; null: before the first. */
  readonly current: TurnId | null
}

export interface ConversationSummary {
  readonly id: ConversationId
  readonly name: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly isPinned: boolean
  readonly columnNames: readonly string[]
  /** Why its file cannot be read; null where it can. */
  readonly problem: AppError | null
}

/** The turns from the first to this one; empty for null and for one that is not there. */
export function turnsTo(turns: readonly ConversationTurn[], id: TurnId | null): ConversationTurn[] {
  const byId = new Map(turns.map((turn) => [turn.id, turn]))
  const path: ConversationTurn[] = []
  for (let turn = id === null ? undefined : byId.get(id); turn;) {
    path.push(turn)
    // A file that was edited by hand may lead in a circle.
    byId.delete(turn.id)
    turn = turn.parent === null ? undefined : byId.get(turn.parent)
  }
  return path.reverse()
}

/** The turns that follow the same one, in the order in which they were asked. */
export const branchesOf = (turns: readonly ConversationTurn[], parent: TurnId | null): ConversationTurn[] =>
  turns.filter((turn) => turn.parent === parent)

/** The end of the branch that goes through a turn: at every fork the one that was asked last. */
export function endOfBranch(turns: readonly ConversationTurn[], id: TurnId): TurnId {
  const passed = new Set<TurnId>()
  let end = id
  for (let next: ConversationTurn | undefined; (next = branchesOf(turns, end).at(-1)) && !passed.has(end);) {
    passed.add(end)
    end = next.id
  }
  return end
}

/** What an answer says so far. */
export const textOfAnswer = (state: AnswerState): string => (state.kind === 'done' ? state.answer.text : state.text)

/**
 * What a column is sent: the system text, the turns before `parent` and itself that the column has answered, and the
 * question. A column that was added later goes on from the first one's answers. Of the turns
 * before, the last `historyTurns` are sent: with 0 every question stands alone.
 */
export function messagesFor(
  { system, turns }: Pick<Conversation, 'system' | 'turns'>,
  {
    parent,
    column,
    question,
    historyTurns,
  }: {
    readonly parent: TurnId | null
    readonly column: number
    readonly question: string
    readonly historyTurns: number
  },
): ChatMessage[] {
  const history = (historyTurns > 0 ? turnsTo(turns, parent).slice(-historyTurns) : []).flatMap(
    (turn): ChatMessage[] => {
      const state = (turn.answers[column] ?? turn.answers[0])?.state
      const text = state?.kind === 'done' ? state.answer.text : ''
      if (text === '') return []
      return [
        { role: 'user', content: turn.question },
        { role: 'assistant', content: text },
      ]
    },
  )
  return [
    ...(system.trim() === '' ? [] : [{ role: 'system' as const, content: system }]),
    ...history,
    { role: 'user', content: question },
  ]
}

const ById = z.object({ id: ConversationId })
const System = z.string().max(MAX_QUESTION_CHARACTERS)
const Column = z
  .number()
  .int()
  .min(0)
  .max(MAX_CHAT_COLUMNS - 1)
/** H2O's num_history and max_time: turns that are sent before the question; seconds until an answer is ended, 0: never. */
export const MAX_HISTORY_TURNS = 1000
export const MAX_ANSWER_SECONDS = 600
const How = {
  settings: GenerationSettings,
  historyTurns: z.number().int().min(0).max(MAX_HISTORY_TURNS),
  maxSeconds: z.number().int().min(0).max(MAX_ANSWER_SECONDS),
}

export const ConversationFormat = z.enum(['markdown', 'json'])
export type ConversationFormat = z.infer<typeof ConversationFormat>

export const conversationsContract = defineContract({
  calls: {
    /** Pinned ones first, then the latest; with `query` those that have it in their name, questions or answers. */
    list: {
      input: z.object({ query: z.string().max(200).default('') }),
      output: type<readonly ConversationSummary[]>(),
    },
    /** Throws `conversation/not-found` and `conversation/damaged`, as every call with an id. */
    open: { input: ById, output: type<Conversation>() },
    create: { input: z.object({ columns: ChatColumns, system: System }), output: type<Conversation>() },
    change: {
      input: z.object({
        id: ConversationId,
        name: z.string().trim().min(1).max(MAX_CONVERSATION_NAME).exactOptional(),
        isPinned: z.boolean().exactOptional(),
        system: System.exactOptional(),
        columns: ChatColumns.exactOptional(),
        current: TurnId.nullable().exactOptional(),
      }),
      output: type<Conversation>(),
    },
    /**
     * Adds a turn after `parent`, and asks every column. Returns at once; answers come as events, and stand in the file
     * when they end. Throws `conversation/busy` while others are being made, `conversation/full`.
     */
    ask: {
      input: z.object({
        id: ConversationId,
        turn: TurnId,
        parent: TurnId.nullable(),
        question: z.string().trim().min(1).max(MAX_QUESTION_CHARACTERS),
        ...How,
      }),
      output: type<Conversation>(),
    },
    /** Lets the last answer of a column go on where it was cut off. */
    goOn: {
      input: z.object({ id: ConversationId, turn: TurnId, column: Column, ...How }),
      output: type<Conversation>(),
    },
    /** Cancels the answers that are being made. */
    stop: { input: ById, output: type<null>() },
    vote: {
      input: z.object({ id: ConversationId, turn: TurnId, column: Column, vote: Vote.nullable() }),
      output: type<Conversation>(),
    },
    /** Moves it to the trash. */
    remove: { input: ById, output: type<null>() },
    /** Throws `trash/not-found` and `trash/occupied`. */
    restore: { input: ById, output: type<ConversationSummary>() },
    /** Writes the branch in view to a file. */
    export: {
      input: z.object({ id: ConversationId, format: ConversationFormat, target: PathToWrite }),
      output: type<null>(),
    },
  },
  events: {
    changed: type<ConversationSummary>(),
    removed: type<{ readonly id: ConversationId }>(),
    /** Another studio changed the list. */
    listed: type<null>(),
    /** More text of an answer. */
    text: type<{
      readonly id: ConversationId
      readonly turn: TurnId
      readonly column: number
      readonly text: string
    }>(),
    /** An answer that has ended, as it stands in the file. */
    answered: type<{
      readonly id: ConversationId
      readonly turn: TurnId
      readonly column: number
      readonly answer: ConversationAnswer
    }>(),
    /** A question that was too long for every column is not kept. */
    withdrawn: type<{
      readonly id: ConversationId
      readonly turn: TurnId
      readonly error: AppError
      readonly conversation: Conversation
    }>(),
  },
})
