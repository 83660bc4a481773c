// Pre-tokenizers of a tokenizer.json, as Hugging Face's Rust `tokenizers` applies them: they cut a text into the pieces
// that the model encodes one by one.
import { SplitPreTokenizer } from '@huggingface/tokenizers'
import { z } from 'zod'
import { characterOfByte } from './byte-alphabet.ts'

/** Cuts pieces into smaller ones. `isFirst`: the first piece begins the whole text. */
export type PreTokenize = (pieces: readonly string[], isFirst: boolean) => string[]

/** What becomes of the matches of a pattern, and of what lies between them. */
const Behavior = z.enum(['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'])
type Behavior = z.infer<typeof Behavior>
const Pattern = z.union([z.object({ String: z.string() }), z.object({ Regex: z.string() })])

interface Span {
  readonly text: string
  readonly isMatch: boolean
}

const SPACE = /\p{White_Space}/gu
/** Rust counts ASCII's symbols such as $ and + too. */
const PUNCTUATION = /[\p{P}!-/:-@[-`{-~]/gu
const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}'
const WORDS = new RegExp(`[${WORD}]+|[^${WORD}\\p{White_Space}]+`, 'gu')
/** GPT-2's words. */
const BYTE_LEVEL =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu

const kinds: Readonly<Record<string, (json: unknown) => PreTokenize | null>> = {
  Sequence: (json) => {
    const { pretokenizers } = z.object({ pretokenizers: z.array(z.unknown()) }).parse(json)
    const steps = pretokenizers.map(jsonPreTokenizer)
    if (!steps.every((step): step is PreTokenize => step !== null)) return null
    return (pieces, isFirst) => {
      let [cut, begins]: [readonly string[], boolean] = [pieces, isFirst]
      for (const step of steps) {
        const next = step(cut, begins)
        begins &&= next[0] !== undefined && cut[0]!.startsWith(next[0])
        cut = next
      }
      return [...cut]
    }
  },
  Split: (json) => {
    const { pattern, behavior, invert } = z
      .object({ pattern: Pattern, behavior: Behavior, invert: z.boolean().default(false) })
      .parse(json)
    const wanted = 'String' in pattern ? new RegExp(escaped(pattern.String), 'gu') : regexOf(pattern.Regex)
    return wanted && each((text) => merged(inverted(spansOf(text, wanted), invert), behavior))
  },
  Digits: (json) => {
    const { individual_digits: single } = z.object({ individual_digits: z.boolean().default(false) }).parse(json)
    return cutting(/\p{N}/gu, single ? 'Isolated' : 'Contiguous')
  },
  Punctuation: (json) =>
    cutting(PUNCTUATION, z.object({ behavior: Behavior.default('Isolated') }).parse(json).behavior),
  Whitespace: () => each((text) => text.match(WORDS) ?? []),
  WhitespaceSplit: () => cutting(SPACE, 'Removed'),
  BertPreTokenizer: () => (pieces, isFirst) =>
    cutting(PUNCTUATION, 'Isolated')(cutting(SPACE, 'Removed')(pieces, isFirst), isFirst),
  CharDelimiterSplit: (json) =>
    cutting(new RegExp(escaped(z.object({ delimiter: z.string().min(1) }).parse(json).delimiter), 'gu'), 'Removed'),
  ByteLevel: (json) => {
    const { add_prefix_space: prefix, use_regex: cuts } = z
      .object({ add_prefix_space: z.boolean().default(true), use_regex: z.boolean().default(true) })
      .parse(json)
    return each((text) => {
      const whole = prefix && !text.startsWith(' ') ? ` ${text}` : text
      return (cuts ? (whole.match(BYTE_LEVEL) ?? []) : [whole]).map(inBytes)
    })
  },
  Metaspace: metaspace,
}

/** The pre-tokenizer that the JSON describes; null for a kind that is not known. Throws ZodError for a damaged one. */
export function jsonPreTokenizer(json: unknown): PreTokenize | null {
  if (json === null || json === undefined) return (pieces) => [...pieces]
  const { type } = z.looseObject({ type: z.string() }).parse(json)
  return (Object.hasOwn(kinds, type) ? kinds[type]!(json) : null) ?? null
}

const each =
  (cut: (text: string) => readonly string[]): PreTokenize =>
  (pieces) =>
    pieces.flatMap((piece) => (piece === '' ? [] : cut(piece).filter((text) => text !== '')))

const cutting = (pattern: RegExp, behavior: Behavior): PreTokenize =>
  each((text) => merged(spansOf(text, pattern), behavior))

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** An expression of Oniguruma for JavaScript; null where it cannot be said. \s is Unicode's White_Space there. */
function regexOf(source: string): RegExp | null {
  const { pattern } = new SplitPreTokenizer({ type: 'Split', pattern: { Regex: source }, behavior: 'Isolated' }) as {
    pattern?: unknown
  }
  if (!(pattern instanceof RegExp)) return null
  const spaces: Readonly<Record<string, string>> = { '\\s': '\\p{White_Space}', '\\S': '\\P{White_Space}' }
  return new RegExp(
    pattern.source.replace(/\\[^]/g, (escape) => spaces[escape] ?? escape),
    pattern.flags,
  )
}

function spansOf(text: string, pattern: RegExp): Span[] {
  const spans: Span[] = []
  let start = 0
  for (const match of text.matchAll(pattern)) {
    spans.push({ text: text.slice(start, match.index), isMatch: false }, { text: match[0], isMatch: true })
    start = match.index + match[0].length
  }
  return [...spans, { text: text.slice(start), isMatch: false }].filter((span) => span.text !== '')
}

const inverted = (spans: readonly Span[], invert: boolean): readonly Span[] =>
  invert ? spans.map(({ text, isMatch }) => ({ text, isMatch: !isMatch })) : spans

function merged(spans: readonly Span[], behavior: Behavior): string[] {
  if (behavior === 'Removed') return spans.filter(({ isMatch }) => !isMatch).map(({ text }) => text)
  if (behavior === 'Isolated') return spans.map(({ text }) => text)
  const joined: string[] = []
  for (const [index, { text, isMatch }] of spans.entries()) {
    const before = spans[index - 1]
    if (before && joins(before.isMatch, isMatch, behavior)) joined.push(joined.pop()! + text)
    else joined.push(text)
  }
  return joined
}

/** Whether a span goes on the piece before it. Of several matches in a row only the nearest one is merged. */
function joins(wasMatch: boolean, isMatch: boolean, behavior: Behavior): boolean {
  if (behavior === 'Contiguous') return wasMatch === isMatch
  return behavior === 'MergedWithPrevious' ? isMatch && !wasMatch : wasMatch && !isMatch
}

function metaspace(json: unknown): PreTokenize {
  const {
    replacement,
    prepend_scheme: scheme,
    split,
  } = z
    .object({
      replacement: z.string().default('▁'),
      prepend_scheme: z.enum(['always', 'first', 'never']).optional(),
      add_prefix_space: z.boolean().default(true),
      split: z.boolean().default(true),
    })
    .transform(({ add_prefix_space: prefix, ...rest }) => ({
      ...rest,
      // Older files say only whether.
      prepend_scheme: rest.prepend_scheme ?? (prefix ? 'always' : 'never'),
    }))
    .parse(json)
  const mark = new RegExp(escaped(replacement), 'gu')
  return (pieces, isFirst) =>
    pieces.flatMap((piece, index) => {
      if (piece === '') return []
      const marked = piece.replaceAll(' ', replacement)
      const prepends = scheme === 'always' || (scheme === 'first' && isFirst && index === 0)
      const whole = prepends && !marked.startsWith(replacement) ? replacement + marked : marked
      return split ? merged(spansOf(whole, mark), 'MergedWithNext') : [whole]
    })
}

const encoder = new TextEncoder()
const inBytes = (text: string): string => Array.from(encoder.encode(text), (byte) => characterOfByte[byte]).join('')
