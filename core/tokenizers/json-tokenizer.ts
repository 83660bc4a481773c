// A folder with tokenizer.json: BPE (and WordPiece) through @huggingface/tokenizers, Unigram through our own lattice, decoding by ourselves so that it streams.
import { join } from 'node:path'
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers'
import { z } from 'zod'
import { UserError } from '../contract/errors.ts'
import { readJsonObject } from '../checkpoints/json-file.ts'
import { createChatTemplate, type ChatTemplate } from './chat-template.ts'
import { jsonUnigram } from './json-unigram.ts'
import { PieceText } from './piece-text.ts'
import type { StreamDecoder } from './sentencepiece.ts'
import { SpecialTokens, type SpecialToken } from './special-tokens.ts'
import { templateSource, type TokenizerConfig } from './tokenizer-config.ts'
import type { DecodeOptions, EncodeOptions, SpecialIds, Tokenizer } from './tokenizer.ts'

const AddedToken = z.object({ id: z.number().int(), content: z.string(), lstrip: z.boolean().default(false), rstrip: z.boolean().default(false), special: z.boolean().default(false) })
const File = z.looseObject({ model: z.looseObject({ type: z.string().optional(), vocab: z.unknown().optional() }), added_tokens: z.array(AddedToken).default([]), decoder: z.unknown().optional() })

/** Opens a folder's tokenizer.json. Throws UserError 'tokenizer/damaged' or 'tokenizer/unsupported'. */
export async function openJsonTokenizer(folder: string, config: TokenizerConfig): Promise<Tokenizer> {
  const file = join(folder, 'tokenizer.json')
  const json = await readJsonObject(file)
  const parsed = File.safeParse(json)
  if (!parsed.success) throw new UserError('tokenizer/damaged', { file, position: 0 })
  const { model, added_tokens: added, decoder } = parsed.data
  // Old files do not name the type: merges make a BPE, a list of pairs a Unigram.
  const type = model.type ?? (Array.isArray(model.vocab) ? 'Unigram' : 'BPE')
  const specialTokens = new SpecialTokens(added.map(({ id, content, lstrip, rstrip, special }): SpecialToken => ({ id, text: content, hidden: special, stripsLeft: lstrip, stripsRight: rstrip })))
  if (type === 'Unigram') {
    const { segment, pieces } = jsonUnigram(json, file, new Set(specialTokens.list.map(({ id }) => id)))
    return new JsonTokenizer({ config, decoder, pieces, specialTokens, encode: (text, recognise) => cut(specialTokens, text, recognise).flatMap((part, index) => (typeof part === 'string' ? segment(part, index === 0) : [part.id])) })
  }
  if (type !== 'BPE' && type !== 'WordPiece') throw new UserError('tokenizer/unsupported', { file, found: `tokenizer.json (${type})`, supported: 'SentencePiece, tokenizer.json (BPE, Unigram)' })
  const whole = new LibraryTokenizer(json, config)
  let plain: LibraryTokenizer | null = null
  const encode = (text: string, recognise: boolean) => (recognise ? whole : (plain ??= new LibraryTokenizer({ ...json, added_tokens: [] }, { ...config, added_tokens_decoder: {} }))).encode(text, { add_special_tokens: false }).ids
  return new JsonTokenizer({ config, decoder, pieces: piecesOf(model.vocab), specialTokens, encode })
}

const cut = (tokens: SpecialTokens, text: string, recognise: boolean) => (recognise ? tokens.split(text) : text === '' ? [] : [text])

function piecesOf(vocab: unknown): string[] {
  const pieces: string[] = []
  for (const [piece, id] of Object.entries(vocab as Record<string, number>)) pieces[id] = piece
  return pieces
}

interface Parts {
  readonly config: TokenizerConfig
  readonly decoder: unknown
  /** Text of every id of the model, as it spells it. */
  readonly pieces: readonly string[]
  readonly specialTokens: SpecialTokens
  readonly encode: (text: string, recogniseSpecial: boolean) => number[]
}

class JsonTokenizer implements Tokenizer {
  readonly special: SpecialIds
  readonly vocabSize: number
  readonly chatTemplate?: ChatTemplate
  readonly #parts: Parts
  readonly #pieceText: PieceText

  constructor(parts: Parts) {
    const { config, pieces, specialTokens } = parts
    this.#parts = parts
    this.#pieceText = new PieceText(parts.decoder)
    this.vocabSize = Math.max(pieces.length, ...specialTokens.list.map(({ id }) => id + 1))
    const ids = new Map([...pieces.entries()].map(([id, piece]) => [piece, id]))
    for (const { id, text } of specialTokens.list) ids.set(text, id)
    const named = { bos: config.bos_token, eos: config.eos_token, pad: config.pad_token, unk: config.unk_token }
    this.special = Object.fromEntries(Object.entries(named).flatMap(([name, text]) => { const id = text ? ids.get(text) : undefined; return id === undefined ? [] : [[name, id]] }))
    const source = templateSource(config)
    if (source) this.chatTemplate = createChatTemplate(source, { bos_token: config.bos_token ?? '', eos_token: config.eos_token ?? '', pad_token: config.pad_token ?? '', unk_token: config.unk_token ?? '' })
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
    const { pieces, specialTokens } = this.#parts
    return this.#pieceText.decoder((id) => {
      const token = specialTokens.get(id)
      if (token) return { text: token.hidden && skipSpecial ? '' : token.text }
      return { piece: pieces[id] ?? '' }
    })
  }

  specialText(id: number): string | undefined {
    return this.#parts.specialTokens.get(id)?.text
  }
}
