// tokenizer.json with a Unigram model, as Hugging Face's Rust `tokenizers` computes it.
import { z } from 'zod'
import { UserError } from '../contract/errors.ts'
import { jsonNormalizer } from './json-normalizer.ts'
import { PieceType, type ModelFile } from './model-file.ts'
import { buildVocabulary } from './pieces.ts'
import { Unigram } from './unigram.ts'
import { SPACE_SYMBOL, toUtf8 } from './utf8.ts'

const Model = z.object({ vocab: z.array(z.tuple([z.string(), z.number()])), unk_id: z.number().nullish(), byte_fallback: z.boolean().default(false) })
const PreTokenizer = z.looseObject({ type: z.string(), pretokenizers: z.array(z.unknown()).optional(), replacement: z.string().optional(), prepend_scheme: z.string().optional(), add_prefix_space: z.boolean().optional(), split: z.boolean().optional() })

const BYTE_PIECE = /^<0x([0-9A-F]{2})>$/

/** Cuts a stretch of text; `isFirst` where the text begins with it. */
export type Segment = (stretch: string, isFirst: boolean) => number[]

/** The segmentation of a Unigram tokenizer.json; pieces that are added tokens are never found in text. Throws UserError 'tokenizer/unsupported' for parts that are not known. */
export function jsonUnigram(json: Readonly<Record<string, unknown>>, file: string, added: ReadonlySet<number>): { readonly segment: Segment; readonly pieces: readonly string[] } {
  const { vocab, unk_id: unknown, byte_fallback: byteFallback } = Model.parse(json['model'])
  const normalize = jsonNormalizer(json['normalizer'])
  if (!normalize) throw unsupported(file, 'normalizer')
  const cut = preTokenizer(json['pre_tokenizer'])
  if (!cut) throw unsupported(file, 'pre_tokenizer')
  const vocabulary = buildVocabulary(modelOf(vocab, unknown ?? -1, added))
  const byteIds = new Int32Array(256).fill(-1)
  for (const [id, [piece]] of vocab.entries()) {
    const byte = BYTE_PIECE.exec(piece)?.[1]
    if (byte) byteIds[parseInt(byte, 16)] = id
  }
  const unigram = new Unigram(vocabulary)
  const encodeWord = (word: string): number[] => {
    const bytes = toUtf8(word)
    const segments = unigram.segment(bytes)
    const ids: number[] = []
    for (let i = 0; i < segments.length; i += 3) {
      if (segments[i] !== vocabulary.unknownId) {
        ids.push(segments[i]!)
        continue
      }
      // Unknown characters side by side are one.
      const start = segments[i + 1]!
      while (segments[i + 3] === vocabulary.unknownId) i += 3
      const fallback = byteFallback ? Array.from(bytes.subarray(start, segments[i + 2]!), (byte) => byteIds[byte]!) : []
      if (fallback.length > 0 && fallback.every((id) => id >= 0)) ids.push(...fallback)
      else ids.push(vocabulary.unknownId)
    }
    return ids
  }
  return { pieces: vocab.map(([piece]) => piece), segment: (stretch, isFirst) => cut(normalize(stretch), isFirst).flatMap(encodeWord) }
}

const unsupported = (file: string, part: string): UserError => new UserError('tokenizer/unsupported', { file, found: `tokenizer.json (Unigram, ${part})`, supported: 'SentencePiece, tokenizer.json (BPE, Unigram)' })

function modelOf(vocab: readonly (readonly [string, number])[], unknown: number, added: ReadonlySet<number>): ModelFile {
  const texts = vocab.map(([piece]) => toUtf8(piece))
  const ends = new Int32Array(texts.length)
  texts.reduce((end, text, index) => (ends[index] = end + text.length), 0)
  const bytes = new Uint8Array(ends.at(-1) ?? 0)
  texts.forEach((text, index) => bytes.set(text, ends[index]! - text.length))
  const types = Uint8Array.from(vocab, (_, id) => (id === unknown ? PieceType.unknown : added.has(id) ? PieceType.control : PieceType.normal))
  return {
    bytes, ends, types,
    byteFallback: false,
    starts: ends.map((end, index) => end - texts[index]!.length),
    scores: Float64Array.from(vocab, ([, score]) => score),
    algorithm: 'unigram',
    unknownText: '',
    marks: { unk: unknown, bos: -1, eos: -1, pad: -1 },
    rules: { charsMap: new Uint8Array(0), addDummyPrefix: false, removeExtraSpaces: false, escapeSpaces: false, spaceAsSuffix: false },
  }
}

type Cut = (text: string, isFirst: boolean) => string[]

function preTokenizer(json: unknown): Cut | null {
  if (json === null || json === undefined) return (text) => (text === '' ? [] : [text])
  const { type, pretokenizers, replacement = SPACE_SYMBOL, prepend_scheme: scheme, add_prefix_space: adds = true, split = true } = PreTokenizer.parse(json)
  if (type === 'WhitespaceSplit') return (text) => text.split(/\s+/u).filter((word) => word !== '')
  if (type === 'Metaspace') return metaspace(replacement, scheme ?? (adds ? 'always' : 'never'), split)
  if (type !== 'Sequence') return null
  const steps = (pretokenizers ?? []).map(preTokenizer)
  if (!steps.every((step): step is Cut => step !== null)) return null
  return (text, isFirst) => steps.reduce((words, step) => words.flatMap((word, index) => step(word, isFirst && index === 0)), [text])
}

/** Blanks become ▁, and a word begins at each. */
const metaspace = (symbol: string, scheme: string, split: boolean): Cut => (text, isFirst) => {
  if (text === '') return []
  const spaced = text.replaceAll(' ', symbol)
  const prepends = (scheme === 'always' || (scheme === 'first' && isFirst)) && !spaced.startsWith(symbol)
  const whole = prepends ? symbol + spaced : spaced
  return split ? whole.split(new RegExp(`(?=${symbol})`, 'u')) : [whole]
}
