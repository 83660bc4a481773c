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

/** No template contains it, and none changes it as it would a tag or blanks. */
const PROBE = 'Terakoya-answer'
/** Whether a template puts a text of its own before the answer that its prompt does not end with. */
const prefixing = new WeakMap<ChatTemplate, boolean>()

/**
 * What the template puts between its prompt and every answer, such as Qwen3's empty think block: '' in most templates.
 * It belongs to the prompt, so that it is neither learnt nor shown. Blanks alone belong to the answer, with whose
 * beginning they are one token.
 */
function fixedPrefix(template: ChatTemplate, messages: readonly TemplateMessage[], prompt: string): string {
  const answered = template.render([...messages, { role: 'assistant', content: PROBE }])
  const place = answered.startsWith(prompt) ? answered.indexOf(PROBE, prompt.length) : -1
  const prefix = place < 0 ? '' : answered.slice(prompt.length, place)
  return prefix.trim() === '' ? '' : prefix
}

function hasPrefix(template: ChatTemplate): boolean {
  const known = prefixing.get(template)
  if (known !== undefined) return known
  const found = ofProbe((messages) => {
    return fixedPrefix(template, messages, template.render(messages, { addGenerationPrompt: true })) !== ''
  })
  prefixing.set(template, found ?? false)
  return found ?? false
}

/** What a template makes of a question; undefined where it fails, which is told where it is used. */
function ofProbe<T>(look: (messages: readonly TemplateMessage[]) => T): T | undefined {
  try {
    return look([{ role: 'user', content: 'Terakoya-question' }])
  } catch {
    return undefined
  }
}

const SYSTEM_PROBE = 'Terakoya-system'
/** Whether a template has a place for a system text; some refuse it, others leave it out without a word. */
const systemTaking = new WeakMap<ChatTemplate, boolean>()

function takesSystem(template: ChatTemplate): boolean {
  const known = systemTaking.get(template)
  if (known !== undefined) return known
  const text = (system: readonly TemplateMessage[]) =>
    ofProbe((messages) => template.render([...system, ...messages], { addGenerationPrompt: true }))
  const withSystem = text([{ role: 'system', content: SYSTEM_PROBE }])
  // One that fails in any case is told of where it is used.
  const takes = withSystem?.includes(SYSTEM_PROBE) ?? text([]) === undefined
  systemTaking.set(template, takes)
  return takes
}

/**
 * The messages as the template takes them: where it has no place for a system text, that stands before the first
 * question, with a blank line between, as Gemma's makers advise
 * (https://ai.google.dev/gemma/docs/core/prompt-structure). `systemMerged` says so.
 */
export function fitToTemplate(
  template: ChatTemplate,
  messages: readonly TemplateMessage[],
): { readonly messages: readonly TemplateMessage[]; readonly systemMerged: boolean } {
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content)
  const others = messages.filter(({ role }) => role !== 'system')
  const first = others.findIndex(({ role }) => role === 'user')
  if (system.length === 0 || first < 0 || takesSystem(template)) return { messages, systemMerged: false }
  const merged = others.map((message, index) =>
    index === first ? { ...message, content: [...system, message.content].join('\n\n') } : message,
  )
  return { messages: merged, systemMerged: true }
}

/** The conversation up to the first token that the model says. */
function promptText(template: ChatTemplate, messages: readonly TemplateMessage[]): string {
  const text = template.render(messages, { addGenerationPrompt: true })
  return hasPrefix(template) ? text + fixedPrefix(template, messages, text) : text
}

/** The id of the special token that the chat template puts behind an answer; undefined where there is none. */
export function templateEndOf(tokenizer: Tokenizer): number | undefined {
  const template = tokenizer.chatTemplate
  return (
    template &&
    ofProbe((messages) => {
      const prompt = encodeTemplatePrompt(tokenizer, template, messages)
      return encodeTemplateAnswer(tokenizer, template, messages, prompt, PROBE).end[0]
    })
  )
}

/**
 * Renders and encodes `messages` up to the answer that comes next, with what the template always puts before an answer. Every earlier answer is found by rendering the
 * conversation up to it and with it; where such a beginning is not the beginning of the whole text, the whole is
 * encoded as it stands and `answers` is null. Throws UserError 'tokenizer/template-failed'.
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
