// What Hugging Face's Python classes do around a SentencePiece model: special tokens first, then each stretch between
// them on its own.
import type { ChatTemplate } from './chat-template.ts'
import type { SentencePiece, StreamDecoder } from './sentencepiece.ts'
import type { SpecialTokens, TextPart } from './special-tokens.ts'
import { LITERAL_MARK, type DecodeOptions, type EncodeOptions, type SpecialIds, type Tokenizer } from './tokenizer.ts'
import { SPACE_SYMBOL } from './utf8.ts'

export interface WrappingRules {
  /** Lower-cases everything but special tokens. */
  readonly lowerCase: boolean
  /**
   * LlamaTokenizer and T5Tokenizer with `legacy: false`: one ▁ before the whole text instead of one before each
   * stretch. The text of the unknown token, which stands before a stretch that begins with a space so that the space
   * survives; null for the plain rule.
   */
  readonly unknownBeforeSpace: string | null
}

interface Parts {
  readonly pieces: SentencePiece
  readonly specialTokens: SpecialTokens
  readonly special: SpecialIds
  readonly rules: WrappingRules
  readonly chatTemplate?: ChatTemplate
}

export class SentencePieceTokenizer implements Tokenizer {
  readonly special: SpecialIds
  readonly vocabSize: number
  readonly chatTemplate?: ChatTemplate
  private readonly pieces: SentencePiece
  private readonly specialTokens: SpecialTokens
  private readonly rules: WrappingRules
  private readonly unknownLength: number

  constructor({ pieces, specialTokens, special, rules, chatTemplate }: Parts) {
    this.pieces = pieces
    this.specialTokens = specialTokens
    this.special = special
    this.rules = rules
    this.vocabSize = Math.max(pieces.size, ...specialTokens.list.map(({ id }) => id + 1))
    this.unknownLength = rules.unknownBeforeSpace === null ? 0 : pieces.encode(rules.unknownBeforeSpace).length
    if (chatTemplate) this.chatTemplate = chatTemplate
  }

  encode(text: string, { recogniseSpecial = true, literalMarks = false }: EncodeOptions = {}): number[] {
    if (text === '') return []
    const prepared = this.prepare(text)
    const parts: TextPart[] = recogniseSpecial ? this.specialTokens.split(prepared) : [prepared]
    const ids: number[] = []
    parts.forEach((part, index) => {
      if (typeof part !== 'string') ids.push(part.id)
      else {
        const stretch = literalMarks ? part.replaceAll(LITERAL_MARK, '') : part
        for (const id of this.encodeStretch(stretch, index === 0 && parts.length > 1)) ids.push(id)
      }
    })
    return ids
  }

  private prepare(text: string): string {
    const lower = this.rules.lowerCase
      ? this.specialTokens
          .split(text)
          .map((part) => (typeof part === 'string' ? part.toLowerCase() : part.text))
          .join('')
      : text
    return this.rules.unknownBeforeSpace === null ? lower : SPACE_SYMBOL + lower.replaceAll(SPACE_SYMBOL, ' ')
  }

  private encodeStretch(text: string, opensBeforeSpecial: boolean): number[] {
    const { unknownBeforeSpace } = this.rules
    if (unknownBeforeSpace === null || !/^[\u2581 ]/.test(text)) return this.pieces.encode(text)
    const ids = this.pieces.encode(unknownBeforeSpace + text).slice(this.unknownLength)
    const isLoneSpace = ids.length === 1 && this.pieces.pieceText(ids[0]!) === SPACE_SYMBOL
    return isLoneSpace && opensBeforeSpecial ? [] : ids
  }

  decode(ids: Iterable<number>, options?: DecodeOptions): string {
    const decoder = this.streamDecoder(options)
    let text = ''
    for (const id of ids) text += decoder.push(id)
    return text + decoder.end()
  }

  streamDecoder({ skipSpecial = true }: DecodeOptions = {}): StreamDecoder {
    return this.pieces.streamDecoder((id) => {
      const token = this.specialTokens.get(id)
      if (!token) return undefined
      if (token.hidden && skipSpecial) return ''
      // Added tokens that are pieces, such as runs of ▁, follow the model's rules.
      return this.pieces.isText(id, token.text) ? undefined : token.text.replaceAll(SPACE_SYMBOL, ' ')
    })
  }

  specialText(id: number): string | undefined {
    return this.specialTokens.get(id)?.text
  }
}
