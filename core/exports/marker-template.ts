import { H2O_SYSTEM_START, type H2oFormat } from '../samples/sample-format.ts'

/**
 * H2O LLM Studio's markers as a chat template, so that other programs write a conversation as the run was trained with.
 * The answer separator belongs to the question: no generation prompt is needed.
 */
export function markerTemplate(format: H2oFormat): string {
  const { systemStart = H2O_SYSTEM_START, promptStart, answerSeparator } = format
  const end = (wanted = true): readonly string[] => (wanted ? ["(eos_token or '')"] : [])
  const system = [quoted(systemStart), CONTENT, ...end(format.endAfterSystem)]
  const user = [quoted(promptStart), CONTENT, ...end(format.endAfterPrompt), quoted(answerSeparator)]
  const assistant = [CONTENT, ...end(format.endAfterAnswer)]
  return [
    '{%- for message in messages -%}',
    `{%- if message['role'] == 'system' -%}{{ ${system.join(' + ')} }}`,
    `{%- elif message['role'] == 'user' -%}{{ ${user.join(' + ')} }}`,
    `{%- elif message['role'] == 'assistant' -%}{{ ${assistant.join(' + ')} }}`,
    '{%- endif -%}',
    '{%- endfor -%}',
  ].join('')
}

const CONTENT = "message['content']"

/** A text as Jinja writes it. */
const quoted = (text: string): string =>
  `'${text.replace(/[\\'\n\r\t]/g, (character) => ESCAPES[character] ?? character)}'`
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r', '\t': '\\t' }
