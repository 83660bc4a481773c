// How the pieces of a tokenizer.json become text again: its `decoder`.
import { z } from 'zod'
import {
  byteFallback,
  byteLevel,
  ctc,
  eachPiece,
  endOfWord,
  inOrder,
  metaspace,
  stripBlank,
  stripPieces,
  stripText,
  wholeText,
  wordPiece,
  type BeginStep,
} from './decoder-steps.ts'
import { jsonReplace } from './json-replace.ts'
import type { StreamDecoder } from './sentencepiece.ts'
import { SPACE_SYMBOL } from './utf8.ts'

/** Begins a text; `pieceOf` gives the piece of an id, null for one that is passed over. */
export type BeginText = (pieceOf: (id: number) => string | null) => StreamDecoder

/** A step over pieces, and the same over a text that earlier steps have made one piece. */
interface Kind {
  readonly pieces: BeginStep
  readonly text: BeginStep
  /** Makes all pieces one. */
  readonly fuses?: boolean
}

const Count = z.number().int().min(0)

const kinds: Readonly<Record<string, (json: unknown) => Kind | null>> = {
  Fuse: () => ({ pieces: eachPiece((piece) => piece), text: eachPiece((piece) => piece), fuses: true }),
  ByteLevel: () => ({ pieces: byteLevel, text: wholeText(byteLevel), fuses: true }),
  ByteFallback: () => whole(byteFallback),
  Replace: replace,
  Strip: (json) => {
    const rules = z.object({ content: z.string().min(1), start: Count, stop: Count }).parse(json)
    return { pieces: stripPieces(rules), text: stripText(rules) }
  },
  Metaspace: (json) => {
    const { replacement, ...prefix } = z
      .object({
        replacement: z.string().min(1).default(SPACE_SYMBOL),
        prepend_scheme: z.enum(['always', 'first', 'never']).nullish(),
        add_prefix_space: z.boolean().default(true),
      })
      .parse(json)
    const wasPrepended = prefix.prepend_scheme ? prefix.prepend_scheme !== 'never' : prefix.add_prefix_space
    const ofText = (piece: string) => piece.replaceAll(replacement, wasPrepended ? '' : ' ')
    return { pieces: metaspace(replacement, wasPrepended), text: eachPiece(ofText) }
  },
  BPEDecoder: (json) => whole(endOfWord(z.object({ suffix: z.string().default('</w>') }).parse(json).suffix)),
  WordPiece: (json) => {
    const { prefix, cleanup } = z
      .object({ prefix: z.string().default('##'), cleanup: z.boolean().default(true) })
      .parse(json)
    return whole(wordPiece(prefix, cleanup))
  },
  CTC: (json) => {
    const rules = z
      .object({
        pad_token: z.string().default('<pad>'),
        word_delimiter_token: z.string().default('|'),
        cleanup: z.boolean().default(true),
      })
      .parse(json)
    return whole(ctc({ pad: rules.pad_token, delimiter: rules.word_delimiter_token, cleansUp: rules.cleanup }))
  },
}

const whole = (pieces: BeginStep): Kind => ({ pieces, text: wholeText(pieces) })

/** A blank at the start of the text or of each line, as llm-jp and others take it off: this can be streamed. */
const FIRST_BLANK = /^(?:(\^)|\(\?<!\\n\)\^|\\A)( |\\s|▁)$/u
const BLANKS: Readonly<Record<string, RegExp>> = { ' ': /^ /, '\\s': /^\p{White_Space}/u, '▁': /^▁/ }

function replace(json: unknown): Kind | null {
  const found = jsonReplace(json)
  if (!found) return null
  const { source, isRegex, content, apply } = found
  const pieces = eachPiece(apply)
  const blank = isRegex && content === '' ? FIRST_BLANK.exec(source) : null
  if (blank) return { pieces, text: stripBlank(BLANKS[blank[2]!]!, blank[1] !== undefined) }
  // One character never lies over a boundary.
  const isCharacter = isRegex ? /^[\p{L}\p{N}▁ ]$/u.test(source) : [...source].length === 1
  return isCharacter ? { pieces, text: pieces } : whole(pieces)
}

/** A file without a decoder is read as its kind is mostly written. */
const WITHOUT_DECODER: readonly unknown[] = [
  { type: 'Replace', pattern: { String: SPACE_SYMBOL }, content: ' ' },
  { type: 'ByteFallback' },
]

/** The decoder that the JSON describes; null for a kind that is not known. Throws ZodError for a damaged one. */
export function jsonDecoder(json: unknown): BeginText | null {
  const steps = json === null || json === undefined ? WITHOUT_DECODER : flatten(json)
  const begins: BeginStep[] = []
  let isText = false
  for (const step of steps) {
    const { type } = z.looseObject({ type: z.string() }).parse(step)
    const kind = Object.hasOwn(kinds, type) ? kinds[type]!(step) : null
    if (kind === null) return null
    begins.push(isText ? kind.text : kind.pieces)
    isText ||= kind.fuses === true
  }
  const begin = inOrder(begins)
  return (pieceOf) => {
    const step = begin()
    return {
      push: (id) => {
        const piece = pieceOf(id)
        return piece === null ? '' : step.push(piece).join('')
      },
      end: () => step.end().join(''),
    }
  }
}

const Sequence = z.object({ type: z.literal('Sequence'), decoders: z.array(z.unknown()) })

const flatten = (step: unknown): readonly unknown[] => {
  const sequence = Sequence.safeParse(step)
  return sequence.success ? sequence.data.decoders.flatMap(flatten) : [step]
}
