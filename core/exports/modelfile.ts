// Ollama's Modelfile: https://github.com/ollama/ollama/blob/main/docs/modelfile.md
import { generationSettingsOf, UserError, type SettingValues } from '../contract/index.ts'
import { stopWordsOf } from '../generation/stopping.ts'
import { formatFor, type SampleFormat } from '../samples/sample-format.ts'
import { readsSystem } from '../samples/sample-template.ts'
import { createChatTemplate } from '../tokenizers/chat-template.ts'
import type { ChatTemplate, TemplateMessage, Tokenizer } from '../tokenizers/index.ts'
import type { OllamaModel } from '../ollama/ollama.ts'
import { markerTemplate } from './marker-template.ts'

/** Stand for a text while a chat template is rendered; no template has them. */
const [SYSTEM, PROMPT] = ['\u{E000}', '\u{E001}']

/**
 * What Ollama is told of a GGUF: how a conversation is written, what ends an answer, and the run's settings for answers.
 * Ollama has templates of its own kind: this one is what the run's format makes of a question.
 */
export function ollamaModelOf(tokenizer: Tokenizer, format: SampleFormat, settings: SettingValues): OllamaModel {
  const generation = generationSettingsOf(settings)
  const template = templateOf(tokenizer, formatFor(tokenizer, format))
  const parameters: OllamaModel['parameters'] = [
    ...stopsOf(tokenizer, generation['prediction.stop_tokens']).map((text) => ['stop', text] as const),
    ['temperature', generation['prediction.do_sample'] ? generation['prediction.temperature'] : 0],
    ['top_p', generation['prediction.top_p']],
    ['top_k', generation['prediction.top_k']],
    ['repeat_penalty', generation['prediction.repetition_penalty']],
    ['num_predict', generation['prediction.max_length_inference']],
  ]
  return { template, parameters }
}

/** The same as the Modelfile of a GGUF that lies beside it. */
export const modelfileOf = (file: string, { template, parameters }: OllamaModel): string =>
  [
    `FROM ./${file}`,
    ...(template === null ? [] : [`TEMPLATE """${template}"""`]),
    ...parameters.map(([name, value]) => `PARAMETER ${name} ${typeof value === 'string' ? quoted(value) : value}`),
    '',
  ].join('\n')

/** In Ollama's language; null where the model's template cannot be written in it, which leaves it to Ollama. */
function templateOf(tokenizer: Tokenizer, format: SampleFormat): string | null {
  const template =
    format.kind === 'h2o'
      ? createChatTemplate(markerTemplate(format), { eos_token: markOf(tokenizer, tokenizer.special.eos) })
      : tokenizer.chatTemplate
  if (!template) return null
  const user = { role: 'user', content: PROMPT } as const
  const plain = rendered(tokenizer, template, [user])
  const whole = readsSystem(template)
    ? rendered(tokenizer, template, [{ role: 'system', content: SYSTEM }, user])
    : null
  // Braces would be read as Ollama's own, and quotes would end the text.
  if (plain === null || !isUsable(plain, [PROMPT])) return null
  const question = (text: string) => text.replace(SYSTEM, '{{ .System }}').replace(PROMPT, '{{ .Prompt }}')
  const asked =
    whole !== null && isUsable(whole, [SYSTEM, PROMPT])
      ? `{{ if .System }}${question(whole)}{{ else }}${question(plain)}{{ end }}`
      : question(plain)
  return `${asked}{{ .Response }}`
}

const isUsable = (text: string, places: readonly string[]): boolean =>
  !/\{\{|\}\}|"""/.test(text) && places.every((place) => text.split(place).length === 2)

function rendered(tokenizer: Tokenizer, template: ChatTemplate, messages: readonly TemplateMessage[]): string | null {
  try {
    const text = template.render(messages, { addGenerationPrompt: true })
    // llama.cpp puts BOS before every text of a model whose template begins with it.
    const bos = markOf(tokenizer, tokenizer.special.bos)
    return bos !== '' && text.startsWith(bos) ? text.slice(bos.length) : text
  } catch (error) {
    if (error instanceof UserError) return null
    throw error
  }
}

const markOf = (tokenizer: Tokenizer, id: number | undefined): string =>
  id === undefined ? '' : (tokenizer.specialText(id) ?? '')

const stopsOf = (tokenizer: Tokenizer, written: string): string[] => {
  const { strings, ids } = stopWordsOf(written, tokenizer)
  const marks = [...ids, ...(tokenizer.special.eos === undefined ? [] : [tokenizer.special.eos])]
  return [...new Set([...strings, ...marks.map((id) => markOf(tokenizer, id))])].filter((text) => text !== '')
}

/** A text as a Modelfile has it. */
const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
