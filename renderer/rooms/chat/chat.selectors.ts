import type {
  AppError,
  ChatAnswer,
  ChatMessage,
  ChatSource,
  ExperimentSummary,
  ModelSummary,
} from '../../../core/contract/index.ts'

export type Answer =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'streaming'; readonly text: string }
  | { readonly kind: 'done'; readonly answer: ChatAnswer }
  | { readonly kind: 'failed'; readonly text: string; readonly error: AppError }

/** One column's answer, and who gave it: the column's source may change later. */
export interface GivenAnswer {
  readonly source: string
  readonly answer: Answer
}

export interface Turn {
  readonly id: string
  readonly question: string
  /** One a column, left to right. */
  readonly answers: readonly GivenAnswer[]
}

/** A source as one string, for pickers and for remembering: `model:<id>` or `experiment:<id>`. */
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
/** True where an experiment's model answers. */
export const isTrainedSource = (key: string): boolean => parseSource(key).kind === 'experiment'

/**
 * The two sources to begin with: the base model, and beside it the experiment that was asked for or the newest trained
 * one. Without an experiment, and where a model itself was asked for (`model:<id>`), the second column stays empty.
 */
export function defaultSources(
  experiments: readonly ExperimentSummary[],
  models: readonly ModelSummary[],
  wanted: string | null,
): readonly [string | null, string | null] {
  if (models.some(({ id }) => wanted === `model:${id}`)) return [wanted, null]
  const experiment = experiments.find(({ id }) => id === wanted) ?? experiments[0]
  const base = models.find(({ name }) => name === experiment?.modelName) ?? models[0]
  return [base ? `model:${base.id}` : null, experiment ? `experiment:${experiment.id}` : null]
}

/**
 * What a column's source is sent: with `carriesOn` the turns that this same source has answered, then the question.
 * Turns that failed or were answered by another source are left out.
 */
export function messagesFor(
  turns: readonly Turn[],
  column: number,
  source: string,
  question: string,
  carriesOn: boolean,
): ChatMessage[] {
  const earlier = carriesOn ? turns : []
  const history = earlier.flatMap((turn): ChatMessage[] => {
    const given = turn.answers[column]
    if (given?.source !== source || given.answer.kind !== 'done' || given.answer.answer.text === '') return []
    return [
      { role: 'user', content: turn.question },
      { role: 'assistant', content: given.answer.answer.text },
    ]
  })
  return [...history, { role: 'user', content: question }]
}

/** True while any column of the turn still waits for text. */
export const isAnswering = (turn: Turn | undefined): boolean =>
  turn?.answers.some(({ answer }) => answer.kind === 'waiting' || answer.kind === 'streaming') ?? false

export const textOf = (answer: Answer): string =>
  answer.kind === 'done' ? answer.answer.text : answer.kind === 'waiting' ? '' : answer.text

/** What an answer becomes when the user stops it. */
export const cancelled = (answer: Answer): Answer =>
  answer.kind === 'waiting' || answer.kind === 'streaming'
    ? {
        kind: 'done',
        answer: { text: textOf(answer), finish: 'cancelled', tokenCount: 0, tokensPerSecond: 0, droppedTurns: 0 },
      }
    : answer

interface KeyPress {
  readonly key: string
  readonly shiftKey: boolean
  readonly keyCode: number
  readonly isComposing: boolean
}

/**
 * True for the Enter that sends: not with Shift, and never the Enter that accepts an IME's conversion (keyCode 229
 * where a browser ends composing first).
 */
export const isSendKey = ({ key, shiftKey, keyCode, isComposing }: KeyPress): boolean =>
  key === 'Enter' && !shiftKey && !isComposing && keyCode !== 229
