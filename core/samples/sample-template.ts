// A model's own chat template: where in the rendered conversation the answers lie, found by rendering its beginnings.
import { UserError } from '../contract/errors.ts'
import type { ChatTemplate, TemplateMessage, Tokenizer } from '../tokenizers/index.ts'

/** Tokens, and apart from them the mark that ends them, so that shortening cannot lose it. */
export interface MarkedIds {
  readonly ids: readonly number[]
  readonly end: readonly number[]
}

/** A conversation up to the place where the model answers. */
export interface TemplatePrompt {
  readonly text: string
  readonly ids: readonly number[]
  /**
   * Where each earlier answer with its end mark lies in `ids`; null where the template rewrites earlier turns, so that
   * they cannot be found.
   */
  readonly answers: readonly { readonly from: number; readonly to: number }[] | null
}

interface Grown {
  readonly text: string
  readonly ids: readonly number[]
}

/**
 * Renders and encodes `messages` up to the answer that comes next, with what the template always puts before an answer.
 * Every earlier answer is found by rendering the conversation up to it and with it. Where such a beginning is not the
 * beginning of the whole text, the whole is encoded as it stands and `answers` is null.
 * Throws UserError 'tokenizer/template-failed'.
 */
export function encodeTemplatePrompt(
  tokenizer: Tokenizer,
  template: ChatTemplate,
  messages: readonly TemplateMessage[],
): TemplatePrompt {
  const text = promptText(template, messages)
  return followAnswers(tokenizer, template, messages, text) ?? { text, ids: tokenizer.encode(text), answers: null }
}

/**
 * The answer after a prompt with what the template puts behind it, up to its end mark; the tokenizer's own end mark
 * always comes last. Where the rendered answer does not follow the prompt (a template that treats the last turn
 * differently) or has no end mark, it is the plain answer.
 */
export function encodeTemplateAnswer(
  tokenizer: Tokenizer,
  template: ChatTemplate,
  messages: readonly TemplateMessage[],
  prompt: Grown,
  answer: string,
): MarkedIds {
  const { eos } = tokenizer.special
  const ends = eos === undefined ? [] : [eos]
  const grown = grow(tokenizer, prompt, template.render([...messages, { role: 'assistant', content: answer }]))
  const marks = grown ? endMarksIn(tokenizer, grown.ids, prompt.ids.length) : null
  if (!grown || marks === null) return { ids: tokenizer.encode(answer), end: ends }
  const written = grown.ids.slice(marks.from, marks.to)
  return {
    ids: grown.ids.slice(prompt.ids.length, marks.from),
    end: written.at(-1) === eos ? written : [...written, ...ends],
  }
}

/** What probes a template: texts that no template changes. */
const PROBE = 'ANSWER-7'
const QUESTION: TemplateMessage = { role: 'user', content: 'QUESTION-7' }

/**
 * Where the model answers: the rendered prompt, and what stands between it and every answer, such as an empty block of
 * thoughts. Blanks at its end belong to the answer's first token.
 */
function promptText(template: ChatTemplate, messages: readonly TemplateMessage[]): string {
  const text = template.render(messages, { addGenerationPrompt: true })
  const answered = rendered(template, [...messages, { role: 'assistant', content: PROBE }])
  const place = answered?.startsWith(text) ? answered.indexOf(PROBE, text.length) : -1
  return answered && place > 0 ? text + answered.slice(text.length, place).replace(/ +$/, '') : text
}

/** The conversation's text; null where the template refuses it. */
function rendered(template: ChatTemplate, messages: readonly TemplateMessage[]): string | null {
  try {
    return template.render(messages)
  } catch (error) {
    if (error instanceof UserError && error.error.code === 'tokenizer/template-failed') return null
    throw error
  }
}

/** What a template writes behind an answer: a mark of one token, or a text. */
export interface AnswerEnd {
  readonly ids: readonly number[]
  readonly strings: readonly string[]
}

