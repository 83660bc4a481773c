import { join } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { readRegularFile } from '../files/regular-file.ts'
import { createChatTemplate, type ChatTemplate } from './chat-template.ts'
import { readJsonObject } from '../files/json-file.ts'
import { tokenizerFrom } from './json-tokenizer.ts'
import { MAX_TOKENIZER_BYTES } from './limits.ts'
import { SentencePieceTokenizer, type WrappingRules } from './sentencepiece-tokenizer.ts'
import { SentencePiece } from './sentencepiece.ts'
import { SpecialTokens, type SpecialToken } from './special-tokens.ts'
import {
  exists,
  markTexts,
  namedTokens,
  readTokenizerConfig,
  templateSource,
  type TokenizerConfig,
} from './tokenizer-config.ts'
import type { SpecialIds, Tokenizer } from './tokenizer.ts'
import { MERGES, readVocabularyAndMerges, VOCABULARY } from './vocab-merges.ts'

const SUPPORTED = 'tokenizer.json, spiece.model, tokenizer.model, vocab.json + merges.txt'
const MODEL_FILES = ['spiece.model', 'tokenizer.model'] as const

/** A tokenizer's files as they were found, with the settings around them. */
export type TokenizerFiles =
  | {
      readonly kind: 'sentencepiece'
      readonly file: string
      readonly bytes: Uint8Array
      readonly config: TokenizerConfig
    }
  | {
      readonly kind: 'json'
      readonly file: string
      readonly json: Record<string, unknown>
      readonly config: TokenizerConfig
    }

/**
 * Loads the tokenizer of a model folder (readTokenizerFiles). Throws as that, and UserError 'tokenizer/damaged',
 * 'tokenizer/unsupported'.
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const files = await readTokenizerFiles(folder)
  return files.kind === 'sentencepiece'
    ? sentencePieceFrom(files.bytes, files.file, files.config)
    : tokenizerFrom(files.json, files.file, folder, files.config)
}

/**
 * The tokenizer files of a model folder: spiece.model or tokenizer.model where that is SentencePiece's, else
 * tokenizer.json, else vocab.json and merges.txt as a tokenizer.json, with tokenizer_config.json around it. Throws
 * UserError 'tokenizer/missing', 'tokenizer/unsupported', 'tokenizer/damaged', 'tokenizer/setting' or one of
 * readRegularFile's.
 */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  for (const name of MODEL_FILES) {
    const file = join(folder, name)
    if (!(await exists(file))) continue
    const hasOther = await exists(join(folder, 'tokenizer.json'))
    const bytes = await readRegularFile(file, { maxBytes: MAX_TOKENIZER_BYTES }).catch((error: unknown) => {
      if (hasOther && error instanceof UserError && error.error.code === 'file/lfs-pointer') return Buffer.alloc(0)
      throw error
    })
    if (bytes.length === 0 && hasOther) continue
    if (!isTiktoken(bytes)) return { kind: 'sentencepiece', file, bytes, config: await readTokenizerConfig(folder) }
    if (!hasOther) throw new UserError('tokenizer/unsupported', { file, found: 'tiktoken', supported: SUPPORTED })
  }
  const file = join(folder, 'tokenizer.json')
  if (await exists(file)) {
    const json = await readJsonObject(file, { maxBytes: MAX_TOKENIZER_BYTES })
    return { kind: 'json', file, json, config: await readTokenizerConfig(folder) }
  }
  if ((await exists(join(folder, VOCABULARY))) && (await exists(join(folder, MERGES))))
    return { kind: 'json', ...(await readVocabularyAndMerges(folder, await readTokenizerConfig(folder))) }
  throw (await exists(join(folder, 'tekken.json')))
    ? new UserError('tokenizer/unsupported', { file: 'tekken.json', found: 'tekken', supported: SUPPORTED })
    : new UserError('tokenizer/missing', { folder })
}

