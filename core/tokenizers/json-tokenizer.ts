// A folder with tokenizer.json: BPE (and WordPiece) through @huggingface/tokenizers, Unigram through our own lattice,
// decoding by ourselves so that it streams.
import { join } from 'node:path'
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers'
import { z } from 'zod'
import { UserError } from '../contract/errors.ts'
import { readJsonObject } from '../files/json-file.ts'
import { createChatTemplate, type ChatTemplate } from './chat-template.ts'
import {
  AddedTokenSplitter,
  allAddedTokens,
  decodedText,
  JsonAddedTokenSchema,
  toSpecialToken,
  type JsonAddedToken,
} from './json-added.ts'
import { jsonNormalizer } from './json-normalizer.ts'
import { jsonPreTokenizer, type PreTokenize } from './json-pre-tokenizer.ts'
import { isExplosive, patternsIn } from './json-regex.ts'
import { jsonUnigram } from './json-unigram.ts'
import { MAX_TOKENIZER_BYTES } from './limits.ts'
import { PieceText } from './piece-text.ts'
import type { StreamDecoder } from './sentencepiece.ts'
import { SpecialTokens } from './special-tokens.ts'
import { readMarkIds, templateSource, TokenIdSchema, type TokenizerConfig } from './tokenizer-config.ts'
import type { DecodeOptions, EncodeOptions, SpecialIds, Tokenizer } from './tokenizer.ts'

const File = z.looseObject({
  model: z.looseObject({ type: z.string().optional() }),
  added_tokens: z.array(JsonAddedTokenSchema).default([]),
  decoder: z.unknown().optional(),
})
const UnigramVocab = z.array(z.tuple([z.string(), z.number()]))

/** Opens a folder's tokenizer.json. Throws UserError 'tokenizer/damaged' or 'tokenizer/unsupported'. */
export async function openJsonTokenizer(folder: string, config: TokenizerConfig): Promise<Tokenizer> {
  const file = join(folder, 'tokenizer.json')
  return tokenizerFrom(await readJsonObject(file, { maxBytes: MAX_TOKENIZER_BYTES }), file, folder, config)
}

/** The same for what tokenizer.json would say; `file` names it in errors. */
export async function tokenizerFrom(
  json: Record<string, unknown>,
  file: string,
  folder: string,
  config: TokenizerConfig,
): Promise<Tokenizer> {
  const markIds = await readMarkIds(folder)
  try {
    return new JsonTokenizer({ ...partsOf(json, file, config), config, markIds })
  } catch (error) {
    throw error instanceof z.ZodError ? new UserError('tokenizer/damaged', { file, position: 0 }) : error
  }
}

function partsOf(
  json: Record<string, unknown>,
  file: string,
  config: TokenizerConfig,
): Omit<Parts, 'config' | 'markIds'> {
  const { model, added_tokens: written, decoder } = File.parse(json)
  const explosive = [json['normalizer'], json['pre_tokenizer'], json['post_processor'], decoder]
    .flatMap(patternsIn)
    .find(isExplosive)
  if (explosive !== undefined) throw unsupported(file, `Regex ${explosive.slice(0, 60)}`)
  // Old files do not name the type: merges make a BPE, a list of pairs a Unigram.
  const type = model.type ?? (Array.isArray(model['vocab']) ? 'Unigram' : 'BPE')
  const idOfPiece = vocabularyOf(model['vocab'], type)
  const added = allAddedTokens(written, config, (piece) => idOfPiece.get(piece))
  const normalize = jsonNormalizer(json['normalizer']) ?? ((text: string) => text)
  const decodedTexts = new Map(added.map((token) => [token.id, decodedText(token, normalize)]))
  const shared = { decoder, idOfPiece, decodedTexts, specialTokens: new SpecialTokens(added.map(toSpecialToken)) }
  if (type === 'Unigram') return { ...shared, encode: unigramEncoder(json, file, added) }
  if (type === 'BPE' || type === 'WordPiece')
    return { ...shared, encode: libraryEncoder({ json, file, config, added, type }) }
  throw unsupported(file, type)
}

const unsupported = (file: string, found: string): UserError =>
  new UserError('tokenizer/unsupported', {
    file,
    found: `tokenizer.json (${found})`,
    supported: 'SentencePiece, tokenizer.json (BPE, Unigram)',
  })

/** Ids of all pieces of the model, which are a list of pairs for Unigram, else an object. */
function vocabularyOf(vocab: unknown, type: string): ReadonlyMap<string, number> {
  if (type === 'Unigram') return new Map(UnigramVocab.parse(vocab).map(([piece], id) => [piece, id]))
  return new Map(Object.entries(z.record(z.string(), TokenIdSchema).parse(vocab)))
}

type Encode = (text: string, recogniseSpecial: boolean) => number[]

/**
 * Special tokens are ordinary text when not to be recognised; other added words stay, being part of how the model reads
 * text.
 */
const recognised = (added: readonly JsonAddedToken[], special: boolean): JsonAddedToken[] =>
  added.filter((token) => special || !token.special)

function unigramEncoder(json: Record<string, unknown>, file: string, added: readonly JsonAddedToken[]): Encode {
  const unigram = jsonUnigram(json, file, new Set(added.filter(({ special }) => special).map(({ id }) => id)))
  const [all, words] = [true, false].map(
    (special) => new AddedTokenSplitter(recognised(added, special), unigram.normalize),
  ) as [AddedTokenSplitter, AddedTokenSplitter]
  return (text, recogniseSpecial) =>
    (recogniseSpecial ? all : words)
      .split(text)
      .flatMap((part, index) => (typeof part === 'string' ? unigram.encode(part, index === 0) : [part.id]))
}

