// tokenizer.json as llama.cpp reads it best.
import { z } from 'zod'
import { allAddedTokens, JsonAddedTokenSchema, type JsonAddedToken } from '../../tokenizers/json-added.ts'
import type { TokenizerFiles } from '../../tokenizers/index.ts'
import { TokenIdSchema } from '../../tokenizers/tokenizer-config.ts'
import { array, bool, string, uint32, type GgufValue } from '../values.ts'
import { preTokenizerFor } from './pre-tokenizers.ts'
import { tokenEntries, TokenType, forUnigram, type Token } from './tokens.ts'

type Files = Extract<TokenizerFiles, { kind: 'json' }>
type Entries = Record<string, GgufValue>

const File = z.looseObject({
  model: z.looseObject({}),
  added_tokens: z.array(JsonAddedTokenSchema).default([]),
  normalizer: z.unknown(),
  pre_tokenizer: z.unknown(),
  decoder: z.unknown(),
})
type File = z.infer<typeof File>

const Unigram = z.object({
  vocab: z.array(z.tuple([z.string(), z.number()])),
  unk_id: z.number().int().nullish(),
  byte_fallback: z.boolean().default(false),
})
const Merges = z.array(z.union([z.string(), z.tuple([z.string(), z.string()])]))
const Bpe = z.object({
  vocab: z.record(z.string(), TokenIdSchema),
  merges: Merges.default([]),
  unk_token: z.string().nullish(),
  byte_fallback: z.boolean().nullish(),
  ignore_merges: z.boolean().nullish(),
})
type Bpe = z.infer<typeof Bpe>

const BYTE_PIECE = /^<0x[0-9A-F]{2}>$/

/** Unigram becomes `t5`, byte-level BPE `gpt2`, BPE of characters `llama` with scores that say the merges' order. */
export function jsonVocabulary({ json, config }: Files, size: number): Entries {
  const file = File.parse(json)
  if (Array.isArray(file.model['vocab'])) {
    const model = Unigram.parse(file.model)
    const ids = new Map(model.vocab.map(([piece], id) => [piece, id]))
    return unigram(file, model, addedTokens(file, config, ids), size)
  }
  const model = Bpe.parse(file.model)
  const added = addedTokens(file, config, new Map(Object.entries(model.vocab)))
  const isByteLevel = [file.pre_tokenizer, file.normalizer, file.decoder].some(
    (part) => stepsOf(part, 'ByteLevel').length > 0,
  )
  return isByteLevel ? byteLevel(file, model, added, size) : characters(file, model, added, size)
}

const addedTokens = (
  file: File,
  config: Files['config'],
  ids: ReadonlyMap<string, number>,
): ReadonlyMap<number, JsonAddedToken> =>
  new Map(allAddedTokens(file.added_tokens, config, (piece) => ids.get(piece)).map((token) => [token.id, token]))

/** Pieces by id, with added tokens in their places. */
function tokensOf(
  pieces: Iterable<readonly [piece: string, id: number, score: number]>,
  added: ReadonlyMap<number, JsonAddedToken>,
  typeOf: (piece: string, id: number) => number,
): Token[] {
  const tokens: Token[] = []
  for (const [text, id, score] of pieces) tokens[id] = { text, score, type: typeOf(text, id) }
  for (const { id, content, special } of added.values())
    if (tokens[id]?.type !== TokenType.unknown)
      tokens[id] = { text: content, score: 0, type: special ? TokenType.control : TokenType.userDefined }
  return tokens
}

function unigram(
  { normalizer, pre_tokenizer: pre }: File,
  { vocab, unk_id: unknown, byte_fallback: hasBytes }: z.infer<typeof Unigram>,
  added: ReadonlyMap<number, JsonAddedToken>,
  size: number,
): Entries {
  const typeOf = (piece: string, id: number): number =>
    id === unknown ? TokenType.unknown : hasBytes && BYTE_PIECE.test(piece) ? TokenType.byte : TokenType.normal
  const tokens = tokensOf(
    vocab.map(([piece, score], id) => [piece, id, score] as const),
    added,
    typeOf,
  )
  const map = stepsOf(normalizer, 'Precompiled')[0]?.['precompiled_charsmap']
  const bytes = typeof map === 'string' ? Buffer.from(map, 'base64') : null
  const prefix = prependsSpace(normalizer, pre)
  return {
    'tokenizer.ggml.model': string('t5'),
    'tokenizer.ggml.pre': string('default'),
    ...tokenEntries(forUnigram(tokens), size),
    'tokenizer.ggml.add_space_prefix': bool(prefix),
    'tokenizer.ggml.remove_extra_whitespaces': bool(
      prefix && stepsOf(normalizer, 'Replace').some(({ pattern }) => JSON.stringify(pattern ?? '').includes('{2,}')),
    ),
    ...(bytes && bytes.length > 4 ? { 'tokenizer.ggml.precompiled_charsmap': array('uint8', Array.from(bytes)) } : {}),
    'tokenizer.ggml.unknown_token_id': uint32(unknown ?? 0),
  }
}

