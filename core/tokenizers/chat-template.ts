import { UserError } from '../contract/errors.ts'
import { parseTemplate, type RenderTemplate } from '../jinja/index.ts'

export interface TemplateMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** Writes a conversation as the text that the model was trained on. */
export interface ChatTemplate {
  /**
   * With `addGenerationPrompt` the text ends where the answer begins. Throws UserError 'tokenizer/template-failed' with
   * the template's own reason.
   */
  render(messages: readonly TemplateMessage[], options?: { readonly addGenerationPrompt?: boolean }): string
}

/** Published templates have some ten thousand characters. */
const MAX_SOURCE_CHARACTERS = 1_000_000
/** Of the template's own reason. */
const MAX_REASON_CHARACTERS = 300

/** A chat template in Jinja; `tokens` are the texts of bos_token and the like. It is parsed at its first use. */
export function createChatTemplate(source: string, tokens: Readonly<Record<string, string>>): ChatTemplate {
  let template: RenderTemplate | undefined
  return {
    render(messages, { addGenerationPrompt = false } = {}) {
      try {
        if (source.length > MAX_SOURCE_CHARACTERS)
          throw new RangeError(`a template of more than ${MAX_SOURCE_CHARACTERS} characters`)
        template ??= parseTemplate(source)
        return template({
          ...tokens,
          messages,
          tools: null,
          documents: null,
          add_generation_prompt: addGenerationPrompt,
        })
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        throw new UserError('tokenizer/template-failed', { reason: reason.slice(0, MAX_REASON_CHARACTERS) })
      }
    },
  }
}
