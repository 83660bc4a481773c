import { array, type GgufValue } from '../values.ts'

/** Kinds of tokens, numbered as in SentencePiece and llama.cpp. */
export const TokenType = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const

export interface Token {
  readonly text: string
  readonly type: number
  readonly score: number
}

const LAST_OF_ASCII = 0x7f
const BYTE_PIECE = /^<0x([0-7][0-9A-F])>$/
/** Zero ends a string of C, a space is written as another character. */
const NO_TEXT: readonly string[] = ['\0', ' ']

/**
 * Tokens as llama.cpp's Unigram reads them best. It has no byte fallback: bytes that are a whole character, such as line
 * breaks, become normal tokens of that character, with the lowest score, so that a longer piece is always preferred. It
 * cuts characters apart that begin as a user-defined token does: those beyond ASCII become normal tokens that are
 * always preferred.
 */
export function forUnigram(tokens: readonly (Token | undefined)[]): (Token | undefined)[] {
  const texts = new Set(tokens.map((token) => token?.text))
  const lowest = tokens.reduce(
    (least, token) => (token?.type === TokenType.normal ? Math.min(least, token.score) : least),
    0,
  )
  return tokens.map((token) => {
    if (token?.type === TokenType.userDefined && token.text.charCodeAt(0) > LAST_OF_ASCII)
      return { ...token, type: TokenType.normal, score: 0 }
    const byte = token?.type === TokenType.byte ? BYTE_PIECE.exec(token.text)?.[1] : undefined
    const text = byte === undefined ? '' : String.fromCharCode(parseInt(byte, 16))
    return text === '' || NO_TEXT.includes(text) || texts.has(text)
      ? token
      : { text, type: TokenType.normal, score: lowest }
  })
}

/** llama.cpp reads a text of no token and a text of two as a damaged file. */
const UNUSED_SCORE = -10_000

/**
 * The lists of exactly `size` tokens, one for each row of the embedding table: ids without a token, and tokens whose
 * text another one has already, get a text of their own that no input means.
 */
export function tokenEntries(tokens: readonly (Token | undefined)[], size: number): Record<string, GgufValue> {
  const seen = new Set<string>()
  const all = Array.from({ length: size }, (_, id): Token => {
    const token = tokens[id]
    const isNew = token !== undefined && token.text !== '' && !seen.has(token.text)
    const used = isNew ? token : { text: `[PAD${id}]`, type: TokenType.unused, score: UNUSED_SCORE }
    seen.add(used.text)
    return used
  })
  return {
    'tokenizer.ggml.tokens': array(
      'string',
      all.map(({ text }) => text),
    ),
    'tokenizer.ggml.scores': array(
      'float32',
      all.map(({ score }) => score),
    ),
    'tokenizer.ggml.token_type': array(
      'int32',
      all.map(({ type }) => type),
    ),
  }
}