const mergeText = (merge: string | readonly [string, string]): string =>
  typeof merge === 'string' ? merge : merge.join(' ')

function byteLevel(
  { pre_tokenizer: pre }: File,
  { vocab, merges, ignore_merges: ignoresMerges, unk_token: unknown }: Bpe,
  added: ReadonlyMap<number, JsonAddedToken>,
  size: number,
): Entries {
  const tokens = tokensOf(
    Object.entries(vocab).map(([piece, id]) => [piece, id, 0] as const),
    added,
    () => TokenType.normal,
  )
  const { 'tokenizer.ggml.scores': _, ...lists } = tokenEntries(tokens, size)
  const unknownId = unknown ? vocab[unknown] : undefined
  return {
    'tokenizer.ggml.model': string('gpt2'),
    'tokenizer.ggml.pre': string(preTokenizerFor(pre, ignoresMerges ?? false).name),
    ...lists,
    'tokenizer.ggml.merges': array('string', merges.map(mergeText)),
    ...(unknownId === undefined ? {} : { 'tokenizer.ggml.unknown_token_id': uint32(unknownId) }),
  }
}

function characters(
  { normalizer, pre_tokenizer: pre }: File,
  { vocab, merges, byte_fallback: hasBytes, unk_token: unknown }: Bpe,
  added: ReadonlyMap<number, JsonAddedToken>,
  size: number,
): Entries {
  const ranks = new Map<string, number>()
  for (const [rank, merge] of merges.entries()) {
    const text = typeof merge === 'string' ? merge.replace(' ', '') : merge.join('')
    if (!ranks.has(text)) ranks.set(text, rank)
  }
  const unknownId = (unknown ? vocab[unknown] : undefined) ?? 0
  const tokens = tokensOf(
    Object.entries(vocab).map(([piece, id]) => [piece, id, -(ranks.get(piece) ?? merges.length)] as const),
    added,
    (piece, id) =>
      piece === unknown && id === unknownId
        ? TokenType.unknown
        : hasBytes && BYTE_PIECE.test(piece)
          ? TokenType.byte
          : TokenType.normal,
  )
  return {
    'tokenizer.ggml.model': string('llama'),
    'tokenizer.ggml.pre': string('default'),
    ...tokenEntries(tokens, size),
    'tokenizer.ggml.add_space_prefix': bool(prependsSpace(normalizer, pre)),
    'tokenizer.ggml.unknown_token_id': uint32(unknownId),
  }
}

/** A part's steps of a kind, also those inside sequences. */
function stepsOf(part: unknown, type: string): Record<string, unknown>[] {
  if (typeof part !== 'object' || part === null) return []
  const step = part as Record<string, unknown>
  const inner = [step['normalizers'], step['pretokenizers'], step['decoders']].flatMap((list) =>
    Array.isArray(list) ? list : [],
  )
  return [...(step['type'] === type ? [step] : []), ...inner.flatMap((entry) => stepsOf(entry, type))]
}

/** Whether a text begins with ▁ before it is cut. */
const prependsSpace = (normalizer: unknown, pre: unknown): boolean =>
  stepsOf(normalizer, 'Prepend').length > 0 ||
  // At the beginning of a text, as llm-jp writes it.
  stepsOf(normalizer, 'Replace').some(
    ({ pattern, content }) => content === '\u2581' && JSON.stringify(pattern ?? '').includes('^'),
  ) ||
  stepsOf(pre, 'Metaspace').some(
    ({ prepend_scheme: scheme, add_prefix_space: adds }) =>
      (scheme ?? (adds === false ? 'never' : 'always')) !== 'never',
  )
