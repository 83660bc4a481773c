// Steps of a tokenizer.json's `decoder`, as Hugging Face's Rust `tokenizers` applies them one after the other, but as a
// stream: a step gives back what is decided.
import { byteOfCharacter } from './byte-alphabet.ts'
import { ByteGatherer } from './text-decoder.ts'
import { toUtf8 } from './utf8.ts'

/** One step within a text: takes pieces in order, gives back pieces. */
export interface DecoderStep {
  push(piece: string): readonly string[]
  /** What was held back. */
  end(): readonly string[]
}

/** Begins a text. */
export type BeginStep = () => DecoderStep

const NOTHING: readonly string[] = []

/** Rewrites every piece by itself; `isFirst` for the text's first. */
export const eachPiece =
  (rewrite: (piece: string, isFirst: boolean) => string): BeginStep =>
  () => {
    let isFirst = true
    return {
      push: (piece) => {
        const rewritten = rewrite(piece, isFirst)
        isFirst = false
        return [rewritten]
      },
      end: () => NOTHING,
    }
  }

/** A step over the text as one piece, which is known at its end only. */
export const wholeText =
  (begin: BeginStep): BeginStep =>
  () => {
    let text = ''
    return {
      push: (piece) => {
        text += piece
        return NOTHING
      },
      end: () => {
        const step = begin()
        return [...step.push(text), ...step.end()]
      },
    }
  }

/** Steps one after the other. */
export const inOrder =
  (begins: readonly BeginStep[]): BeginStep =>
  () => {
    const steps = begins.map((begin) => begin())
    const through = (pieces: readonly string[], from: number): readonly string[] =>
      steps.slice(from).reduce((now, step) => now.flatMap((piece) => step.push(piece)), pieces)
    return {
      push: (piece) => through([piece], 0),
      end: () => steps.flatMap((step, index) => through(step.end(), index + 1)),
    }
  }

const BYTE_PIECE = /^<0x([0-9A-Fa-f]{2})>$/

/** `<0xNN>` is a byte; bytes gather until they make a character. */
export const byteFallback: BeginStep = () => {
  const bytes = new ByteGatherer()
  const given = (text: string) => (text === '' ? NOTHING : [text])
  return {
    push: (piece) => {
      const byte = BYTE_PIECE.exec(piece)
      return byte ? given(bytes.push(parseInt(byte[1]!, 16))) : [...given(bytes.end()), piece]
    },
    end: () => given(bytes.end()),
  }
}

/**
 * Pieces in GPT-2's alphabet of bytes. U+FFFD stands for each longest beginning of a character that breaks off, as in
 * Rust.
 */
export const byteLevel: BeginStep = () => {
  // Without ignoreBOM a byte order mark at the start would be lost.
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  return { push: (piece) => [utf8.decode(bytesOf(piece), { stream: true })], end: () => [utf8.decode()] }
}

/** The bytes that a byte-level piece spells; a piece with any other character stands for its own UTF-8. */
function bytesOf(piece: string): Uint8Array {
  const bytes = Array.from(piece, (character) => byteOfCharacter.get(character) ?? -1)
  return bytes.includes(-1) ? toUtf8(piece) : Uint8Array.from(bytes)
}

export interface StripRules {
  /** One character. */
  readonly content: string
  /** Most of it that goes from the beginning and from the end. */
  readonly start: number
  readonly stop: number
}

const countAtStart = (text: string, { content, start }: StripRules): number => {
  let count = 0
  while (count < start && text.startsWith(content, count * content.length)) count++
  return count
}

const countAtEnd = (text: string, { content, stop }: StripRules): number => {
  let count = 0
  while (count < stop && text.endsWith(content, text.length - count * content.length)) count++
  return count
}

const stripped = (text: string, rules: StripRules): string => {
  const rest = text.slice(countAtStart(text, rules) * rules.content.length)
  return rest.slice(0, rest.length - countAtEnd(rest, rules) * rules.content.length)
}

/** Strips every piece. */
export const stripPieces = (rules: StripRules): BeginStep => eachPiece((piece) => stripped(piece, rules))

/** Strips the text as a whole. */
export const stripText =
  (rules: StripRules): BeginStep =>
  () => {
    let left = rules.start
    let held = ''
    return {
      push: (piece) => {
        const gone = countAtStart(piece, { ...rules, start: left })
        const rest = piece.slice(gone * rules.content.length)
        left = rest === '' ? left - gone : 0
        const text = held + rest
        const end = text.length - countAtEnd(text, rules) * rules.content.length
        held = text.slice(end)
        return [text.slice(0, end)]
      },
      end: () => NOTHING,
    }
  }

/** Takes one blank off the beginning of the text, or of every line. */
export const stripBlank =
  (blank: RegExp, everyLine: boolean): BeginStep =>
  () => {
    let isLineStart = true
    return {
      push: (piece) => {
        if (piece === '') return NOTHING
        const lines = everyLine ? piece.split(/(?<=\n)/) : [piece]
        const text = lines.map((line, index) => (index > 0 || isLineStart ? line.replace(blank, '') : line)).join('')
        isLineStart = everyLine && piece.endsWith('\n')
        return [text]
      },
      end: () => NOTHING,
    }
  }

/** A blank for the ▁ of every piece, nothing where it was put before the first one. */
export const metaspace = (symbol: string, wasPrepended: boolean): BeginStep =>
  eachPiece((piece, isFirst) => piece.replaceAll(symbol, isFirst && wasPrepended ? '' : ' '))

/** A blank for the mark at the end of a word, but for the last one. */
export const endOfWord =
  (suffix: string): BeginStep =>
  () => {
    let held: string | null = null
    const given = (blank: string) =>
      held === null ? NOTHING : [suffix === '' ? held : held.replaceAll(suffix, () => blank)]
    return {
      push: (piece) => {
        const before = given(' ')
        held = piece
        return before
      },
      end: () => given(''),
    }
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
const closer = (spaced: string): string => CLOSER.reduce((text, [wide, close]) => text.replaceAll(wide, close), spaced)

/** Words with blanks between them; pieces with the prefix go on with the word before. */
export const wordPiece = (prefix: string, cleansUp: boolean): BeginStep =>
  eachPiece((piece, isFirst) => {
    const spaced = isFirst ? piece : piece.startsWith(prefix) ? piece.slice(prefix.length) : ` ${piece}`
    return cleansUp ? closer(spaced) : spaced
  })

export interface CtcRules {
  readonly pad: string
  readonly delimiter: string
  readonly cleansUp: boolean
}

/** A piece that is said several times in a row counts once, and padding is silence. */
export const ctc =
  ({ pad, delimiter, cleansUp }: CtcRules): BeginStep =>
  () => {
    let last: string | null = null
    return {
      push: (piece) => {
        if (piece === last) return NOTHING
        last = piece
        const heard = pad === '' ? piece : piece.replaceAll(pad, '')
        const text = cleansUp && delimiter !== '' ? closer(heard).replaceAll(delimiter, ' ') : heard
        return text === '' ? NOTHING : [text]
      },
      end: () => NOTHING,
    }
  }
