import { randomInt } from 'node:crypto'
import {
  textOfAnswer,
  UserError,
  type Conversation,
  type ConversationAnswer,
  type ConversationTurn,
  type GenerationSettings,
  type TurnId,
} from '../contract/index.ts'
import { MAX_TURNS } from './conversation-file.ts'

/** Of all questions and answers of one conversation. */
const MAX_CHARACTERS = 9_000_000
const NAME_CHARACTERS = 40
/** Seeds that the settings allow end here. */
const MAX_SEED = 2 ** 31 - 1

/** Changes one answer. Throws UserError 'conversation/no-turn'. */
export function withAnswer(
  conversation: Conversation,
  id: TurnId,
  column: number,
  change: (answer: ConversationAnswer) => ConversationAnswer,
): Conversation {
  if (!conversation.turns.find((turn) => turn.id === id)?.answers[column]) throw new UserError('conversation/no-turn')
  return {
    ...conversation,
    turns: conversation.turns.map((turn) =>
      turn.id === id
        ? { ...turn, answers: turn.answers.map((answer, index) => (index === column ? change(answer) : answer)) }
        : turn,
    ),
  }
}

/** Answers that nobody makes any more have ended. */
export const ended = (turn: ConversationTurn): ConversationTurn => ({
  ...turn,
  answers: turn.answers.map((answer) =>
    answer.state.kind === 'pending'
      ? { ...answer, state: { kind: 'done', answer: cancelled(answer.state.text) } }
      : answer,
  ),
})

const cancelled = (text: string) => ({
  text,
  finish: 'cancelled' as const,
  tokenCount: 0,
  tokensPerSecond: 0,
  droppedTurns: 0,
  firstTextMs: null,
})

/** Throws UserError 'conversation/full'. */
export function requireRoom({ turns }: Conversation): void {
  const characters = turns.reduce(
    (sum, { question, answers }) =>
      answers.reduce((all, { state }) => all + textOfAnswer(state).length, sum + question.length),
    0,
  )
  if (turns.length >= MAX_TURNS || characters > MAX_CHARACTERS) throw new UserError('conversation/full')
}

/** All columns roll the same dice. */
export const withOneSeed = (settings: GenerationSettings): GenerationSettings =>
  settings['prediction.do_sample'] && settings['prediction.seed'] < 0
    ? { ...settings, 'prediction.seed': randomInt(MAX_SEED) }
    : settings

/** The beginning of the first line that says something. */
export function nameFrom(question: string): string {
  const line =
    question
      .split(/\r\n|\r|\n/)
      .find((each) => each.trim() !== '')
      ?.trim() ?? ''
  const characters = [...line]
  return characters.length > NAME_CHARACTERS ? `${characters.slice(0, NAME_CHARACTERS).join('')}…` : line
}
