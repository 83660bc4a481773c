import { randomBytes } from 'node:crypto'
import type { Language } from '../../texts/index.ts'
import {
  endOfBranch,
  messagesFor,
  textOfAnswer,
  UserError,
  type ChatMessage,
  type Conversation,
  type ConversationId,
  type ConversationSummary,
  type ConversationTurn,
  type Events,
  type GenerationSettings,
  type TurnId,
} from '../contract/index.ts'
import { Answers } from './answers.ts'
import type { ChatEvent, ChatService } from './chat-service.ts'
import { ended, nameFrom, requireRoom, withAnswer, withOneSeed } from './conversation-changes.ts'
import { ConversationStore, summaryOf } from './conversation-store.ts'

type ConversationEvent = Extract<keyof Events, `conversations.${string}`>
export interface ConversationServiceOptions {
  readonly folder: string
  readonly trashFolder: string
  /** False where another studio writes: conversations then live as long as this service. */
  readonly isWritable: boolean
  readonly chat: Pick<ChatService, 'answer'>
  readonly emit: <N extends ConversationEvent>(name: N, payload: Events[N]) => void
  readonly language: () => Language
  readonly now?: () => Date
}

interface How {
  readonly settings: GenerationSettings
  readonly historyTurns: number
  readonly maxSeconds: number
}

interface Asked {
  readonly turn: TurnId
  /** What is asked, and the column whose answer it becomes. */
  readonly targets: readonly { readonly column: number; readonly messages: readonly ChatMessage[] }[]
  readonly settings: GenerationSettings
  readonly maxSeconds: number
}

interface Running {
  readonly turn: TurnId
  readonly call: ReturnType<ChatService['answer']>
  readonly over: Promise<void>
}

/** Every change of the conversations, and their questions under way. */
export class ConversationBook {
  readonly store: ConversationStore
  readonly #options: ConversationServiceOptions
  readonly #now: () => Date
  readonly #running = new Map<ConversationId, Running>()
  readonly #queues = new Map<ConversationId, Promise<unknown>>()

  constructor(options: ConversationServiceOptions) {
    this.#options = options
    this.#now = options.now ?? (() => new Date())
    this.store = new ConversationStore(options)
  }

  /** As it stands in the file; answers that nobody makes any more have ended with their studio. */
  async read(id: ConversationId): Promise<Conversation> {
    const conversation = await this.store.read(id)
    const asked = this.#running.get(id)?.turn
    return { ...conversation, turns: conversation.turns.map((turn) => (turn.id === asked ? turn : ended(turn))) }
  }

  async create(begun: Pick<Conversation, 'columns' | 'system'>): Promise<Conversation> {
    const now = this.#now().toISOString()
    const conversation: Conversation = {
      id: `c${now.slice(0, 10).replaceAll('-', '')}-${randomBytes(6).toString('hex')}` as ConversationId,
      name: '',
      createdAt: now,
      updatedAt: now,
      isPinned: false,
      ...begun,
      turns: [],
      current: null,
    }
    await this.store.write(conversation)
    this.#tell(conversation)
    return conversation
  }