/** Defaults of the Python classes for marks that tokenizer_config.json does not name. */
const CLASS_MARKS: Readonly<Record<string, Partial<TokenizerConfig>>> = {
  T5Tokenizer: { eos_token: '</s>', unk_token: '<unk>', pad_token: '<pad>' },
  LlamaTokenizer: { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' },
}

const classMarksOf = ({ tokenizer_class: name }: TokenizerConfig): Partial<TokenizerConfig> | undefined =>
  CLASS_MARKS[(name ?? '').replace(/Fast$/, '')]

/** A list of tokens in base64 with their ranks, which Llama 3 and others have beside their tokenizer.json. */
const isTiktoken = (bytes: Buffer): boolean =>
  /^[A-Za-z0-9+/]+={0,2}[ \t]\d+\r?(?:\n|$)/.test(bytes.toString('latin1', 0, MAX_RANK_BYTES))
/** More than the longest token takes in base64. */
const MAX_RANK_BYTES = 65_536

function sentencePieceFrom(bytes: Uint8Array, file: string, written: TokenizerConfig): Tokenizer {
  const classMarks = classMarksOf(written)
  const config: TokenizerConfig = { ...written, ...missingMarks(written, classMarks ?? {}) }
  const prefixOnce = classMarks !== undefined && config.legacy === false
  const pieces = SentencePiece.parse(bytes, file, prefixOnce ? { encodesPrefix: false } : {})
  const rules: WrappingRules = {
    lowerCase: config.do_lower_case && classMarks !== undefined,
    unknownBeforeSpace: prefixOnce ? (config.unk_token ?? '<unk>') : null,
  }
  const chatTemplate = chatTemplateOf(config, pieces)
  return new SentencePieceTokenizer({
    pieces,
    rules,
    specialTokens: new SpecialTokens(specialTokensOf(config, pieces)),
    special: specialIdsOf(config, pieces),
    ...(chatTemplate ? { chatTemplate } : {}),
  })
}

const missingMarks = (written: TokenizerConfig, defaults: Partial<TokenizerConfig>): Partial<TokenizerConfig> =>
  Object.fromEntries(Object.entries(defaults).filter(([key]) => written[key as keyof TokenizerConfig] == null))

/** Every string that is cut out of text before SentencePiece sees it: named marks, added tokens, T5's sentinels. */
function specialTokensOf(config: TokenizerConfig, pieces: SentencePiece): SpecialToken[] {
  const tokens = new Map<string, SpecialToken>()
  const add = (text: string | null | undefined, id: number | undefined): void => {
    if (text && id !== undefined && !tokens.has(text))
      tokens.set(text, { id, text, hidden: true, stripsLeft: false, stripsRight: false })
  }
  for (const [id, { content, lstrip, rstrip, special }] of Object.entries(config.added_tokens_decoder)) {
    tokens.set(content, { id: Number(id), text: content, hidden: special, stripsLeft: lstrip, stripsRight: rstrip })
  }
  for (const text of namedTokens(config)) add(text, pieces.idOf(text))
  // Without a class that fixes its marks, the model's own marks are special too, named or not.
  const { bos, eos, pad, unk } = pieces.model.marks
  if (!classMarksOf(config)) for (const id of [bos, eos, pad, unk]) if (id >= 0) add(pieces.pieceText(id), id)
  for (let i = 0; i < config.extra_ids; i++) add(`<extra_id_${i}>`, pieces.size + config.extra_ids - 1 - i)
  return [...tokens.values()]
}

function specialIdsOf(config: TokenizerConfig, pieces: SentencePiece): SpecialIds {
  const added = new Map(Object.entries(config.added_tokens_decoder).map(([id, { content }]) => [content, Number(id)]))
  const idOf = (text: string | null | undefined, mark: number): number | undefined =>
    (text ? (added.get(text) ?? pieces.idOf(text)) : undefined) ?? (mark >= 0 ? mark : undefined)
  const { marks } = pieces.model
  const ids = {
    bos: idOf(config.bos_token, marks.bos),
    eos: idOf(config.eos_token, marks.eos),
    pad: idOf(config.pad_token, marks.pad),
    unk: idOf(config.unk_token, marks.unk),
  }
  return Object.fromEntries(Object.entries(ids).filter(([, id]) => id !== undefined))
}

function chatTemplateOf(config: TokenizerConfig, pieces: SentencePiece): ChatTemplate | undefined {
  const source = templateSource(config)
  if (!source) return undefined
  const { bos, eos } = pieces.model.marks
  const textOf = (text: string | null | undefined, mark: number): string | null =>
    text ?? (mark >= 0 ? pieces.pieceText(mark) : null)
  const marks = { ...config, bos_token: textOf(config.bos_token, bos), eos_token: textOf(config.eos_token, eos) }
  return createChatTemplate(source, markTexts(marks))
}
