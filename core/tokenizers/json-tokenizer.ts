// A folder with tokenizer.json: BPE and Unigram by ourselves; WordPiece, and BPE with parts that we do not know, through
// @huggingface/tokenizers. Decoding by ourselves, so that it streams.
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers'
import { z } from 'zod'
import { UserError } from '../contract/errors.ts'
import { createChatTemplate, type ChatTemplate } from './chat-template.ts'
import {
  AddedTokenSplitter,
  allAddedTokens,
  decodedPiece,
  JsonAddedTokenSchema,
  toSpecialToken,
  type JsonAddedToken,
} from './json-added.ts'
import { jsonBpe } from './json-bpe.ts'
import { jsonNormalizer, type Step } from './json-normalizer.ts'
import { jsonPreTokenizer, type Cut } from './json-pre-tokenizer.ts'
import { isExplosive, patternsIn } from './json-regex.ts'
import { jsonUnigram } from './json-unigram.ts'
import { jsonDecoder, type BeginText } from './piece-text.ts'
import type { StreamDecoder } from './sentencepiece.ts'
import { SpecialTokens } from './special-tokens.ts'
import { markTexts, readMarkIds, templateSource, TokenIdSchema, type TokenizerConfig } from './tokenizer-config.ts'
import { LITERAL_MARK, type DecodeOptions, type EncodeOptions, type SpecialIds, type Tokenizer } from './tokenizer.ts'

const File = z.looseObject({
  model: z.looseObject({ type: z.string().optional() }),
  added_tokens: z.array(JsonAddedTokenSchema).default([]),
  decoder: z.unknown().optional(),
})
const UnigramVocab = z.array(z.tuple([z.string(), z.number()]))

/**
 * The tokenizer of a tokenizer.json, or of what it would say; `file` names it in errors. Throws UserError
 * 'tokenizer/damaged' or 'tokenizer/unsupported'.
 */
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
  const addedPieces = new Map(added.map((token) => [token.id, decodedPiece(token, normalize)]))
  const beginText = jsonDecoder(decoder)
  if (!beginText) throw unsupported(file, 'decoder')
  const shared = { beginText, idOfPiece, addedPieces, specialTokens: new SpecialTokens(added.map(toSpecialToken)) }
  if (type === 'Unigram') return { ...shared, ...unigramParts(json, file, added) }
  const ours = type === 'BPE' ? bpeEncoder(json, added, idOfPiece) : null
  if (ours) return { ...shared, encode: ours }
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

type Encode = (text: string, options: Required<EncodeOptions>) => number[]

/**
 * Special tokens are ordinary text when not to be recognised; other added words stay, being part of how the model reads
 * text.
 */
const recognised = (added: readonly JsonAddedToken[], special: boolean): JsonAddedToken[] =>
  added.filter((token) => special || !token.special)

/** Ids of a normalised stretch between added tokens; `isFirst` where the text begins with it. */
type EncodeStretch = (stretch: string, isFirst: boolean) => number[]

function stretchEncoder(normalize: Step, added: readonly JsonAddedToken[], encodeStretch: EncodeStretch): Encode {
  const [all, words] = [true, false].map(
    (special) => new AddedTokenSplitter(recognised(added, special), normalize),
  ) as [AddedTokenSplitter, AddedTokenSplitter]
  return (text, { recogniseSpecial, literalMarks }) =>
    (recogniseSpecial ? all : words).split(text).flatMap((part, index) => {
      if (typeof part !== 'string') return [part.id]
      return encodeStretch(literalMarks ? part.replaceAll(LITERAL_MARK, '') : part, index === 0)
    })
}

function unigramParts(
  json: Record<string, unknown>,
  file: string,
  added: readonly JsonAddedToken[],
): Pick<Parts, 'encode' | 'unigramPieces'> {
  const unigram = jsonUnigram(json, file, new Set(added.filter(({ special }) => special).map(({ id }) => id)))
  return {
    encode: stretchEncoder(unigram.normalize, added, (stretch, isFirst) => unigram.encode(stretch, isFirst)),
    unigramPieces: unigram.pieces,
  }
}

/** Null where a normaliser or pre-tokeniser is not known to us. */
function bpeEncoder(
  json: Record<string, unknown>,
  added: readonly JsonAddedToken[],
  idOfPiece: ReadonlyMap<string, number>,
): Encode | null {
  const normalize = jsonNormalizer(json['normalizer'])
  const cut = jsonPreTokenizer(json['pre_tokenizer'])
  if (!normalize || !cut) return null
  const encodeWord = jsonBpe(json['model'], idOfPiece)
  return stretchEncoder(normalize, added, (stretch, isFirst) => cut(stretch, isFirst).flatMap(encodeWord))
}

