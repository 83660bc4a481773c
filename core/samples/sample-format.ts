import { UserError } from '../contract/errors.ts'
import type { ChatTemplate, TemplateMessage, Tokenizer } from '../tokenizers/index.ts'
import {
  encodeTemplateAnswer,
  encodeTemplatePrompt,
  readableBy,
  readsSystem,
  type MarkedIds,
  type TemplatePrompt,
} from './sample-template.ts'

/**
 * H2O LLM Studio's markers, taken literally. The flags say whether the end mark follows each part; all are true by
 * default, as in H2O.
 */
export interface H2oFormat {
  readonly kind: 'h2o'
  readonly promptStart: string
  readonly answerSeparator: string
  readonly systemStart?: string
  readonly endAfterSystem?: boolean
  readonly endAfterPrompt?: boolean
  readonly endAfterAnswer?: boolean
}

/**
 * How a conversation becomes text: the model's own chat template (for a model without one `otherwise`, where given), or
 * H2O LLM Studio's markers.
 */
export type SampleFormat = { readonly kind: 'template'; readonly otherwise?: H2oFormat } | H2oFormat

/** A question and its answer. */
export interface Turn {
  readonly prompt: string
  readonly answer: string
}

/**
 * A conversation to learn from; its last turn is the one that is asked and answered, `history` what was said before.
 */
export interface Conversation extends Turn {
  readonly system?: string
  /** Earlier turns, oldest first. */
  readonly history?: readonly Turn[]
}

export interface EncodedTurn {
  readonly prompt: readonly number[]
  readonly answer: MarkedIds
}

/** A conversation as tokens; system, prompts and answers one after the other are the whole. */
export interface EncodedConversation {
  /** H2O's system part; empty where the chat template holds it in the first prompt. */
  readonly system: MarkedIds
  readonly turns: readonly EncodedTurn[]
  /** True where the template rewrites earlier turns: they are part of the only turn's prompt. */
  readonly earlierAnswersUnknown: boolean
  /** True where the template has no place for the system text, which stands before the first question instead. */
  readonly systemMerged: boolean
}

/** Before a system text where the format names nothing else. */
export const H2O_SYSTEM_START = '<|system|>'
const NOTHING: MarkedIds = { ids: [], end: [] }

/** The format that this tokenizer's model gets: `otherwise` instead of a chat template that it does not have. */
export const formatFor = (tokenizer: Tokenizer, format: SampleFormat): SampleFormat =>
  format.kind === 'template' && format.otherwise && !tokenizer.chatTemplate ? format.otherwise : format

/**
 * Ids of a conversation up to the place where the model answers; the same in training and chat: what encodeConversation
 * gives before the last answer. An answer at the end is one that goes on: it has no end mark. Throws UserError
 * 'tokenizer/no-template' or 'tokenizer/template-failed'.
 */
export function encodePrompt(
  tokenizer: Tokenizer,
  wanted: SampleFormat,
  messages: readonly TemplateMessage[],
): number[] {
  const format = formatFor(tokenizer, wanted)
  const last = messages.at(-1)
  if (last?.role === 'assistant') {
    const prompt = encodePrompt(tokenizer, format, messages.slice(0, -1))
    return [...prompt, ...encodeBegun(tokenizer, format, messages.slice(0, -1), last.content)]
  }
  if (format.kind === 'template') {
    const template = templateOf(tokenizer)
    return [...encodeTemplatePrompt(tokenizer, template, readableBy(template, messages)).ids]
  }
  return messages.map((message) => encodeH2o(tokenizer, format, message)).flatMap(({ ids, end }) => [...ids, ...end])
}

/** The ids of an answer that goes on. */
function encodeBegun(
  tokenizer: Tokenizer,
  format: SampleFormat,
  before: readonly TemplateMessage[],
  content: string,
): readonly number[] {
  if (format.kind === 'h2o') return encodeH2o(tokenizer, format, { role: 'assistant', content }).ids
  const template = templateOf(tokenizer)
  const messages = readableBy(template, before)
  const prompt = encodeTemplatePrompt(tokenizer, template, messages)
  return encodeTemplateAnswer(tokenizer, template, messages, prompt, content).ids
}