/** The first thing that the model's chat template writes behind an answer, besides blanks; nothing without template. */
export function answerEndOf(tokenizer: Tokenizer): AnswerEnd {
  const text =
    tokenizer.chatTemplate && rendered(tokenizer.chatTemplate, [QUESTION, { role: 'assistant', content: PROBE }])
  const place = text?.lastIndexOf(PROBE) ?? -1
  if (!text || place < 0) return { ids: [], strings: [] }
  const ids = tokenizer.encode(text.slice(place + PROBE.length))
  const mark = ids.findIndex((id) => isMark(tokenizer, id))
  const before = tokenizer.decode(mark < 0 ? ids : ids.slice(0, mark), { skipSpecial: false }).trim()
  if (before !== '') return { ids: [], strings: [before] }
  return { ids: ids.slice(mark, mark + 1), strings: [] }
}

const systemReaders = new WeakMap<ChatTemplate, boolean>()

/** False where the template refuses a system text, or leaves it out, while it writes the question alone. */
export function readsSystem(template: ChatTemplate): boolean {
  const known = systemReaders.get(template)
  if (known !== undefined) return known
  const asked = rendered(template, [{ role: 'system', content: PROBE }, QUESTION])
  const reads = asked?.includes(PROBE) || !rendered(template, [QUESTION])?.includes(QUESTION.content)
  systemReaders.set(template, reads)
  return reads
}

/**
 * The messages as the template can read them: where it has no place for a system text, that stands before the first
 * question, with an empty line between, as the makers of such models advise.
 */
export function readableBy(template: ChatTemplate, messages: readonly TemplateMessage[]): readonly TemplateMessage[] {
  if (!messages.some(({ role }) => role === 'system') || readsSystem(template)) return messages
  const system = messages
    .filter(({ role, content }) => role === 'system' && content !== '')
    .map(({ content }) => content)
  const others = messages.filter(({ role }) => role !== 'system')
  const first = others.findIndex(({ role }) => role === 'user')
  return others.map((message, index) =>
    index === first ? { ...message, content: [...system, message.content].join('\n\n') } : message,
  )
}

/**
 * The special tokens that end ids[from..) with nothing but blanks between and behind them, as the places of the first
 * and behind the last; null where there are none.
 */
function endMarksIn(tokenizer: Tokenizer, ids: readonly number[], from: number): { from: number; to: number } | null {
  let first = ids.length
  let end = 0
  for (let index = ids.length - 1; index >= from; index--) {
    if (isMark(tokenizer, ids[index] as number)) {
      first = index
      end ||= index + 1
    } else if (tokenizer.decode(ids.slice(index, first), { skipSpecial: false }).trim() !== '') break
  }
  return end > 0 ? { from: first, to: end } : null
}

/** An added token with a text of its own; added runs of blanks are ordinary text. */
const isMark = (tokenizer: Tokenizer, id: number): boolean =>
  id !== tokenizer.special.unk && (tokenizer.specialText(id) ?? '').replaceAll('\u2581', ' ').trim() !== ''

function followAnswers(
  tokenizer: Tokenizer,
  template: ChatTemplate,
  messages: readonly TemplateMessage[],
  text: string,
): TemplatePrompt | null {
  const answers: { from: number; to: number }[] = []
  let grown: Grown = { text: '', ids: [] }
  for (const [index, { role }] of messages.entries()) {
    if (role !== 'assistant') continue
    const asked = grow(tokenizer, grown, promptText(template, messages.slice(0, index)))
    const answered = asked && grow(tokenizer, asked, template.render(messages.slice(0, index + 1)))
    if (!answered) return null
    const marks = endMarksIn(tokenizer, answered.ids, asked.ids.length)
    answers.push({ from: asked.ids.length, to: marks?.to ?? answered.ids.length })
    grown = answered
  }
  const whole = grow(tokenizer, grown, text)
  return whole && { ...whole, answers }
}

/**
 * Encodes a text that goes on from one whose ids are known and stay as they are, because the model has seen or said
 * exactly these; null where it is no continuation.
 */
function grow(tokenizer: Tokenizer, known: Grown, text: string): Grown | null {
  if (!text.startsWith(known.text)) return null
  const whole = tokenizer.encode(text)
  const continues = known.ids.every((id, index) => whole[index] === id)
  return { text, ids: continues ? whole : [...known.ids, ...tokenizer.encode(text.slice(known.text.length))] }
}
