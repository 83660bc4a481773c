import { writeFileAtomic } from '../files/atomic.ts'
import { UserError, type Handlers } from '../contract/index.ts'
import { ConversationBook, type ConversationServiceOptions } from './conversation-book.ts'
import { withAnswer } from './conversation-changes.ts'
import { exportedConversation } from './conversation-export.ts'
import { plainWords } from './conversation-store.ts'

type ConversationHandlers = { [N in keyof Handlers as N extends `conversations.${infer C}` ? C : never]: Handlers[N] }

export interface ConversationService extends ConversationHandlers {
  /** Stops the answers that are being made, and settles when all that has come is in the files. */
  close(): Promise<void>
}

/** Conversations on disk. Changes of one follow each other; one is asked one question at a time. */
export function createConversationService(options: ConversationServiceOptions): ConversationService {
  const book = new ConversationBook(options)
  return {
    async list({ query }) {
      const words = plainWords(query.trim())
      // One that was never asked anything has no name, and is not worth a line.
      const found = (await book.store.list()).filter(
        (known) => known.summary.name !== '' && known.words.includes(words),
      )
      return found
        .map(({ summary }) => summary)
        .sort((a, b) => Number(b.isPinned) - Number(a.isPinned) || b.updatedAt.localeCompare(a.updatedAt))
    },
    open: ({ id }) => book.read(id),
    create: ({ columns, system }) => book.create({ columns, system }),
    change: ({ id, ...changes }) =>
      book.change(id, (conversation) => {
        if (changes.current && !conversation.turns.some((turn) => turn.id === changes.current))
          throw new UserError('conversation/no-turn')
        return { ...conversation, ...changes }
      }),
    ask: ({ id, turn, parent, question, ...how }) => book.ask(id, { turn, parent, question }, how),
    goOn: ({ id, turn, column, ...how }) => book.goOn(id, { turn, column }, how),
    async stop({ id }) {
      book.stop(id)
      return null
    },
    vote: ({ id, turn, column, vote }) =>
      book.change(id, (conversation) => withAnswer(conversation, turn, column, (answer) => ({ ...answer, vote }))),
    async remove({ id }) {
      await book.remove(id)
      return null
    },
    restore: ({ id }) => book.restore(id),
    async export({ id, format, target }) {
      await writeFileAtomic(target, exportedConversation(await book.read(id), format, options.language()))
      return null
    },
    close: () => book.close(),
  }
}
