import { PieceType, type ModelFile } from './model-file.ts'
import { Trie } from './trie.ts'
import { fromUtf8 } from './utf8.ts'

/** Where a piece lies in the normalised bytes, as triples [id, start, end] one after the other. */
export type Segments = number[]

/** The pieces of a model, ready for look-ups by bytes, text and byte value. */
export interface Vocabulary {
  readonly trie: Trie
  /** User-defined pieces alone; null where the model has none. */
  readonly userDefined: Trie | null
  readonly scores: Float32Array
  readonly types: Uint8Array
  readonly unknownId: number
  /** Id of the fallback piece `<0xNN>` for each byte value, -1 for none. */
  readonly byteIds: Int32Array
}

/** Builds the look-ups of a model's pieces. */
export function buildVocabulary({ pieces, scores, types, marks }: ModelFile): Vocabulary {
  const entries: [Uint8Array, number][] = []
  const userDefined: [Uint8Array, number][] = []
  const byteIds = new Int32Array(256).fill(-1)
  pieces.forEach((piece, id) => {
    const type = types[id]
    if (type === PieceType.normal || type === PieceType.userDefined || type === PieceType.unused) entries.push([piece, id])
    if (type === PieceType.userDefined) userDefined.push([piece, id])
    if (type === PieceType.byte) byteIds[byteOfPiece(piece)] = id
  })
  return {
    trie: new Trie(entries),
    userDefined: userDefined.length > 0 ? new Trie(userDefined) : null,
    scores, types, byteIds,
    unknownId: marks.unk,
  }
}

/** The byte value of a fallback piece `<0xNN>`. */
export const byteOfPiece = (piece: Uint8Array): number => parseInt(fromUtf8(piece.subarray(3, 5)), 16)
