import { array, type GgufValue } from '../values.ts'

/** Kinds of tokens, numbered as in SentencePiece and llama.cpp. */
export const TokenType = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const

export interface Token {
  readonly text: string
  readonly type: number
  readonly score: number
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
