import {
  branchesOf,
  textOfAnswer,
  turnsTo,
  type ChatColumn,
  type ChatSource,
  type Conversation,
  type ConversationAnswer,
  type ConversationTurn,
  type ExperimentSummary,
  type ModelSummary,
  type TurnId,
} from '../../../core/contract/index.ts'

/**
 * A source as one string, for pickers: `model:<id>` or `experiment:<id>`. Its checkpoint and its adapter are chosen
 * apart.
 */
export const sourceKey = (source: ChatSource): string =>
  source.kind === 'model' ? `model:${source.modelId}` : `experiment:${source.experimentId}`

/** Back from `sourceKey`. */
export function parseSource(key: string): ChatSource {
  const split = key.indexOf(':')
  const id = key.slice(split + 1)
  return (
    key.startsWith('model:') ? { kind: 'model', modelId: id } : { kind: 'experiment', experimentId: id }
  ) as ChatSource
}

/** True where what was trained answers. */
export const isTrained = (source: ChatSource): boolean => source.kind === 'experiment' && source.adapter !== 'off'

/**
 * The columns to begin with: the base model, and beside it the experiment that was asked for or the newest trained
 * one. Without an experiment, and where a model itself was asked for (`model:<id>`), there is one column.
 */
export function defaultColumns(
  experiments: readonly ExperimentSummary[],
  models: readonly ModelSummary[],
  wanted: string | null,
): readonly ChatColumn[] {
  const column = ({ id, name }: ModelSummary): ChatColumn => ({ source: { kind: 'model', modelId: id }, name })
  const model = models.find(({ id }) => wanted === `model:${id}`)
  if (model) return [column(model)]
  const experiment = experiments.find(({ id }) => id === wanted) ?? experiments[0]
  const base = models.find(({ name }) => name === experiment?.modelName) ?? models[0]
  return [
    ...(base ? [column(base)] : []),
    ...(experiment
      ? [{ source: { kind: 'experiment' as const, experimentId: experiment.id }, name: experiment.name }]
      : []),
  ]
}

/** The turns in view. */
export const pathOf = (conversation: Conversation | null): readonly ConversationTurn[] =>
  conversation ? turnsTo(conversation.turns, conversation.current) : []

/** The turn whose answers are being made; null where none are. */
export const answeringTurn = (conversation: Conversation | null): ConversationTurn | null =>
  conversation?.turns.find(({ answers }) => answers.some(({ state }) => state.kind === 'pending')) ?? null

/** Which branch of how many a turn is, and its neighbours. */
export function branchOf(conversation: Conversation, turn: ConversationTurn) {
  const branches = branchesOf(conversation.turns, turn.parent)
  const index = branches.findIndex(({ id }) => id === turn.id)
  return {
    number: index + 1,
    count: branches.length,
    before: branches[index - 1]?.id ?? null,
    after: branches[index + 1]?.id ?? null,
  }
}

/** Changes one answer of a conversation. */
export const withAnswer = (
  conversation: Conversation,
  turnId: TurnId,
  column: number,
  change: (answer: ConversationAnswer) => ConversationAnswer,
): Conversation => ({
  ...conversation,
  turns: conversation.turns.map((turn) =>
    turn.id === turnId
      ? { ...turn, answers: turn.answers.map((answer, index) => (index === column ? change(answer) : answer)) }
      : turn,
  ),
})

/** A conversation after a question was sent, before anything has come. */
export const withQuestion = (
  conversation: Conversation,
  asked: Pick<ConversationTurn, 'id' | 'parent' | 'question'>,
): Conversation => ({
  ...conversation,
  turns: [
    ...conversation.turns,
    {
      ...asked,
      askedAt: new Date().toISOString(),
      answers: conversation.columns.map((by) => ({ by, state: { kind: 'pending', text: '' }, vote: null })),
    },
  ],
  current: asked.id,
})

/** What an answer shows: nothing yet, text that grows, or its end. */
export const stateOf = ({ state }: ConversationAnswer): 'waiting' | 'streaming' | 'done' | 'failed' =>
  state.kind === 'pending' ? (state.text === '' ? 'waiting' : 'streaming') : state.kind

/** Why an answer may go on: it was cut off, or stopped after its first words. */
export const canGoOn = ({ state }: ConversationAnswer): boolean =>
  textOfAnswer(state) !== '' &&
  (state.kind === 'failed' || (state.kind === 'done' && ['length', 'cancelled'].includes(state.answer.finish)))

export type SendKey = 'enter' | 'modEnter'

interface KeyPress {
  readonly key: string
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly keyCode: number
  readonly isComposing: boolean
}

/**
 * True for the Enter that sends: alone, or with Ctrl or Command where that was chosen. Never the Enter that accepts an
 * IME's conversion (keyCode 229 where a browser ends composing first).
 */
export const isSendKey = (
  { key, shiftKey, ctrlKey, metaKey, keyCode, isComposing }: KeyPress,
  sendKey: SendKey = 'enter',
): boolean =>
  key === 'Enter' && !isComposing && keyCode !== 229 && !shiftKey && (ctrlKey || metaKey || sendKey === 'enter')
