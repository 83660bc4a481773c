import { PieceType, pieceTextOf, type ModelFile } from './model-file.ts'
import { Trie } from './trie.ts'

/** Where a piece lies in the normalised bytes, as triples [id, start, end] one after the other. */
export type Segments = number[]

/** The pieces of a model, ready for look-ups by bytes, text and byte value. */
export interface Vocabulary {
  readonly trie: Trie
  /** User-defined pieces alone; null where the model has none. */
  readonly userDefined: Trie | null
  readonly scores: Float32Array | Float64Array
  readonly types: Uint8Array
  readonly unknownId: number
  /** Id of the fallback piece `<0xNN>` for each byte value, -1 for none. */
  readonly byteIds: Int32Array
}

/** Builds the look-ups of a model's pieces. */
export function buildVocabulary(model: ModelFile): Vocabulary {
  const { scores, types, marks } = model
  const userDefined = idsOfTypes(model, [PieceType.userDefined])
  const byteIds = new Int32Array(256).fill(-1)
  for (const id of idsOfTypes(model, [PieceType.byte])) byteIds[byteOfPiece(model, id)] = id
  return {
    trie: trieOf(model, idsOfTypes(model, [PieceType.normal, PieceType.userDefined, PieceType.unused])),
    userDefined: userDefined.length > 0 ? trieOf(model, userDefined) : null,
    scores,
    types,
    byteIds,
    unknownId: marks.unk,
  }
}

function idsOfTypes({ types }: ModelFile, wanted: readonly number[]): number[] {
  const ids: number[] = []
  for (let id = 0; id < types.length; id++) if (wanted.includes(types[id]!)) ids.push(id)
  return ids
}

const trieOf = ({ bytes, starts, ends }: ModelFile, ids: readonly number[]): Trie =>
  new Trie({ source: bytes, starts: ids.map((id) => starts[id]!), ends: ids.map((id) => ends[id]!), values: ids })

/** The byte value of a fallback piece `<0xNN>`. */
export const byteOfPiece = (model: ModelFile, id: number): number => parseInt(pieceTextOf(model, id).slice(3, 5), 16)
