import { UserError } from '../contract/errors.ts'
import type { TemplateMessage, Tokenizer } from '../tokenizers/index.ts'

/**
 * How a question and its answer become text: the model's own chat template, or H2O LLM Studio's markers, taken literally.
 * H2O's flags say whether the end mark follows each part; all are true by default, as in H2O.
 */
export type SampleFormat =
  | { readonly kind: 'template' }
  | {
    readonly kind: 'h2o'
    readonly promptStart: string
    readonly answerSeparator: string
    readonly systemStart?: string
    readonly endAfterSystem?: boolean
    readonly endAfterPrompt?: boolean
    readonly endAfterAnswer?: boolean
  }

type H2oFormat = Extract<SampleFormat, { kind: 'h2o' }>

const H2O_SYSTEM_START = '<|system|>'

/**
 * Ids of a conversation up to the place where the model answers; the same in training and chat.
 * Throws UserError 'tokenizer/no-template' or 'tokenizer/template-failed'.
 */
export function encodePrompt(tokenizer: Tokenizer, format: SampleFormat, messages: readonly TemplateMessage[]): number[] {
  return tokenizer.encode(promptText(tokenizer, format, messages))
}

/** Text of a conversation up to the place where the model answers. Throws like encodePrompt. */
export function promptText(tokenizer: Tokenizer, format: SampleFormat, messages: readonly TemplateMessage[]): string {
  if (format.kind === 'h2o') return h2oText(tokenizer, format, messages)
  if (!tokenizer.chatTemplate) throw new UserError('tokenizer/no-template')
  return tokenizer.chatTemplate.render(messages, { addGenerationPrompt: true })
}

/** Ids of an answer, and apart from them the end mark, so that shortening the answer cannot lose it. */
export function encodeAnswer(tokenizer: Tokenizer, format: SampleFormat, answer: string): { readonly ids: number[]; readonly end: number[] } {
  const { eos } = tokenizer.special
  const hasEnd = eos !== undefined && (format.kind === 'template' || (format.endAfterAnswer ?? true))
  return { ids: tokenizer.encode(answer), end: hasEnd ? [eos] : [] }
}

// system: <|system|>{text}</s>   user: <|prompt|>{text}</s><|answer|>   assistant: {text}</s>
function h2oText(tokenizer: Tokenizer, format: H2oFormat, messages: readonly TemplateMessage[]): string {
  const { eos } = tokenizer.special
  const end = (wanted: boolean | undefined): string => ((wanted ?? true) && eos !== undefined ? tokenizer.specialText(eos) ?? '' : '')
  const write = ({ role, content }: TemplateMessage): string => {
    if (role === 'system') return (format.systemStart ?? H2O_SYSTEM_START) + content + end(format.endAfterSystem)
    if (role === 'user') return format.promptStart + content + end(format.endAfterPrompt) + format.answerSeparator
    return content + end(format.endAfterAnswer)
  }
  return messages.map(write).join('')
}
