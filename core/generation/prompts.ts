import { UserError, type ChatMessage } from '../contract/index.ts'
import { literalText, readingLiterals, type Tokenizer } from '../tokenizers/index.ts'
import { encodePrompt, type SampleFormat } from '../samples/sample-format.ts'

/**
 * The conversation cut to `maxTokens` by leaving out its oldest turns (a question with its answer); a system message
 * stays. Throws UserError `chat/no-question` where there is none, `chat/too-long` where the last question alone is
 * longer.
 */
export function fitConversation(
  messages: readonly ChatMessage[],
  format: SampleFormat,
  tokenizer: Tokenizer,
  maxTokens: number,
): { ids: number[]; droppedTurns: number } {
  const system = messages.filter(({ role }) => role === 'system')
  const turns = messages.filter(({ role }) => role !== 'system')
  if (!turns.some(({ role }) => role === 'user')) throw new UserError('chat/no-question')
  for (let first = 0; first < turns.length; first++) {
    if (turns[first]?.role !== 'user') continue
    const ids = encodePrompt(tokenizer, format, [...system, ...turns.slice(first)])
    if (ids.length <= maxTokens)
      return { ids, droppedTurns: turns.slice(0, first).filter(({ role }) => role === 'user').length }
  }
  throw new UserError('chat/too-long', { limit: maxTokens })
}

/**
 * The same for what strangers write: special tokens in a message are ordinary text. Only the format's own marks count.
 */
export const fitForeignConversation = (
  messages: readonly ChatMessage[],
  format: SampleFormat,
  tokenizer: Tokenizer,
  maxTokens: number,
): ReturnType<typeof fitConversation> =>
  fitConversation(
    messages.map(({ role, content }) => ({ role, content: literalText(tokenizer, content) })),
    format,
    readingLiterals(tokenizer),
    maxTokens,
  )
