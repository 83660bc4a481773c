import { UserError, type ChatMessage } from '../contract/index.ts'
import type { Tokenizer } from '../tokenizers/index.ts'

/** How a question is written for a model: its own chat template, or H2O's markers taken literally. */
export type PromptFormat =
  | { readonly kind: 'template' }
  | { readonly kind: 'h2o'; readonly promptStart: string; readonly answerSeparator: string }

/** Token ids of a conversation up to where the answer begins. Throws UserError `model/no-template` where the model has no chat template. */
export function encodeConversation(messages: readonly ChatMessage[], format: PromptFormat, tokenizer: Tokenizer): number[] {
  if (format.kind === 'template') {
    if (!tokenizer.chatTemplate) throw new UserError('model/no-template', {})
    return tokenizer.encode(tokenizer.chatTemplate.render(messages, { addGenerationPrompt: true }))
  }
  const end = tokenizer.special.eos === undefined ? [] : [tokenizer.special.eos]
  return messages.flatMap(({ role, content }) =>
    role === 'assistant'
      ? [...tokenizer.encode(content), ...end]
      : [...tokenizer.encode(format.promptStart + content), ...end, ...tokenizer.encode(format.answerSeparator)])
}

/**
 * The conversation cut to `maxTokens` by leaving out its oldest turns (a question with its answer); a system message stays.
 * Throws UserError `chat/too-long` where the last question alone is longer.
 */
export function fitConversation(messages: readonly ChatMessage[], format: PromptFormat, tokenizer: Tokenizer, maxTokens: number): { ids: number[]; droppedTurns: number } {
  const system = messages.filter(({ role }) => role === 'system')
  const turns = messages.filter(({ role }) => role !== 'system')
  for (let first = 0; first < turns.length; first++) {
    if (turns[first]?.role !== 'user') continue
    const ids = encodeConversation([...system, ...turns.slice(first)], format, tokenizer)
    if (ids.length <= maxTokens) return { ids, droppedTurns: turns.slice(0, first).filter(({ role }) => role === 'user').length }
  }
  throw new UserError('chat/too-long', { limit: maxTokens })
}