  change(id: ConversationId, change: (conversation: Conversation) => Conversation): Promise<Conversation> {
    return this.#inTurn(id, async () => {
      const conversation = change(await this.read(id))
      await this.store.write(conversation)
      this.#tell(conversation)
      return conversation
    })
  }

  ask(
    id: ConversationId,
    asked: { readonly turn: TurnId; readonly parent: TurnId | null; readonly question: string },
    { settings, historyTurns, maxSeconds }: How,
  ): Promise<Conversation> {
    const { turn, parent, question } = asked
    return this.#begin(id, (conversation) => {
      if (parent !== null && !conversation.turns.some((one) => one.id === parent))
        throw new UserError('conversation/no-turn')
      requireRoom(conversation)
      const targets = conversation.columns.map((_, column) => ({
        column,
        messages: messagesFor(conversation, { parent, column, question, historyTurns }),
      }))
      const added: ConversationTurn = {
        id: turn,
        parent,
        question,
        askedAt: this.#now().toISOString(),
        answers: conversation.columns.map((by) => ({ by, state: { kind: 'pending', text: '' }, vote: null })),
      }
      return {
        conversation: {
          ...conversation,
          name: conversation.name || nameFrom(question),
          turns: [...conversation.turns, added],
          current: turn,
        },
        asked: { turn, targets, settings, maxSeconds },
      }
    })
  }

  goOn(
    id: ConversationId,
    { turn, column }: { readonly turn: TurnId; readonly column: number },
    { settings, historyTurns, maxSeconds }: How,
  ): Promise<Conversation> {
    return this.#begin(id, (conversation) => {
      const found = conversation.turns.find((one) => one.id === turn)
      const begun = found?.answers[column]
      if (!found || !begun) throw new UserError('conversation/no-turn')
      const text = textOfAnswer(begun.state)
      const { parent, question } = found
      const messages = [
        ...messagesFor(conversation, { parent, column, question, historyTurns }),
        ...(text === '' ? [] : [{ role: 'assistant' as const, content: text }]),
      ]
      return {
        conversation: {
          ...withAnswer(conversation, turn, column, (answer) => ({ ...answer, state: { kind: 'pending', text } })),
          current: endOfBranch(conversation.turns, turn),
        },
        asked: { turn, targets: [{ column, messages }], settings, maxSeconds },
      }
    })
  }

  stop(id: ConversationId): void {
    this.#running.get(id)?.call.cancel()
  }

  async remove(id: ConversationId): Promise<void> {
    await this.#end(id)
    await this.#inTurn(id, () => this.store.trash(id))
    this.#options.emit('conversations.removed', { id })
  }

  async restore(id: ConversationId): Promise<ConversationSummary> {
    await this.#inTurn(id, () => this.store.restore(id))
    // A damaged one comes back damaged.
    const summary = (await this.store.list()).find((known) => known.summary.id === id)?.summary
    if (!summary) throw new UserError('conversation/not-found', { id })
    this.#options.emit('conversations.changed', summary)
    return summary
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.#end(id)))
    await Promise.allSettled(this.#queues.values())
  }

  async #end(id: ConversationId): Promise<void> {
    const running = this.#running.get(id)
    running?.call.cancel()
    await running?.over
  }

  /** Writes the question down, then asks it. */
  #begin(
    id: ConversationId,
    prepare: (conversation: Conversation) => { readonly conversation: Conversation; readonly asked: Asked },
  ): Promise<Conversation> {
    return this.#inTurn(id, async () => {
      if (this.#running.has(id)) throw new UserError('conversation/busy')
      const { conversation, asked } = prepare(await this.read(id))
      const dated = { ...conversation, updatedAt: this.#now().toISOString() }
      await this.store.write(dated)
      this.#tell(dated)
      this.#start(dated, asked)
      return dated
    })
  }

  #start(conversation: Conversation, { turn, targets, settings, maxSeconds }: Asked): void {
    const { id, columns } = conversation
    const answers = new Answers(conversation, turn, { isAsked: targets.length === columns.length, now: this.#now })
    const call = this.#options.chat.answer(
      {
        targets: targets.map(({ column, messages }) => ({ source: answers.sourceOf(column), messages })),
        settings: withOneSeed(settings),
      },
      (event) => {
        const column = targets[event.target]?.column
        if (column !== undefined) this.#hear(id, answers, column, event)
      },
    )
    const timer = maxSeconds > 0 ? setTimeout(() => call.cancel(), maxSeconds * 1000) : undefined
    const over = call.settled
      // What was heard is written first.
      .then(() => this.#queues.get(id))
      .then(() => this.#withdraw(id, answers))
      .catch(() => undefined)
      .finally(() => {
        clearTimeout(timer)
        this.#running.delete(id)
      })
    this.#running.set(id, { turn, call, over })
  }

  #hear(id: ConversationId, answers: Answers, column: number, event: ChatEvent): void {
    const { turn } = answers
    if (event.kind === 'token') {
      answers.add(column, event.text)
      return this.#options.emit('conversations.text', { id, turn, column, text: event.text })
    }
    const answer = answers.end(column, event)
    this.#options.emit('conversations.answered', { id, turn, column, answer })
    // A disk that is full is told at the next question; the answer is in view.
    void this.change(id, (conversation) =>
      withAnswer(conversation, turn, column, ({ by, vote }) => ({ by, vote, state: answer.state })),
    ).catch(() => undefined)
  }

  /** A question that was too long for everybody goes back to who asked it. */
  async #withdraw(id: ConversationId, answers: Answers): Promise<void> {
    const error = answers.tooLong()
    if (!error) return
    const { turn } = answers
    const conversation = await this.change(id, ({ turns, ...rest }) => ({
      ...rest,
      name: turns.length > 1 ? rest.name : '',
      turns: turns.filter((one) => one.id !== turn),
      current: turns.find((one) => one.id === turn)?.parent ?? null,
    }))
    this.#options.emit('conversations.withdrawn', { id, turn, error, conversation })
  }

  #tell(conversation: Conversation): void {
    // One that was never asked anything is not worth a line.
    if (conversation.turns.length > 0) this.#options.emit('conversations.changed', summaryOf(conversation))
  }

  #inTurn<T>(id: ConversationId, work: () => Promise<T>): Promise<T> {
    const result = (this.#queues.get(id) ?? Promise.resolve()).then(work)
    const settled = result
      .catch(() => undefined)
      .then(() => {
        if (this.#queues.get(id) === settled) this.#queues.delete(id)
      })
    this.#queues.set(id, settled)
    return result
  }
}
