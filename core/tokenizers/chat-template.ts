import { Template } from '@huggingface/jinja'
import { UserError } from '../contract/errors.ts'

export interface TemplateMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** Writes a conversation as the text that the model was trained on. */
export interface ChatTemplate {
  /** With `addGenerationPrompt` the text ends where the answer begins. Throws UserError 'tokenizer/template-failed' with the template's own reason. */
  render(messages: readonly TemplateMessage[], options?: { readonly addGenerationPrompt?: boolean }): string
}

/** A chat template in Jinja; `tokens` are the texts of bos_token and the like. It is parsed at its first use. */
export function createChatTemplate(source: string, tokens: Readonly<Record<string, string>>): ChatTemplate {
  let template: Template | undefined
  return {
    render(messages, { addGenerationPrompt = false } = {}) {
      try {
        template ??= new Template(source)
        return template.render({ ...tokens, messages: messages.map((message) => ({ ...message })), add_generation_prompt: addGenerationPrompt })
      } catch (error) {
        throw new UserError('tokenizer/template-failed', { reason: error instanceof Error ? error.message : String(error) })
      }
    },
  }
}
