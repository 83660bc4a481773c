// tokenizer.json with a Unigram model, as Hugging Face's Rust `tokenizers` computes it.
import { z } from 'zod'
import { UserError } from '../contract/errors.ts'
import { jsonNormalizer, type Step } from './json-normalizer.ts'
import { jsonPreTokenizer } from './json-pre-tokenizer.ts'
import { PieceType, type ModelFile } from './model-file.ts'
import { buildVocabulary } from './pieces.ts'
import { Unigram } from './unigram.ts'
import { toUtf8 } from './utf8.ts'

const Model = z.object({
  vocab: z.array(z.tuple([z.string(), z.number()])),
  unk_id: z.number().int().nullish(),
  byte_fallback: z.boolean().default(false),
})
const BYTE_PIECE = /^<0x([0-9A-F]{2})>$/

export interface JsonUnigram {
  readonly pieces: readonly string[]
  readonly normalize: Step
  /** Ids of a normalised stretch between added tokens; `isFirst` where the text begins with it. */
  encode(stretch: string, isFirst: boolean): number[]
}

/**
 * The Unigram model of a tokenizer.json; the pieces `hidden` are never found in text. Throws UserError
 * 'tokenizer/unsupported' for parts that are not known, ZodError for a damaged file.
 */
export function jsonUnigram(
  json: Readonly<Record<string, unknown>>,
  file: string,
  hidden: ReadonlySet<number>,
): JsonUnigram {
  const { vocab, unk_id: unknown, byte_fallback: byteFallback } = Model.parse(json['model'])
  const normalize = jsonNormalizer(json['normalizer'])
  if (!normalize) throw unsupported(file, 'normalizer')
  const cut = jsonPreTokenizer(json['pre_tokenizer'])
  if (!cut) throw unsupported(file, 'pre_tokenizer')
  const encodeWord = wordEncoder(vocab, { unknownId: unknown ?? -1, byteFallback, hidden })
  return {
    pieces: vocab.map(([piece]) => piece),
    normalize,
    encode: (stretch, isFirst) => cut(stretch, isFirst).flatMap(encodeWord),
  }
}

const unsupported = (file: string, part: string): UserError =>
  new UserError('tokenizer/unsupported', {
    file,
    found: `tokenizer.json (Unigram, ${part})`,
    supported: 'SentencePiece, tokenizer.json (BPE, Unigram)',
  })

type Vocab = readonly (readonly [string, number])[]

interface WordRules {
  /** -1 where the model has none: then unknown characters without bytes are left out. */
  readonly unknownId: number
  readonly byteFallback: boolean
  readonly hidden: ReadonlySet<number>
}

function wordEncoder(vocab: Vocab, { unknownId, byteFallback, hidden }: WordRules): (word: string) => number[] {
  const unigram = new Unigram(buildVocabulary(modelOf(vocab, unknownId, hidden)))
  const byteIds = new Int32Array(256).fill(-1)
  for (const [id, [piece]] of vocab.entries()) {
    const byte = BYTE_PIECE.exec(piece)?.[1]
    if (byte) byteIds[parseInt(byte, 16)] = id
  }
  return (word) => {
    const bytes = toUtf8(word)
    const segments = unigram.segment(bytes)
    const ids: number[] = []
    for (let i = 0; i < segments.length; i += 3) {
      if (segments[i] !== unknownId) {
        ids.push(segments[i]!)
        continue
      }
      // Unknown characters side by side are one.
      const start = segments[i + 1]!
      while (segments[i + 3] === unknownId) i += 3
      const unknown = bytes.subarray(start, segments[i + 2]!)
      if (byteFallback && unknown.every((byte) => byteIds[byte]! >= 0))
        for (const byte of unknown) ids.push(byteIds[byte]!)
      else if (unknownId >= 0) ids.push(unknownId)
    }
    return ids
  }
}

function modelOf(vocab: Vocab, unknown: number, hidden: ReadonlySet<number>): ModelFile {
  const texts = vocab.map(([piece]) => toUtf8(piece))
  const ends = new Int32Array(texts.length)
  texts.reduce((end, text, index) => (ends[index] = end + text.length), 0)
  const bytes = new Uint8Array(ends.at(-1) ?? 0)
  texts.forEach((text, index) => bytes.set(text, ends[index]! - text.length))
  const types = Uint8Array.from(vocab, (_, id) =>
    id === unknown ? PieceType.unknown : hidden.has(id) ? PieceType.control : PieceType.normal,
  )
  return {
    bytes,
    ends,
    types,
    byteFallback: false,
    starts: ends.map((end, index) => end - texts[index]!.length),
    scores: Float64Array.from(vocab, ([, score]) => score),
    algorithm: 'unigram',
    unknownText: '',
    marks: { unk: unknown, bos: -1, eos: -1, pad: -1 },
    rules: {
      charsMap: new Uint8Array(0),
      addDummyPrefix: false,
      removeExtraSpaces: false,
      escapeSpaces: false,
      spaceAsSuffix: false,
    },
  }
}
