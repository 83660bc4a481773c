import {
  textOfAnswer,
  type AppError,
  type Conversation,
  type ConversationAnswer,
  type TurnId,
} from '../contract/index.ts'
import type { ChatEvent } from './chat-service.ts'

/** The answers of one question on their way. */
export class Answers {
  readonly turn: TurnId
  readonly #before: readonly ConversationAnswer[]
  readonly #texts: string[]
  readonly #firstText = new Map<number, number>()
  readonly #ended = new Map<number, ConversationAnswer>()
  readonly #isAsked: boolean
  readonly #startMs: number
  readonly #now: () => Date

  constructor(
    { turns }: Conversation,
    turn: TurnId,
    { isAsked, now }: { readonly isAsked: boolean; readonly now: () => Date },
  ) {
    this.turn = turn
    this.#before = turns.find(({ id }) => id === turn)?.answers ?? []
    this.#texts = this.#before.map(({ state }) => textOfAnswer(state))
    this.#isAsked = isAsked
    this.#now = now
    this.#startMs = now().getTime()
  }

  sourceOf(column: number) {
    return (this.#before[column] as ConversationAnswer).by.source
  }

  add(column: number, text: string): void {
    if (!this.#firstText.has(column)) this.#firstText.set(column, this.#now().getTime() - this.#startMs)
    this.#texts[column] += text
  }

  /** An answer that goes on keeps what it had said; one that fails keeps what has come. */
  end(column: number, event: Exclude<ChatEvent, { kind: 'token' }>): ConversationAnswer {
    const before = this.#before[column] as ConversationAnswer
    const text = this.#texts[column] ?? ''
    const had = textOfAnswer(before.state)
    const answer: ConversationAnswer = {
      ...before,
      state:
        event.kind === 'failed'
          ? { kind: 'failed', text, error: event.error }
          : {
              kind: 'done',
              answer: {
                ...event.answer,
                text: had + event.answer.text,
                firstTextMs: this.#firstText.get(column) ?? null,
              },
            },
    }
    this.#ended.set(column, answer)
    return answer
  }

  /** Why no column could read the question; null where one could. */
  tooLong(): AppError | null {
    const states = [...this.#ended.values()].map(({ state }) => state)
    const errors = states.flatMap((state) => (state.kind === 'failed' ? [state.error] : []))
    const isAll = this.#isAsked && states.length === this.#before.length
    return isAll && errors.length === states.length && errors.every(({ code }) => code === 'chat/too-long')
      ? (errors[0] ?? null)
      : null
  }
}
