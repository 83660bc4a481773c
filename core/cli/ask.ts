import { randomUUID } from 'node:crypto'
import {
  UserError,
  type ChatAnswer,
  type ChatMessage,
  type ChatSource,
  type GenerationSettings,
} from '../contract/index.ts'
import type { CliContext } from './context.ts'

/** At most so many questions are answered side by side in one call. */
const TARGETS_PER_CALL = 4

export interface Question {
  readonly source: ChatSource
  readonly messages: readonly ChatMessage[]
}

/** Asks and waits for every answer, in the order of the questions. Throws UserError for the first that fails. */
export async function askAll(
  context: CliContext,
  questions: readonly Question[],
  settings: GenerationSettings,
  onToken?: (text: string) => void,
): Promise<ChatAnswer[]> {
  const answers: ChatAnswer[] = []
  for (let start = 0; start < questions.length; start += TARGETS_PER_CALL)
    answers.push(...(await askTogether(context, questions.slice(start, start + TARGETS_PER_CALL), settings, onToken)))
  return answers
}

function askTogether(
  context: CliContext,
  questions: readonly Question[],
  settings: GenerationSettings,
  onToken?: (text: string) => void,
): Promise<ChatAnswer[]> {
  const requestId = randomUUID()
  const answers = new Map<number, ChatAnswer>()
  return new Promise((resolve, reject) => {
    const ends = [
      context.on('chat.token', (event) => {
        if (event.requestId === requestId) onToken?.(event.text)
      }),
      context.on('chat.done', (event) => {
        if (event.requestId !== requestId) return
        answers.set(event.target, event.answer)
        if (answers.size === questions.length)
          finish(() => resolve(questions.map((_, index) => answers.get(index) as ChatAnswer)))
      }),
      context.on('chat.failed', (event) => {
        if (event.requestId === requestId) finish(() => reject(new UserError(event.error.code, event.error.facts)))
      }),
    ]
    const finish = (settle: () => void) => {
      for (const end of ends) end()
      settle()
    }
    const targets = questions.map(({ source, messages }) => ({ source, messages: [...messages] }))
    context.call('chat.ask', { requestId, targets, settings }).catch((error: Error) => finish(() => reject(error)))
  })
}
