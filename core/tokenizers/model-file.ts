import { UserError } from '../contract/errors.ts'
import { MAX_TOKENS } from './limits.ts'
import { ProtoReader } from './protobuf.ts'
import { fromUtf8 } from './utf8.ts'

/** Kinds of pieces, numbered as in sentencepiece_model.proto. */
export const PieceType = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const

export interface NormalizerRules {
  /** Trie and replacements of the Unicode normalisation; empty for none. */
  readonly charsMap: Uint8Array
  readonly addDummyPrefix: boolean
  readonly removeExtraSpaces: boolean
  readonly escapeSpaces: boolean
  readonly spaceAsSuffix: boolean
}

/**
 * A SentencePiece `.model` file. Piece i is bytes[starts[i], ends[i]) of the file (no copies: loading must be quick),
 * with scores[i] and types[i].
 */
export interface ModelFile {
  readonly bytes: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** float32 as a .model file has them, float64 from a tokenizer.json; sums of scores are rounded alike. */
  readonly scores: Float32Array | Float64Array
  readonly types: Uint8Array
  readonly algorithm: 'unigram' | 'bpe' | 'word' | 'char'
  readonly byteFallback: boolean
  /** What an unknown piece decodes to. */
  readonly unknownText: string
  /** Ids of the model's own marks, -1 where it has none. */
  readonly marks: { readonly unk: number; readonly bos: number; readonly eos: number; readonly pad: number }
  readonly rules: NormalizerRules
}

type Fields = Map<number, { readonly value: number; readonly bytes: Uint8Array }>

interface Draft {
  readonly bytes: Uint8Array
  readonly starts: number[]
  readonly ends: number[]
  readonly scores: number[]
  readonly types: number[]
  readonly trainer: Fields
  readonly normalizer: Fields
}

const ALGORITHMS = { 1: 'unigram', 2: 'bpe', 3: 'word', 4: 'char' } as const

/** Parses a `.model` file; `file` names it in errors. Throws UserError 'tokenizer/damaged'. */
export function parseModelFile(bytes: Uint8Array, file: string): ModelFile {
  const draft: Draft = { bytes, starts: [], ends: [], scores: [], types: [], trainer: new Map(), normalizer: new Map() }
  const reader = new ProtoReader(bytes, file)
  while (reader.next()) {
    if (reader.number === 1 && draft.starts.length >= MAX_TOKENS)
      throw new UserError('tokenizer/damaged', { file, position: reader.start })
    if (reader.number === 1) readPiece(reader, draft, file)
    else if (reader.number === 2) readFields(reader, draft.trainer)
    else if (reader.number === 3) readFields(reader, draft.normalizer)
  }
  return finish(draft)
}

function readPiece(reader: ProtoReader, { starts, ends, scores, types }: Draft, file: string): void {
  let start = 0
  let end = 0
  let score = 0
  let type: number = PieceType.normal
  reader.within(() => {
    if (reader.number === 1) {
      start = reader.start
      end = reader.end
    } else if (reader.number === 2) score = reader.value
    else if (reader.number === 3) type = reader.value
  })
  // Sums of scores are compared: with NaN no piece would ever be the best.
  if (!Number.isFinite(score)) throw new UserError('tokenizer/damaged', { file, position: reader.start })
  starts.push(start)
  ends.push(end)
  scores.push(score)
  types.push(type)
}

function readFields(reader: ProtoReader, fields: Fields): void {
  reader.within(() => fields.set(reader.number, { value: reader.value, bytes: reader.field() }))
}

// Field numbers and defaults are those of sentencepiece_model.proto.
function finish({ bytes, starts, ends, scores, types, trainer, normalizer }: Draft): ModelFile {
  const flag = (fields: Fields, number: number, byDefault: boolean): boolean =>
    (fields.get(number)?.value ?? Number(byDefault)) !== 0
  const mark = (number: number, byDefault: number): number => {
    const id = trainer.get(number)?.value ?? byDefault
    return id >= 0 && types[id] === PieceType.control ? id : -1
  }
  const unknownText = trainer.get(44)
  return {
    bytes,
    starts: Int32Array.from(starts),
    ends: Int32Array.from(ends),
    scores: Float32Array.from(scores),
    types: Uint8Array.from(types),
    algorithm: ALGORITHMS[(trainer.get(3)?.value ?? 1) as keyof typeof ALGORITHMS] ?? 'unigram',
    byteFallback: flag(trainer, 35, false),
    unknownText: unknownText ? fromUtf8(unknownText.bytes) : ' \u2047 ',
    marks: { unk: types.indexOf(PieceType.unknown), bos: mark(41, 1), eos: mark(42, 2), pad: mark(43, -1) },
    rules: {
      charsMap: normalizer.get(2)?.bytes ?? new Uint8Array(0),
      addDummyPrefix: flag(normalizer, 3, true),
      removeExtraSpaces: flag(normalizer, 4, true),
      escapeSpaces: flag(normalizer, 5, true),
      spaceAsSuffix: flag(trainer, 24, false),
    },
  }
}

/** Text of a piece as the model spells it; '' for an id outside the model. */
export const pieceTextOf = ({ bytes, starts, ends }: ModelFile, id: number): string =>
  fromUtf8(bytes.subarray(starts[id] ?? 0, ends[id] ?? 0))
