// Tokenizer files of a model folder, made of a GGUF file's vocabulary.
import { UserError } from '../../contract/errors.ts'
import { MAX_TOKENS } from '../../tokenizers/limits.ts'
import { idEntry, listEntry, textEntry, type OpenedGguf } from '../import-metadata.ts'
import { jsonOfPreTokenizer } from './pre-tokenizers.ts'
import { sentencePieceModel } from './sentencepiece-model.ts'
import { TokenType, type Token } from './tokens.ts'

export interface NamedFile {
  readonly name: string
  readonly content: string | Uint8Array
}

/**
 * tokenizer.json or tokenizer.model, and tokenizer_config.json; none for a file without a vocabulary. Throws UserError
 * 'gguf/tokenizer' {found} for one that cannot be rebuilt, 'gguf/metadata' {file, key}.
 */
export function tokenizerFiles(opened: OpenedGguf): NamedFile[] {
  const kind = textEntry(opened, 'tokenizer.ggml.model') ?? 'none'
  if (kind === 'none' || kind === 'no_vocab') return []
  const tokens = tokensOf(opened)
  if (kind === 'gpt2') return [byteLevelFile(opened, tokens), configFile(opened, tokens, 'PreTrainedTokenizerFast')]
  if (kind !== 'llama' && kind !== 't5') throw new UserError('gguf/tokenizer', { found: kind.slice(0, 60) })
  const model = sentencePieceModel({
    tokens,
    algorithm: kind === 'llama' ? 'bpe' : 'unigram',
    charsMap: Uint8Array.from(listEntry<number>(opened, 'tokenizer.ggml.precompiled_charsmap', 'number') ?? []),
    addDummyPrefix: flagEntry(opened, 'tokenizer.ggml.add_space_prefix', kind === 'llama'),
    removeExtraSpaces: flagEntry(opened, 'tokenizer.ggml.remove_extra_whitespaces', false),
    marks: {
      unk: idEntry(opened, 'tokenizer.ggml.unknown_token_id') ?? tokens.findIndex(isUnknown),
      bos: idEntry(opened, 'tokenizer.ggml.bos_token_id') ?? -1,
      eos: idEntry(opened, 'tokenizer.ggml.eos_token_id') ?? -1,
      pad: idEntry(opened, 'tokenizer.ggml.padding_token_id') ?? -1,
    },
  })
  return [{ name: 'tokenizer.model', content: model }, configFile(opened, tokens, null)]
}

const isUnknown = ({ type }: Token): boolean => type === TokenType.unknown

function flagEntry({ file, header }: OpenedGguf, key: string, byDefault: boolean): boolean {
  const entry = header.metadata.get(key)
  if (entry === undefined) return byDefault
  if (entry.type !== 'bool') throw new UserError('gguf/metadata', { file, key })
  return entry.value === true
}

function tokensOf(opened: OpenedGguf): Token[] {
  const lists = {
    texts: listEntry<string>(opened, 'tokenizer.ggml.tokens', 'string') ?? [],
    scores: listEntry<number>(opened, 'tokenizer.ggml.scores', 'number') ?? [],
    types: listEntry<number>(opened, 'tokenizer.ggml.token_type', 'number') ?? [],
  }
  const rows = opened.header.tensors.get('token_embd.weight')?.shape[0]
  if (lists.texts.length === 0 || lists.texts.length > MAX_TOKENS || (rows !== undefined && lists.texts.length > rows))
    throw new UserError('gguf/metadata', { file: opened.file, key: 'tokenizer.ggml.tokens' })
  if (!lists.scores.every(Number.isFinite))
    throw new UserError('gguf/metadata', { file: opened.file, key: 'tokenizer.ggml.scores' })
  return lists.texts.map((text, id) => ({
    text,
    score: lists.scores[id] ?? 0,
    type: lists.types[id] ?? TokenType.normal,
  }))
}

/** Tokens that are found in text as they are. */
const addedTokens = (tokens: readonly Token[]) =>
  tokens.flatMap(({ text, type }, id) =>
    type === TokenType.control || type === TokenType.userDefined || (type === TokenType.unknown && text !== '')
      ? [
          {
            id,
            content: text,
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false,
            special: type !== TokenType.userDefined,
          },
        ]
      : [],
  )

/** Byte-level BPE. */
function byteLevelFile(opened: OpenedGguf, tokens: readonly Token[]): NamedFile {
  const pre = textEntry(opened, 'tokenizer.ggml.pre') ?? 'default'
  const known = jsonOfPreTokenizer(pre)
  if (!known) throw new UserError('gguf/tokenizer', { found: pre.slice(0, 60) })
  const vocab = Object.fromEntries(
    tokens.flatMap(({ text, type }, id) => (type === TokenType.unused ? [] : [[text, id] as const])),
  )
  const merges = (listEntry<string>(opened, 'tokenizer.ggml.merges', 'string') ?? []).map(cutMerge)
  const json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(tokens),
    normalizer: null,
    pre_tokenizer: known.json,
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: known.ignoresMerges,
      vocab,
      // A merge that makes nothing of the vocabulary is never used.
      merges: merges.filter(([left, right]) => [left, right, left + right].every((text) => Object.hasOwn(vocab, text))),
    },
  }
  return { name: 'tokenizer.json', content: JSON.stringify(json) }
}

/** Two pieces with a space between them; the first may itself begin with one. */
function cutMerge(merge: string): [string, string] {
  const space = merge.indexOf(' ', 1)
  return [merge.slice(0, space), merge.slice(space + 1)]
}

const MARKS = { bos_token: 'bos', eos_token: 'eos', unk_token: 'unknown', pad_token: 'padding' } as const

function configFile(opened: OpenedGguf, tokens: readonly Token[], tokenizerClass: string | null): NamedFile {
  const marks = Object.entries(MARKS).flatMap(([name, key]) => {
    const text = tokens[idEntry(opened, `tokenizer.ggml.${key}_token_id`) ?? -1]?.text
    return text === undefined ? [] : [[name, text] as const]
  })
  const template = textEntry(opened, 'tokenizer.chat_template')
  const config = {
    ...(tokenizerClass === null ? {} : { tokenizer_class: tokenizerClass }),
    ...Object.fromEntries(marks),
    add_bos_token: flagEntry(opened, 'tokenizer.ggml.add_bos_token', false),
    add_eos_token: flagEntry(opened, 'tokenizer.ggml.add_eos_token', false),
    clean_up_tokenization_spaces: false,
    added_tokens_decoder: Object.fromEntries(addedTokens(tokens).map(({ id, ...token }) => [id, token])),
    ...(template === undefined ? {} : { chat_template: template }),
  }
  return { name: 'tokenizer_config.json', content: `${JSON.stringify(config, null, 2)}\n` }
}
