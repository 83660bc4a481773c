// Pre-tokenisers of a tokenizer.json, as Hugging Face's Rust `tokenizers` cuts text with them.
import { z } from 'zod'
import { characterOfByte } from './byte-alphabet.ts'
import { splitsCharacter, toRegExp } from './oniguruma.ts'
import { SPACE_SYMBOL, toUtf8 } from './utf8.ts'
import { wordsBetweenSpaces } from './white-space.ts'

/** Cuts a text into words; `isFirst` where the whole text begins with it. */
export type Cut = (text: string, isFirst: boolean) => string[]

/** What becomes of the text that a pattern finds. */
type Behavior = 'Removed' | 'Isolated' | 'Contiguous' | 'MergedWithPrevious' | 'MergedWithNext'

const Behavior = z.enum(['Removed', 'Isolated', 'Contiguous', 'MergedWithPrevious', 'MergedWithNext'])
const Pattern = z.union([z.object({ String: z.string() }), z.object({ Regex: z.string() })])

interface Piece {
  readonly text: string
  readonly isFound: boolean
}

/** The text cut at every match; matches may be empty. */
function piecesOf(text: string, pattern: RegExp): Piece[] {
  const pieces: Piece[] = []
  let start = 0
  for (const { 0: found, index } of text.matchAll(pattern)) {
    if (found === '' && splitsCharacter(text, index)) continue
    if (index > start) pieces.push({ text: text.slice(start, index), isFound: false })
    pieces.push({ text: found, isFound: true })
    start = index + found.length
  }
  if (start < text.length) pieces.push({ text: text.slice(start), isFound: false })
  return pieces
}

function merged(pieces: readonly Piece[], behavior: Behavior): string[] {
  const words: string[] = []
  let wasFound = false
  const join = (place: number, text: string): void => {
    words[place] = behavior === 'MergedWithNext' ? text + words[place]! : words[place]! + text
  }
  for (const { text, isFound } of pieces) {
    const isJoined =
      words.length > 0 &&
      (behavior === 'Contiguous' ? isFound === wasFound : behavior.startsWith('Merged') && isFound && !wasFound)
    if (isJoined) join(words.length - 1, text)
    else if (behavior !== 'Removed' || !isFound) words.push(text)
    wasFound = isFound
  }
  return words
}

function split(
  text: string,
  pattern: RegExp,
  { behavior, inverts = false }: { readonly behavior: Behavior; readonly inverts?: boolean },
): string[] {
  const found = piecesOf(text, pattern).map((piece) => (inverts ? { ...piece, isFound: !piece.isFound } : piece))
  const words = behavior === 'MergedWithNext' ? merged(found.reverse(), behavior).reverse() : merged(found, behavior)
  return words.filter((word) => word !== '')
}

const splitter =
  (pattern: RegExp, behavior: Behavior, inverts = false): Cut =>
  (text) =>
    split(text, pattern, { behavior, inverts })

/** GPT-2's words. */
const GPT2 = toRegExp("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+")!
const PUNCTUATION = /[\p{P}!-\/:-@[-`{-~]/gu
const WORDS =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu

const spelled = (word: string): string => Array.from(toUtf8(word), (byte) => characterOfByte[byte]!).join('')

function byteLevel(json: unknown): Cut {
  const { add_prefix_space: adds, use_regex: cuts } = z
    .object({ add_prefix_space: z.boolean().default(true), use_regex: z.boolean().default(true) })
    .parse(json)
  return (text) => {
    const spaced = adds && !text.startsWith(' ') ? ` ${text}` : text
    return (cuts ? split(spaced, GPT2, { behavior: 'Isolated' }) : [spaced]).map(spelled)
  }
}

/** Blanks become ▁, and a word begins at each. */
function metaspace(json: unknown): Cut {
  const {
    replacement: symbol,
    prepend_scheme: scheme,
    add_prefix_space: adds,
    split: splits,
  } = z
    .object({
      replacement: z.string().default(SPACE_SYMBOL),
      prepend_scheme: z.string().optional(),
      add_prefix_space: z.boolean().default(true),
      split: z.boolean().default(true),
    })
    .parse(json)
  const prepends = scheme ?? (adds ? 'always' : 'never')
  const pattern = new RegExp(symbol.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'gu')
  return (text, isFirst) => {
    if (text === '') return []
    const spaced = text.replaceAll(' ', () => symbol)
    const isPrepended = (prepends === 'always' || (prepends === 'first' && isFirst)) && !spaced.startsWith(symbol)
    const whole = isPrepended ? symbol + spaced : spaced
    return splits ? split(whole, pattern, { behavior: 'MergedWithNext' }) : [whole]
  }
}

function splitBy(json: unknown): Cut | null {
  const { pattern, behavior, invert } = z
    .object({ pattern: Pattern, behavior: Behavior, invert: z.boolean().default(false) })
    .parse(json)
  if ('String' in pattern && pattern.String === '') return (text) => [text]
  const expression =
    'String' in pattern
      ? new RegExp(pattern.String.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'gu')
      : toRegExp(pattern.Regex)
  return expression && splitter(expression, behavior, invert)
}

const kinds: Readonly<Record<string, (json: unknown) => Cut | null>> = {
  ByteLevel: byteLevel,
  Metaspace: metaspace,
  Split: splitBy,
  Digits: (json) => {
    const { individual_digits: each } = z.object({ individual_digits: z.boolean().default(false) }).parse(json)
    return splitter(/\p{N}/gu, each ? 'Isolated' : 'Contiguous')
  },
  Punctuation: (json) =>
    splitter(PUNCTUATION, z.object({ behavior: Behavior.default('Isolated') }).parse(json).behavior),
  Whitespace: () => splitter(WORDS, 'Removed', true),
  WhitespaceSplit: () => wordsBetweenSpaces,
  BertPreTokenizer: () => (text) =>
    wordsBetweenSpaces(text).flatMap((word) => split(word, PUNCTUATION, { behavior: 'Isolated' })),
  CharDelimiterSplit: (json) => {
    const { delimiter } = z.object({ delimiter: z.string() }).parse(json)
    return (text) => text.split(delimiter).filter((word) => word !== '')
  },
  FixedLength: (json) => {
    const { length } = z.object({ length: z.number().int().min(1).default(5) }).parse(json)
    return splitter(new RegExp(`[^]{1,${length}}`, 'gu'), 'Isolated')
  },
  Sequence: (json) => {
    const steps = z
      .object({ pretokenizers: z.array(z.unknown()) })
      .parse(json)
      .pretokenizers.map(jsonPreTokenizer)
    if (!steps.every((step): step is Cut => step !== null)) return null
    return (text, isFirst) =>
      steps.reduce(
        (words, step) => words.flatMap((word, index) => step(word, isFirst && index === 0 && text.startsWith(word))),
        [text],
      )
  },
}

/** The pre-tokeniser that the JSON describes; null for a kind that is not known. Throws ZodError for a damaged one. */
export function jsonPreTokenizer(json: unknown): Cut | null {
  if (json === null || json === undefined) return (text) => (text === '' ? [] : [text])
  const { type } = z.looseObject({ type: z.string() }).parse(json)
  return Object.hasOwn(kinds, type) ? kinds[type]!(json) : null
}
