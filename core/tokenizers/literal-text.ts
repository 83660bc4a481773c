// What a person writes is text, also where it looks like a mark of the model's: `</s>` in a question ends nothing.
import { LITERAL_MARK, type Tokenizer } from './tokenizer.ts'

const patterns = new WeakMap<Tokenizer, RegExp | null>()

/**
 * The text with a mark inside everything that the tokenizer would take for a special token. To be encoded by
 * `readingLiterals`, which leaves the marks out: the ids are those of ordinary text.
 */
export function literalText(tokenizer: Tokenizer, text: string): string {
  const known = patterns.get(tokenizer)
  const pattern = known === undefined ? patternOf(tokenizer) : known
  patterns.set(tokenizer, pattern)
  const plain = text.replaceAll(LITERAL_MARK, '')
  return pattern ? plain.replace(pattern, ([first = '', ...rest]) => first + LITERAL_MARK + rest.join('')) : plain
}

/** The tokenizer, which leaves out the marks of `literalText`. */
export const readingLiterals = (tokenizer: Tokenizer): Tokenizer => ({
  special: tokenizer.special,
  vocabSize: tokenizer.vocabSize,
  ...(tokenizer.chatTemplate && { chatTemplate: tokenizer.chatTemplate }),
  encode: (text, options) => tokenizer.encode(text, { ...options, literalMarks: true }),
  decode: (ids, options) => tokenizer.decode(ids, options),
  streamDecoder: (options) => tokenizer.streamDecoder(options),
  specialText: (id) => tokenizer.specialText(id),
})

/** Finds special tokens. Added words that answers show are text already, and so are those of blanks. */
function patternOf(tokenizer: Tokenizer): RegExp | null {
  const texts: string[] = []
  for (let id = 0; id < tokenizer.vocabSize; id++) {
    const text = tokenizer.specialText(id)?.replaceAll('\u2581', ' ').trim()
    if (text && text.length > 1 && tokenizer.decode([id]) === '') texts.push(text)
  }
  if (texts.length === 0) return null
  texts.sort((a, b) => b.length - a.length)
  return new RegExp(texts.map((text) => escaped(text)).join('|'), 'gu')
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