interface LibraryParts {
  readonly json: Record<string, unknown>
  readonly file: string
  readonly config: TokenizerConfig
  readonly added: readonly JsonAddedToken[]
  readonly type: string
}

/**
 * The library's model between our own reading of added tokens, normalisers and pre-tokenisers; of those the library does
 * what we do not know.
 */
function libraryEncoder({ json, file, config, added, type }: LibraryParts): Encode {
  if (type === 'BPE') z.object({ merges: z.array(z.unknown()) }).parse(json['model'])
  const [ourNormalize, ourCut] = [jsonNormalizer(json['normalizer']), jsonPreTokenizer(json['pre_tokenizer'])]
  const rest = {
    normalizer: ourNormalize ? null : json['normalizer'],
    pre_tokenizer: ourCut ? null : json['pre_tokenizer'],
  }
  const library = openLibrary({ json: { ...json, ...rest }, file, config, added, type })
  const normalize: Step = ourNormalize ?? ((text) => library.normalizer?.normalize(text) ?? text)
  const cut: Cut =
    ourCut ??
    ((text, isFirst) => library.pre_tokenizer?.pre_tokenize(text, { section_index: isFirst ? 0 : 1 }) ?? [text])
  return stretchEncoder(normalize, added, (stretch, isFirst) => {
    const words = cut(stretch, isFirst)
    // The model of an empty list is an error.
    return words.length === 0 ? [] : library.model!._call(words).flatMap((piece) => library.token_to_id(piece) ?? [])
  })
}

function openLibrary({ json, file, config, added, type }: LibraryParts): LibraryTokenizer {
  try {
    return new LibraryTokenizer({ ...json, model: { ...(json['model'] as object), type }, added_tokens: added }, config)
  } catch (error) {
    throw unsupported(file, `${type}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

interface Parts {
  readonly config: TokenizerConfig
  /** Ids in the model's config.json, for marks that the tokenizer does not name. */
  readonly markIds: SpecialIds
  readonly beginText: BeginText
  readonly idOfPiece: ReadonlyMap<string, number>
  /** A Unigram's list, where a piece may stand more than once. */
  readonly unigramPieces?: readonly string[]
  readonly specialTokens: SpecialTokens
  /** The piece that each added token's id is decoded as. */
  readonly addedPieces: ReadonlyMap<number, string>
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

/** The pieces by id. */
function piecesOf({ idOfPiece, unigramPieces }: Parts): readonly string[] {
  if (unigramPieces) return unigramPieces
  const pieces: string[] = []
  for (const [piece, id] of idOfPiece) pieces[id] = piece
  return pieces
}

class JsonTokenizer implements Tokenizer {
  readonly special: SpecialIds
  readonly vocabSize: number
  readonly chatTemplate?: ChatTemplate
  readonly #parts: Parts
  readonly #pieces: readonly string[]

  constructor(parts: Parts) {
    const { config, specialTokens } = parts
    const pieces = piecesOf(parts)
    this.#parts = parts
    this.#pieces = pieces
    this.vocabSize = specialTokens.list.reduce((size, { id }) => Math.max(size, id + 1), pieces.length)
    this.special = specialIdsOf(parts)
    const source = templateSource(config)
    if (source) this.chatTemplate = createChatTemplate(source, markTexts(config))
  }

  encode(text: string, { recogniseSpecial = true, literalMarks = false }: EncodeOptions = {}): number[] {
    return text === '' ? [] : this.#parts.encode(text, { recogniseSpecial, literalMarks })
  }

  decode(ids: Iterable<number>, options?: DecodeOptions): string {
    const decoder = this.streamDecoder(options)
    let text = ''
    for (const id of ids) text += decoder.push(id)
    return text + decoder.end()
  }

  streamDecoder({ skipSpecial = true }: DecodeOptions = {}): StreamDecoder {
    const { beginText, specialTokens, addedPieces } = this.#parts
    return beginText((id) => {
      if (skipSpecial && specialTokens.get(id)?.hidden) return null
      return addedPieces.get(id) ?? this.#pieces[id] ?? null
    })
  }

  specialText(id: number): string | undefined {
    return this.#parts.specialTokens.get(id)?.text
  }
}
