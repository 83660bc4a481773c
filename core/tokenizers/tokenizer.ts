import type { ChatTemplate } from './chat-template.ts'
import type { StreamDecoder } from './sentencepiece.ts'

/** Ids of a tokenizer's marks, where it has them. */
export interface SpecialIds {
  readonly bos?: number
  readonly eos?: number
  readonly pad?: number
  readonly unk?: number
}

export interface EncodeOptions {
  /** False takes special-token strings such as `</s>` as ordinary text. */
  readonly recogniseSpecial?: boolean
  /** True leaves out every LITERAL_MARK, after special tokens were looked for. */
  readonly literalMarks?: boolean
}

/**
 * Within the text of a special token it makes that text ordinary. Unicode keeps this code point for uses within a
 * program: it stands in no text.
 */
export const LITERAL_MARK = '\uFDD1'

export interface DecodeOptions {
  /** Leaves special tokens out of the text; true by default. */
  readonly skipSpecial?: boolean
}

/** Text to ids and back, as the model was trained with. Never adds BOS or EOS by itself. */
export interface Tokenizer {
  readonly special: SpecialIds
  /** Number of ids, added tokens included. */
  readonly vocabSize: number
  readonly chatTemplate?: ChatTemplate
  /** Ids of a text; strings of special tokens become their ids unless told otherwise. */
  encode(text: string, options?: EncodeOptions): number[]
  decode(ids: Iterable<number>, options?: DecodeOptions): string
  /** Decodes ids as they come, never giving half a character. All texts joined equal `decode` of all ids. */
  streamDecoder(options?: DecodeOptions): StreamDecoder
  /** Text of a special token; undefined for any other id. */
  specialText(id: number): string | undefined
}
