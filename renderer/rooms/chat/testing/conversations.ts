import type {
  AnswerState,
  ChatColumn,
  Conversation,
  ConversationId,
  ConversationTurn,
  TimedAnswer,
  TurnId,
} from '../../../../core/contract/index.ts'

/** Things of a conversation, as small as they may be. */
export const base: ChatColumn = { source: { kind: 'model', modelId: 'base' as never }, name: 'ベース' }
export const run: ChatColumn = { source: { kind: 'experiment', experimentId: 'x1' as never }, name: '実験' }

export const answered = (text: string, changes: Partial<TimedAnswer> = {}): TimedAnswer => ({
  text,
  finish: 'stop',
  tokenCount: 2,
  tokensPerSecond: 10,
  droppedTurns: 0,
  firstTextMs: 40,
  ...changes,
})
export const done = (text: string): AnswerState => ({ kind: 'done', answer: answered(text) })

export const turnId = (number: number): TurnId => `00000000-${number}` as TurnId

export const aTurn = (
  number: number,
  parent: number | null,
  question: string,
  states: readonly AnswerState[],
): ConversationTurn => ({
  id: turnId(number),
  parent: parent === null ? null : turnId(parent),
  question,
  askedAt: '2026-01-01T00:00:00Z',
  answers: states.map((state, index) => ({ by: index === 0 ? base : run, state, vote: null })),
})

export const aConversation = (changes: Partial<Conversation> = {}): Conversation => ({
  id: 'c20260101-000000000000' as ConversationId,
  name: '会話',
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  isPinned: false,
  system: '',
  columns: [base, run],
  turns: [],
  current: null,
  ...changes,
})
