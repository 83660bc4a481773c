// Added tokens of a tokenizer.json: which there are, and how text is cut at them.
import { z } from 'zod'
import type { Step } from './json-normalizer.ts'
import { SpecialTokens, type SpecialToken, type TextPart } from './special-tokens.ts'
import { AddedTokenSchema, namedTokens, TokenIdSchema, type TokenizerConfig } from './tokenizer-config.ts'

export const JsonAddedTokenSchema = AddedTokenSchema.extend({ id: TokenIdSchema })
export type JsonAddedToken = z.infer<typeof JsonAddedTokenSchema>

/**
 * The added tokens that transformers works with: those of tokenizer.json, those that only tokenizer_config.json has,
 * and the marks which it names and the vocabulary holds.
 */
export function allAddedTokens(
  written: readonly JsonAddedToken[],
  config: TokenizerConfig,
  idOf: (piece: string) => number | undefined,
): JsonAddedToken[] {
  const tokens = new Map(written.map((token) => [token.content, token]))
  const add = (token: JsonAddedToken): void => {
    if (!tokens.has(token.content)) tokens.set(token.content, token)
  }
  for (const [id, token] of Object.entries(config.added_tokens_decoder)) add({ ...token, id: Number(id) })
  for (const content of namedTokens(config)) {
    const id = idOf(content)
    if (id !== undefined)
      add({ id, content, special: true, normalized: false, lstrip: false, rstrip: false, single_word: false })
  }
  return [...tokens.values()]
}

/** The added token as text is cut at it and decoded with it. */
export const toSpecialToken = ({
  id,
  content,
  lstrip,
  rstrip,
  special,
  single_word: wholeWord,
}: JsonAddedToken): SpecialToken => ({
  id,
  text: content,
  hidden: special,
  stripsLeft: lstrip,
  stripsRight: rstrip,
  wholeWord,
})

/** The piece that a token is decoded as: what the normaliser makes of those that are looked for in normalised text. */
export const decodedPiece = (token: JsonAddedToken, normalize: Step): string =>
  isNormalized(token) ? normalize(token.content) : token.content

const isNormalized = ({ normalized, special }: JsonAddedToken): boolean => normalized ?? !special

/**
 * Cuts text at added tokens as the Rust library does: first at those that are looked for as they are, then, in the
 * normalised rest, at the others.
 */
export class AddedTokenSplitter {
  readonly #raw: SpecialTokens
  readonly #normalized: SpecialTokens
  readonly #normalize: Step

  constructor(tokens: readonly JsonAddedToken[], normalize: Step) {
    this.#normalize = normalize
    this.#raw = new SpecialTokens(tokens.filter((token) => !isNormalized(token)).map(toSpecialToken))
    this.#normalized = new SpecialTokens(
      tokens.filter(isNormalized).map((token) => ({ ...toSpecialToken(token), text: normalize(token.content) })),
    )
  }

  /** The tokens and, normalised, the stretches between them. */
  split(text: string): TextPart[] {
    return this.#raw
      .split(text)
      .flatMap((part) => (typeof part === 'string' ? this.#normalized.split(this.#normalize(part)) : [part]))
  }
}
