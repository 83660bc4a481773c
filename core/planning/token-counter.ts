import type { TokenCounter } from '../datasets/statistics/index.ts'
import type { ModelService } from '../local-models/service.ts'
import type { ModelReader } from '../reader/client.ts'

/** UTF-16 units of one request: a second for the slowest tokenizer, a tenth of what a request may take. */
const REQUEST_LENGTH = 200_000

/**
 * How a model counts tokens. Texts longer than a request are counted in pieces, which makes a difference of a token or
 * two at each cut. Throws UserError where there is no such model or its tokenizer cannot be read.
 */
export async function tokenCounter(models: ModelService, reader: ModelReader, modelId: string): Promise<TokenCounter> {
  const { folder, stamp } = await models.find(modelId)
  return {
    modelId,
    async countTokens(texts) {
      const counts = texts.map(() => 0)
      for (const pieces of requestsOf(texts)) {
        const found = await reader.call('countTokens', { folder, stamp, texts: pieces.map(({ text }) => text) })
        pieces.forEach(({ index }, place) => {
          counts[index]! += found[place] ?? 0
        })
      }
      return counts
    },
  }
}

interface Piece {
  /** Of the text that it belongs to. */
  readonly index: number
  readonly text: string
}

/** Texts, or pieces of them, in portions of at most a request. */
function* requestsOf(texts: readonly string[]): Generator<Piece[]> {
  let portion: Piece[] = []
  let length = 0
  for (const [index, text] of texts.entries()) {
    for (const piece of piecesOf(text)) {
      if (length + piece.length > REQUEST_LENGTH && portion.length > 0) {
        yield portion
        portion = []
        length = 0
      }
      portion.push({ index, text: piece })
      length += piece.length
    }
  }
  if (portion.length > 0) yield portion
}

/** Cut between characters: half of a surrogate pair would be another character. */
function* piecesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const end = Math.min(text.length, start + REQUEST_LENGTH)
    const cut = end < text.length && /[\uD800-\uDBFF]/.test(text[end - 1]!) ? end - 1 : end
    yield text.slice(start, cut)
    start = cut
  }
}
