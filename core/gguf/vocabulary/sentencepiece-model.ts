// A SentencePiece .model file: the fields of sentencepiece_model.proto that the studio and the C++ library read.
import type { Token } from './tokens.ts'

export interface ModelParts {
  readonly tokens: readonly Token[]
  readonly algorithm: 'unigram' | 'bpe'
  /** Trie and replacements of the normalisation; empty for none. */
  readonly charsMap: Uint8Array
  readonly addDummyPrefix: boolean
  readonly removeExtraSpaces: boolean
  /** -1 for none. */
  readonly marks: { readonly unk: number; readonly bos: number; readonly eos: number; readonly pad: number }
}

const ALGORITHMS = { unigram: 1, bpe: 2 } as const
const BYTE = 6

/** The bytes of the file. */
export function sentencePieceModel(parts: ModelParts): Uint8Array {
  const { tokens, marks } = parts
  const pieces = tokens.map(({ text, score, type }) =>
    field(1, message(field(1, Buffer.from(text)), float(2, score), number(3, type))),
  )
  const hasBytes = tokens.some(({ type }) => type === BYTE)
  const trainer = message(
    number(3, ALGORITHMS[parts.algorithm]),
    number(4, tokens.length),
    number(35, Number(hasBytes)),
    number(40, Math.max(0, marks.unk)),
    number(41, marks.bos),
    number(42, marks.eos),
    number(43, marks.pad),
  )
  const normalizer = message(
    field(1, Buffer.from(parts.charsMap.length > 0 ? 'nmt_nfkc' : 'identity')),
    field(2, parts.charsMap),
    number(3, Number(parts.addDummyPrefix)),
    number(4, Number(parts.removeExtraSpaces)),
    number(5, 1),
  )
  return message(...pieces, field(2, trainer), field(3, normalizer))
}

// Protobuf: a key of number and wire type (0 variable length, 2 bytes, 5 four bytes), then the value.
const message = (...fields: readonly Uint8Array[]): Uint8Array => Buffer.concat(fields)
const field = (key: number, bytes: Uint8Array): Uint8Array =>
  Buffer.concat([varint(BigInt(key * 8 + 2)), varint(BigInt(bytes.length)), bytes])
/** A negative number takes the bits of 64. */
const number = (key: number, value: number): Uint8Array =>
  Buffer.concat([varint(BigInt(key * 8)), varint(BigInt.asUintN(64, BigInt(value)))])

function float(key: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return Buffer.concat([varint(BigInt(key * 8 + 5)), bytes])
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7n) {
    const low = Number(rest & 127n)
    if (rest < 128n) return Uint8Array.from([...bytes, low])
    bytes.push(low | 128)
  }
}
