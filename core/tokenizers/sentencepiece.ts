import { Bpe } from './bpe.ts'
import { UserError } from '../contract/errors.ts'
import { parseModelFile, PieceType, pieceTextOf, type ModelFile } from './model-file.ts'
import { Normalizer } from './normalizer.ts'
import { buildVocabulary, byteOfPiece, type Segments, type Vocabulary } from './pieces.ts'
import { ByteGatherer } from './text-decoder.ts'
import { Unigram } from './unigram.ts'
import { SPACE_SYMBOL, toUtf8 } from './utf8.ts'

/** Turns ids into text one by one. The texts joined, with `end`'s, are the text of all ids. */
export interface StreamDecoder {
  /** Text that is now certain; '' while a character's bytes are incomplete. */
  push(id: number): string
  /** The rest, with U+FFFD for bytes that make no character. */
  end(): string
}

/**
 * A SentencePiece model (Unigram or BPE) that encodes and decodes exactly like the C++ library, without special-token
 * handling around it.
 */
export class SentencePiece {
  readonly model: ModelFile
  private readonly vocabulary: Vocabulary
  private readonly normalizer: Normalizer
  private readonly segmenter: { segment(bytes: Uint8Array): Segments }
  private readonly texts: (string | undefined)[] = []

  constructor(
    model: ModelFile,
    { encodesPrefix = model.rules.addDummyPrefix }: { readonly encodesPrefix?: boolean } = {},
  ) {
    this.model = model
    this.vocabulary = buildVocabulary(model)
    this.normalizer = new Normalizer({ ...model.rules, addDummyPrefix: encodesPrefix }, this.vocabulary.userDefined)
    this.segmenter = model.algorithm === 'bpe' ? new Bpe(this.vocabulary) : new Unigram(this.vocabulary)
  }

  /**
   * Parses a `.model` file. `encodesPrefix` overrides the model's rule of putting ▁ before a text; decoding keeps the
   * model's rule. Throws UserError 'tokenizer/damaged' or, for word and character models, 'tokenizer/unsupported'.
   */
  static parse(bytes: Uint8Array, file: string, options: { readonly encodesPrefix?: boolean } = {}): SentencePiece {
    const model = parseModelFile(bytes, file)
    if (model.marks.unk < 0) throw new UserError('tokenizer/damaged', { file, position: bytes.length })
    if (model.algorithm === 'word' || model.algorithm === 'char') {
      throw new UserError('tokenizer/unsupported', {
        file,
        found: `SentencePiece ${model.algorithm}`,
        supported: 'SentencePiece Unigram, SentencePiece BPE',
      })
    }
    return new SentencePiece(model, options)
  }

  /** Number of pieces. */
  get size(): number {
    return this.model.types.length
  }

  /** Ids of a text. Special-token strings are ordinary text here. */
  encode(text: string): number[] {
    const bytes = this.normalizer.normalize(toUtf8(text))
    const segments = this.segmenter.segment(bytes)
    const { unknownId } = this.vocabulary
    const ids: number[] = []
    let afterUnknown = false
    for (let i = 0; i < segments.length; i += 3) {
      const id = segments[i]!
      if (id !== unknownId) ids.push(id)
      else if (this.model.byteFallback) this.pushBytes(ids, bytes.subarray(segments[i + 1]!, segments[i + 2]!))
      else if (!afterUnknown) ids.push(id)
      afterUnknown = id === unknownId
    }
    return ids
  }

  private pushBytes(ids: number[], bytes: Uint8Array): void {
    for (const byte of bytes) ids.push(this.vocabulary.byteIds[byte]!)
  }

  /** A piece as the model spells it. */
  pieceText(id: number): string {
    return (this.texts[id] ??= pieceTextOf(this.model, id))
  }

  /** True where the id is this piece of text, and no mark. */
  isText(id: number, piece: string): boolean {
    const type = this.model.types[id]
    return (type === PieceType.normal || type === PieceType.userDefined) && this.pieceText(id) === piece
  }

  /**
   * Id of a piece by its spelling; undefined for none. Looks through all pieces: meant for a few special tokens, not
   * for text.
   */
  idOf(piece: string): number | undefined {
    const { bytes, starts, ends } = this.model
    const wanted = toUtf8(piece)
    const id = starts.findIndex(
      (start, index) => ends[index]! - start === wanted.length && wanted.every((byte, i) => bytes[start + i] === byte),
    )
    return id < 0 ? undefined : id
  }

  /**
   * Decodes ids one by one. `textOf` may give the text of ids that stand outside the model's rules (special tokens),
   * undefined for all others.
   */
  streamDecoder(textOf: (id: number) => string | undefined = () => undefined): StreamDecoder {
    return new PieceDecoder(this, textOf)
  }

  /** Text of ids. */
  decode(ids: Iterable<number>): string {
    const decoder = this.streamDecoder()
    let text = ''
    for (const id of ids) text += decoder.push(id)
    return text + decoder.end()
  }
}

class PieceDecoder implements StreamDecoder {
  private readonly owner: SentencePiece
  private readonly textOf: (id: number) => string | undefined
  private readonly bytes = new ByteGatherer()
  /** At the start of the text, where the dummy prefix is taken off again. */
  private atStart = true

  constructor(owner: SentencePiece, textOf: (id: number) => string | undefined) {
    this.owner = owner
    this.textOf = textOf
  }

  push(id: number): string {
    const special = this.textOf(id)
    if (special !== undefined) return this.emit(this.bytes.end() + special)
    const { model } = this.owner
    if (model.types[id] === PieceType.byte) return this.emit(this.bytes.push(byteOfPiece(model, id)))
    return this.emitAfterBytes(this.bytes.end(), id)
  }

  end(): string {
    return this.bytes.end()
  }

  private emitAfterBytes(before: string, id: number): string {
    this.emit(before)
    const { model } = this.owner
    const type = model.types[id]
    if (type === undefined || type === PieceType.control) return before
    if (type === PieceType.unknown) return before + this.emit(model.unknownText)
    return before + this.emitPiece(this.owner.pieceText(id))
  }

  private emitPiece(piece: string): string {
    const { addDummyPrefix, removeExtraSpaces } = this.owner.model.rules
    const stripped =
      this.atStart && (addDummyPrefix || removeExtraSpaces) && piece.startsWith(SPACE_SYMBOL) ? piece.slice(1) : piece
    // With removeExtraSpaces every leading space goes, else only the one dummy prefix.
    if (stripped !== piece && !removeExtraSpaces) this.atStart = false
    return this.emit(stripped.replaceAll(SPACE_SYMBOL, ' '))
  }

  private emit(text: string): string {
    if (text !== '') this.atStart = false
    return text
  }
}