interface LibraryParts {
  readonly json: Record<string, unknown>
  readonly file: string
  readonly config: TokenizerConfig
  readonly added: readonly JsonAddedToken[]
  readonly type: string
}

/**
 * The library's BPE or WordPiece between our own reading of added tokens, normalizers and pre-tokenizers; a normalizer or
 * pre-tokenizer of a kind that we do not know is the library's too.
 */
function libraryEncoder({ json, file, config, added, type }: LibraryParts): Encode {
  if (type === 'BPE') z.object({ merges: z.array(z.unknown()) }).parse(json['model'])
  const library = openLibrary({ json, file, config, added, type })
  const normalize = normalizerOf(json, library)
  const cut = jsonPreTokenizer(json['pre_tokenizer']) ?? cutOf(library)
  const idsOf = (text: string, isFirst: boolean): number[] => {
    const pieces = cut([text], isFirst)
    // The model of an empty list is an error.
    return pieces.length === 0 ? [] : library.model!._call(pieces).flatMap((piece) => library.token_to_id(piece) ?? [])
  }
  const [all, words] = [true, false].map(
    (special) => new AddedTokenSplitter(recognised(added, special), normalize),
  ) as [AddedTokenSplitter, AddedTokenSplitter]
  return (text, recogniseSpecial) =>
    (recogniseSpecial ? all : words)
      .split(text)
      .flatMap((part, index) => (typeof part === 'string' ? idsOf(part, index === 0) : [part.id]))
}

function openLibrary({ json, file, config, added, type }: LibraryParts): LibraryTokenizer {
  try {
    return new LibraryTokenizer({ ...json, model: { ...(json['model'] as object), type }, added_tokens: added }, config)
  } catch (error) {
    throw unsupported(file, `${type}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const normalizerOf = (json: Record<string, unknown>, { normalizer }: LibraryTokenizer): ((text: string) => string) =>
  jsonNormalizer(json['normalizer']) ?? ((text) => normalizer?.normalize(text) ?? text)

const cutOf =
  ({ pre_tokenizer: library }: LibraryTokenizer): PreTokenize =>
  (pieces, isFirst) =>
    library?.pre_tokenize([...pieces], { section_index: isFirst ? 0 : 1 }) ?? [...pieces]

interface Parts {
  readonly config: TokenizerConfig
  /** Ids in the model's config.json, for marks that the tokenizer does not name. */
  readonly markIds: SpecialIds
  readonly decoder: unknown
  readonly idOfPiece: ReadonlyMap<string, number>
  readonly specialTokens: SpecialTokens
  /** Text of each added token's id, as it is decoded. */
  readonly decodedTexts: ReadonlyMap<number, string>
  readonly encode: Encode
}

function specialIdsOf({ config, markIds, idOfPiece, specialTokens }: Parts): SpecialIds {
  const added = new Map(specialTokens.list.map(({ id, text }) => [text, id]))
  const named = { bos: config.bos_token, eos: config.eos_token, pad: config.pad_token, unk: config.unk_token }
  const ids = Object.entries(named).map(([name, text]) => [
    name,
    text ? (added.get(text) ?? idOfPiece.get(text)) : undefined,
  ])
  return { ...markIds, ...Object.fromEntries(ids.filter(([, id]) => id !== undefined)) }
}

class JsonTokenizer implements Tokenizer {
  readonly special: SpecialIds
  readonly vocabSize: number
  readonly chatTemplate?: ChatTemplate
  readonly #parts: Parts
  readonly #pieces: readonly string[]
  readonly #pieceText: PieceText

  constructor(parts: Parts) {
    const { config, idOfPiece, specialTokens } = parts
    const pieces: string[] = []
    for (const [piece, id] of idOfPiece) pieces[id] = piece
    this.#parts = parts
    this.#pieces = pieces
    this.#pieceText = new PieceText(parts.decoder)
    this.vocabSize = specialTokens.list.reduce((size, { id }) => Math.max(size, id + 1), pieces.length)
    this.special = specialIdsOf(parts)
    const source = templateSource(config)
    if (source)
      this.chatTemplate = createChatTemplate(source, {
        bos_token: config.bos_token ?? '',
        eos_token: config.eos_token ?? '',
        pad_token: config.pad_token ?? '',
        unk_token: config.unk_token ?? '',
      })
  }

  encode(text: string, { recogniseSpecial = true }: EncodeOptions = {}): number[] {
    return text === '' ? [] : this.#parts.encode(text, recogniseSpecial)
  }

  decode(ids: Iterable<number>, options?: DecodeOptions): string {
    const decoder = this.streamDecoder(options)
    let text = ''
    for (const id of ids) text += decoder.push(id)
    return text + decoder.end()
  }

  streamDecoder({ skipSpecial = true }: DecodeOptions = {}): StreamDecoder {
    const { specialTokens, decodedTexts } = this.#parts
    return this.#pieceText.decoder((id) => {
      const token = specialTokens.get(id)
      if (token) return { text: token.hidden && skipSpecial ? '' : (decodedTexts.get(id) ?? token.text) }
      return { piece: this.#pieces[id] ?? '' }
    })
  }

  specialText(id: number): string | undefined {
    return this.#parts.specialTokens.get(id)?.text
  }
}
