import { byteOfCharacter } from './byte-alphabet.ts'
import { toRegExp } from './oniguruma.ts'
import type { StreamDecoder } from './sentencepiece.ts'
import { ByteGatherer } from './text-decoder.ts'
import { SPACE_SYMBOL } from './utf8.ts'

/** What an id stands for: a text as it is, or a piece as the model spells it. */
export type IdMeaning = { readonly text: string } | { readonly piece: string }

type MeaningOf = (id: number) => IdMeaning

const BYTE_PIECE = /^<0x([0-9A-F]{2})>$/

/** How the pieces of a tokenizer.json become text again: its `decoder`. */
export class PieceText {
  readonly #create: (meaningOf: MeaningOf) => StreamDecoder

  constructor(decoder: unknown) {
    const steps = flatten(decoder)
    const wordPiece = steps.find(({ type }) => type === 'WordPiece')
    const firstBlanks = steps.some(stripsFirstPiece) ? 'all' : steps.some(stripsOneBlank) ? 'one' : 'none'
    if (steps.some(({ type }) => type === 'ByteLevel')) this.#create = byteLevelDecoder
    else if (wordPiece)
      this.#create = (meaningOf) =>
        wordPieceDecoder(meaningOf, String(wordPiece['prefix'] ?? '##'), wordPiece['cleanup'] !== false)
    else {
      // A file without a decoder is read as its kind is mostly written.
      const rewrites = (steps.length > 0 ? steps : WITHOUT_DECODER).flatMap(rewriteOf)
      const rules = {
        firstBlanks,
        hasBytes: steps.length === 0 || steps.some(({ type }) => type === 'ByteFallback'),
        rewrite: (piece: string) => rewrites.reduce((text, rewrite) => rewrite(text), piece),
      } as const
      this.#create = (meaningOf) => piecewiseDecoder(meaningOf, rules)
    }
  }

  /** A decoder at the beginning of a text. */
  decoder(meaningOf: MeaningOf): StreamDecoder {
    return this.#create(meaningOf)
  }
}

const WITHOUT_DECODER: readonly Step[] = [{ type: 'Replace', pattern: { String: SPACE_SYMBOL }, content: ' ' }]

type Step = { readonly type?: unknown } & Readonly<Record<string, unknown>>

const flatten = (decoder: unknown): Step[] => {
  if (decoder === null || typeof decoder !== 'object') return []
  const step = decoder as Step
  return step.type === 'Sequence' && Array.isArray(step['decoders']) ? step['decoders'].flatMap(flatten) : [step]
}

/** Metaspace takes every ▁ off the first piece. */
const stripsFirstPiece = (step: Step): boolean =>
  step.type === 'Metaspace' &&
  (step['prepend_scheme'] === undefined ? step['add_prefix_space'] !== false : step['prepend_scheme'] !== 'never')

/** One blank goes from the beginning of the text: by a Strip (Llama) or by a Replace of `^ ` (llm-jp). */
function stripsOneBlank(step: Step): boolean {
  if (step.type === 'Strip') return Number(step['start'] ?? 0) > 0
  const pattern =
    step.type === 'Replace' && step['content'] === ''
      ? (step['pattern'] as { readonly Regex?: unknown } | undefined)?.Regex
      : undefined
  return typeof pattern === 'string' && /^(\(\?<!\\n\))?(\^|\\A)( |\\s|▁)$/u.test(pattern)
}

/** What a step makes of every piece: blanks of ▁, as a rule. */
function rewriteOf(step: Step): ((piece: string) => string)[] {
  if (step.type === 'Metaspace') {
    const symbol = typeof step['replacement'] === 'string' ? step['replacement'] : SPACE_SYMBOL
    return [(piece) => piece.replaceAll(symbol, ' ')]
  }
  if (step.type !== 'Replace' || stripsOneBlank(step)) return []
  const { String: text, Regex: source } = (step['pattern'] ?? {}) as {
    readonly String?: unknown
    readonly Regex?: unknown
  }
  const wanted = typeof text === 'string' && text !== '' ? text : typeof source === 'string' ? toRegExp(source) : null
  return wanted === null ? [] : [(piece) => piece.replaceAll(wanted, () => String(step['content'] ?? ''))]
}

interface PieceRules {
  /** Blanks that go from the beginning of the text: all of the first piece, one, none. */
  readonly firstBlanks: 'all' | 'one' | 'none'
  /** `<0xNN>` is a byte. */
  readonly hasBytes: boolean
  readonly rewrite: (piece: string) => string
}

/** Pieces that are rewritten one by one. */
function piecewiseDecoder(meaningOf: MeaningOf, { firstBlanks, hasBytes, rewrite }: PieceRules): StreamDecoder {
  const bytes = new ByteGatherer()
  let atStart = true
  const emit = (text: string): string => {
    const stripped = atStart && firstBlanks === 'one' && text.startsWith(' ') ? text.slice(1) : text
    if (text !== '') atStart = false
    return stripped
  }
  const pieceText = (piece: string, before: string): string => {
    const isFirst = atStart && before === ''
    if (isFirst && firstBlanks === 'all') {
      atStart = false
      return piece.replaceAll(SPACE_SYMBOL, '')
    }
    return emit(before + rewrite(piece))
  }
  return {
    push: (id) => {
      const meaning = meaningOf(id)
      if ('text' in meaning) return meaning.text === '' ? '' : emit(bytes.end() + meaning.text)
      const byte = hasBytes ? BYTE_PIECE.exec(meaning.piece) : null
      return byte ? emit(bytes.push(parseInt(byte[1]!, 16))) : pieceText(meaning.piece, bytes.end())
    },
    end: () => emit(bytes.end()),
  }
}

/**
 * Pieces in GPT-2's alphabet of bytes. U+FFFD stands for each longest beginning of a character that breaks off, as in
 * Rust.
 */
function byteLevelDecoder(meaningOf: MeaningOf): StreamDecoder {
  // Without ignoreBOM a byte order mark at the start would be lost.
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  return {
    push: (id) => {
      const meaning = meaningOf(id)
      if ('text' in meaning) return meaning.text === '' ? '' : utf8.decode() + meaning.text
      return utf8.decode(bytesOf(meaning.piece), { stream: true })
    },
    end: () => utf8.decode(),
  }
}

/** The bytes that a byte-level piece spells; a piece with any other character stands for its own UTF-8. */
function bytesOf(piece: string): Uint8Array {
  const bytes = Array.from(piece, (character) => byteOfCharacter.get(character) ?? -1)
  return bytes.includes(-1) ? new TextEncoder().encode(piece) : Uint8Array.from(bytes)
}

/** What WordPiece's `cleanup` writes closer together. */
const CLOSER = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
] as const

/** Words with blanks between them; pieces with the prefix go on with the word before. */
function wordPieceDecoder(meaningOf: MeaningOf, prefix: string, cleansUp: boolean): StreamDecoder {
  let atStart = true
  return {
    push: (id) => {
      const meaning = meaningOf(id)
      const piece = 'text' in meaning ? meaning.text : meaning.piece
      if (piece === '') return ''
      const spaced = atStart ? piece : piece.startsWith(prefix) ? piece.slice(prefix.length) : ` ${piece}`
      atStart = false
      return cleansUp ? CLOSER.reduce((text, [wide, close]) => text.replaceAll(wide, close), spaced) : spaced
    },
    end: () => '',
  }
}
