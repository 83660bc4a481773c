import type { Tokenizer } from '../tokenizers/index.ts'
import type { SampleFormat } from '../samples/sample-format.ts'
import { answerEndOf } from '../samples/sample-template.ts'

/**
 * Texts that end an answer in this format: markers of a next turn, which a model may write by itself, or what the
 * tokenizer's chat template puts behind an answer.
 */
export const stopStringsOf = (format: SampleFormat, tokenizer?: Tokenizer): string[] => {
  if (format.kind === 'h2o') return [format.promptStart, format.answerSeparator]
  return tokenizer ? [...answerEndOf(tokenizer).strings] : []
}

/**
 * The stop words of the settings: texts that end an answer, and the ids of those that are one token, such as special
 * ones which no text shows.
 */
export function stopWordsOf(
  stopTokens: string,
  tokenizer: Pick<Tokenizer, 'encode'>,
): { readonly strings: string[]; readonly ids: number[] } {
  const strings = stopTokens
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  return {
    strings,
    ids: strings.flatMap((word) => {
      const ids = tokenizer.encode(word)
      return ids.length === 1 ? ids : []
    }),
  }
}

/**
 * Watches a growing text for stop strings and lets through only what cannot become part of one, so that nothing shown
 * has to be taken back.
 */
export class StopStrings {
  private readonly stops: readonly string[]
  private held = ''
  private found = false

  /** Empty strings are ignored. */
  constructor(stops: readonly string[]) {
    this.stops = stops.filter((stop) => stop !== '')
  }

  /** True once a stop string has come. */
  get stopped(): boolean {
    return this.found
  }

  /** Takes the next piece; returns what may be shown now. The text ends before the first stop string. */
  push(piece: string): string {
    if (this.found) return ''
    const text = this.held + piece
    const places = this.stops.map((stop) => text.indexOf(stop)).filter((place) => place >= 0)
    this.found = places.length > 0
    const end = this.found ? Math.min(...places) : text.length - this.pendingLength(text)
    this.held = this.found ? '' : text.slice(end)
    return text.slice(0, end)
  }

  /** What was held back and turned out to be no stop string. */
  end(): string {
    const rest = this.held
    this.held = ''
    return rest
  }

  /** Length of the longest end of the text that begins a stop string. */
  private pendingLength(text: string): number {
    let longest = 0
    for (const stop of this.stops)
      for (let length = Math.min(stop.length - 1, text.length); length > longest; length--)
        if (text.endsWith(stop.slice(0, length))) longest = length
    return longest
  }
}
