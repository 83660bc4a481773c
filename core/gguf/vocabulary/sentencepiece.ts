import { parseModelFile, pieceTextOf } from '../../tokenizers/model-file.ts'
import type { Tokenizer, TokenizerFiles } from '../../tokenizers/index.ts'
import { namedTokens } from '../../tokenizers/tokenizer-config.ts'
import { array, bool, string, uint32, type GgufValue } from '../values.ts'
import { tokenEntries, TokenType, forUnigram, type Token } from './tokens.ts'

type Files = Extract<TokenizerFiles, { kind: 'sentencepiece' }>

/**
 * A SentencePiece model: BPE as llama.cpp's `llama`. Unigram as its `t5`, which finds the likeliest pieces as
 * SentencePiece does; `llama` would merge by score. `t5` has no byte fallback: unknown characters beyond ASCII become the
 * unknown token, whose id must be written because llama.cpp takes 2 otherwise.
 */
export function sentencePieceVocabulary(
  { bytes, file, config }: Files,
  tokenizer: Tokenizer,
  size: number,
): Record<string, GgufValue> {
  const model = parseModelFile(bytes, file)
  const { rules, marks, scores } = model
  const named = new Set(namedTokens(config))
  const tokens: (Token | undefined)[] = Array.from({ length: Math.min(size, tokenizer.vocabSize) }, (_, id) => {
    const isPiece = id < model.types.length
    const text = isPiece ? pieceTextOf(model, id) : tokenizer.specialText(id)
    if (text === undefined) return undefined
    const added = config.added_tokens_decoder[String(id)]
    const isHidden = added?.special ?? (named.has(text) || !isPiece)
    return { text, score: scores[id] ?? 0, type: typeOf(model.types[id], added !== undefined, isHidden) }
  })
  const isBpe = model.algorithm === 'bpe'
  const prefix = rules.addDummyPrefix && !rules.spaceAsSuffix
  const unigram = {
    'tokenizer.ggml.remove_extra_whitespaces': bool(rules.removeExtraSpaces && prefix),
    ...(rules.charsMap.length > 0
      ? { 'tokenizer.ggml.precompiled_charsmap': array('uint8', Array.from(rules.charsMap)) }
      : {}),
  }
  return {
    'tokenizer.ggml.model': string(isBpe ? 'llama' : 't5'),
    'tokenizer.ggml.pre': string('default'),
    ...tokenEntries(isBpe ? tokens : forUnigram(tokens), size),
    'tokenizer.ggml.add_space_prefix': bool(prefix),
    ...(isBpe ? {} : unigram),
    'tokenizer.ggml.unknown_token_id': uint32(marks.unk),
  }
}

/** What a piece counts as where it is an added token too. */
function typeOf(type: number | undefined, isAdded: boolean, isHidden: boolean): number {
  const stays: readonly (number | undefined)[] = [TokenType.unknown, TokenType.byte, TokenType.control]
  if (type !== undefined && stays.includes(type)) return type
  if (isHidden) return TokenType.control
  return isAdded ? TokenType.userDefined : (type ?? TokenType.userDefined)
}
