import type { StreamDecoder } from './sentencepiece.ts'
import { ByteGatherer } from './text-decoder.ts'
import { SPACE_SYMBOL } from './utf8.ts'

/** What an id stands for: a text as it is, or a piece as the model spells it. */
export type IdMeaning = { readonly text: string } | { readonly piece: string }

const BYTE_PIECE = /^<0x([0-9A-F]{2})>$/

/** How the pieces of a tokenizer.json become text again: its `decoder`. */
export class PieceText {
  readonly #byteLevel: boolean
  /** The blank that stands before the first word is taken off. */
  readonly #stripsFirst: boolean

  constructor(decoder: unknown) {
    const steps = flatten(decoder)
    this.#byteLevel = steps.some(({ type }) => type === 'ByteLevel')
    this.#stripsFirst = steps.some((step) => (step.type === 'Strip' && Number(step['start'] ?? 0) > 0) || (step.type === 'Metaspace' && step['add_prefix_space'] !== false && step['prepend_scheme'] !== 'never'))
  }

  decoder(meaningOf: (id: number) => IdMeaning): StreamDecoder {
    const bytes = new ByteGatherer()
    let atStart = true
    const emit = (text: string): string => {
      const stripped = atStart && this.#stripsFirst && text.startsWith(' ') ? text.slice(1) : text
      if (text !== '') atStart = false
      return stripped
    }
    return {
      push: (id) => {
        const meaning = meaningOf(id)
        if ('text' in meaning) return emit(bytes.end() + meaning.text)
        if (this.#byteLevel) return emit(bytesOf(meaning.piece).map((byte) => bytes.push(byte)).join(''))
        const byte = BYTE_PIECE.exec(meaning.piece)
        if (byte) return emit(bytes.push(parseInt(byte[1] as string, 16)))
        return emit(bytes.end() + meaning.piece.replaceAll(SPACE_SYMBOL, ' '))
      },
      end: () => emit(bytes.end()),
    }
  }
}

type Step = { readonly type?: unknown } & Readonly<Record<string, unknown>>

const flatten = (decoder: unknown): Step[] => {
  if (decoder === null || typeof decoder !== 'object') return []
  const step = decoder as Step
  return step.type === 'Sequence' && Array.isArray(step['decoders']) ? step['decoders'].flatMap(flatten) : [step]
}

/** GPT-2's alphabet: printable Latin-1 characters stand for their own byte, those from U+0100 on for the other bytes in order. */
const byteOfCharacter: ReadonlyMap<string, number> = (() => {
  const isPrintable = (byte: number) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae
  const map = new Map<string, number>()
  let next = 0x100
  for (let byte = 0; byte < 256; byte++) map.set(String.fromCharCode(isPrintable(byte) ? byte : next++), byte)
  return map
})()

/** The bytes that a byte-level piece spells; characters outside of its alphabet stand for their own UTF-8. */
const bytesOf = (piece: string): number[] => [...piece].flatMap((character) => byteOfCharacter.get(character) ?? [...Buffer.from(character)])
