import { OPENING_CHARACTERS } from '../../contract/index.ts'

const SHOWN = 20
/** More different openings than that are not kept: those seen once go, and come back if they are seen again. */
const MAX_KEPT = 200_000

const segmenter = new Intl.Segmenter('ja', { granularity: 'grapheme' })
/** Where every code unit up to here is a character of its own, no segmenter is needed. */
const SIMPLE = /^[\u0020-\u02ff\u3000-\u3098\u309b-\u30ff\u4e00-\u9fff\uff00-\uff9d]*$/

/**
 * Counts how texts begin, in bounded memory. Counts are exact up to 200,000 different openings; beyond, those of rare
 * ones may be too small.
 */
export class Openings {
  readonly #counts = new Map<string, number>()

  add(text: string): void {
    const opening = openingOf(text)
    if (opening === '') return
    this.#counts.set(opening, (this.#counts.get(opening) ?? 0) + 1)
    if (this.#counts.size > MAX_KEPT) for (const [key, count] of this.#counts) if (count === 1) this.#counts.delete(key)
  }

  /**
   * The most frequent ones, most frequent first; those of one count in the order in which they came. Openings seen once
   * are left out.
   */
  top(): { text: string; count: number }[] {
    const repeated = [...this.#counts].filter(([, count]) => count > 1)
    return repeated
      .sort(([, a], [, b]) => b - a)
      .slice(0, SHOWN)
      .map(([text, count]) => ({ text, count }))
  }
}

/**
 * A text's first characters as people count them; the white space before them is left out, a line break within shows as
 * a space.
 */
function openingOf(text: string): string {
  const start = text.search(/\S/)
  if (start < 0) return ''
  const candidate = text.slice(start, start + OPENING_CHARACTERS)
  const opening =
    SIMPLE.test(candidate) && SIMPLE.test(text.charAt(start + OPENING_CHARACTERS))
      ? candidate
      : graphemes(text.slice(start, start + OPENING_CHARACTERS * 16))
  return opening.replace(/\s+/g, ' ').trimEnd()
}

function graphemes(text: string): string {
  let end = 0
  let count = 0
  for (const { segment } of segmenter.segment(text)) {
    if (count++ === OPENING_CHARACTERS) break
    end += segment.length
  }
  return text.slice(0, end)
}