/**
 * A whole conversation as tokens, answer by answer. H2O's parts are encoded one by one, as H2O does.
 * Throws like encodePrompt.
 */
export function encodeConversation(
  tokenizer: Tokenizer,
  wanted: SampleFormat,
  conversation: Conversation,
): EncodedConversation {
  const format = formatFor(tokenizer, wanted)
  return format.kind === 'template'
    ? encodeWithTemplate(tokenizer, templateOf(tokenizer), conversation)
    : encodeWithMarkers(tokenizer, format, conversation)
}

/** The messages of a conversation up to its last question. */
export const messagesOf = ({ system, history = [], prompt }: Conversation): TemplateMessage[] => [
  ...(system ? [{ role: 'system' as const, content: system }] : []),
  ...history.flatMap((turn) => [
    { role: 'user' as const, content: turn.prompt },
    { role: 'assistant' as const, content: turn.answer },
  ]),
  { role: 'user', content: prompt },
]

function templateOf({ chatTemplate }: Tokenizer): ChatTemplate {
  if (!chatTemplate) throw new UserError('tokenizer/no-template')
  return chatTemplate
}

function encodeWithTemplate(
  tokenizer: Tokenizer,
  template: ChatTemplate,
  conversation: Conversation,
): EncodedConversation {
  const messages = readableBy(template, messagesOf(conversation))
  const prompt = encodeTemplatePrompt(tokenizer, template, messages)
  const last = encodeTemplateAnswer(tokenizer, template, messages, prompt, conversation.answer)
  return {
    system: NOTHING,
    turns: cutIntoTurns(prompt, last),
    earlierAnswersUnknown: prompt.answers === null,
    systemMerged: Boolean(conversation.system) && !readsSystem(template),
  }
}

/** An earlier answer's last id counts as its end mark, so that it stays when the answer is shortened. */
function cutIntoTurns({ ids, answers }: TemplatePrompt, last: MarkedIds): EncodedTurn[] {
  let start = 0
  const earlier = (answers ?? []).map(({ from, to }) => {
    const end = Math.max(from, to - 1)
    const turn = { prompt: ids.slice(start, from), answer: { ids: ids.slice(from, end), end: ids.slice(end, to) } }
    start = to
    return turn
  })
  return [...earlier, { prompt: ids.slice(start), answer: last }]
}

function encodeWithMarkers(
  tokenizer: Tokenizer,
  format: H2oFormat,
  { system, history = [], prompt, answer }: Conversation,
): EncodedConversation {
  const write = (role: TemplateMessage['role'], content: string) => encodeH2o(tokenizer, format, { role, content })
  const turns = [...history, { prompt, answer }].map((turn) => ({
    prompt: write('user', turn.prompt).ids,
    answer: write('assistant', turn.answer),
  }))
  return {
    system: system ? write('system', system) : NOTHING,
    turns,
    earlierAnswersUnknown: false,
    systemMerged: false,
  }
}

/** system: <|system|>{text}</s>   user: <|prompt|>{text}</s><|answer|>   assistant: {text}</s>. A prompt's mark lies within its ids: it is cut at its beginning. */
function encodeH2o(tokenizer: Tokenizer, format: H2oFormat, { role, content }: TemplateMessage): MarkedIds {
  const { eos } = tokenizer.special
  const end = (wanted = true): number[] => (wanted && eos !== undefined ? [eos] : [])
  if (role === 'system')
    return {
      ids: tokenizer.encode((format.systemStart ?? H2O_SYSTEM_START) + content),
      end: end(format.endAfterSystem),
    }
  if (role === 'assistant') return { ids: tokenizer.encode(content), end: end(format.endAfterAnswer) }
  const mark = end(format.endAfterPrompt)
    .map((id) => tokenizer.specialText(id) ?? '')
    .join('')
  return { ids: tokenizer.encode(format.promptStart + content + mark + format.answerSeparator), end: [] }
}
