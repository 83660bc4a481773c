/**
 * What Python takes for a blank: U+3000, U+0085 and U+001C to U+001F are, the byte order mark is not (for JavaScript's
 * trim() it is the reverse).
 */
const BLANK = String.raw`(?!\uFEFF)[\s\u001c-\u001f\u0085]`
const BLANKS = new RegExp(`(?:${BLANK})+`, 'u')
const ONE_BLANK = new RegExp(`^${BLANK}$`, 'u')

/** Parts of a text between blanks, as Python's str.split() finds them. */
export const wordsOf = (text: string): string[] => text.split(BLANKS).filter((word) => word !== '')

/** The text without the blanks at its end, as Python's str.rstrip(). */
export function stripEnd(text: string): string {
  let end = text.length
  while (end > 0 && ONE_BLANK.test(text[end - 1] as string)) end--
  return text.slice(0, end)
}

/** The text without the blanks at both ends, as Python's str.strip(). */
export function strip(text: string): string {
  const kept = stripEnd(text)
  let start = 0
  while (start < kept.length && ONE_BLANK.test(kept[start] as string)) start++
  return kept.slice(start)
}

/** How often each run of `order` items occurs. */
export function countNgrams(items: readonly string[], order: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let start = 0; start + order <= items.length; start++) {
    const ngram = items.slice(start, start + order).join('\u0000')
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1)
  }
  return counts
}

/** How many n-grams of `counts` the reference has too, each at most as often as there. */
export function sharedNgrams(counts: ReadonlyMap<string, number>, reference: ReadonlyMap<string, number>): number {
  let shared = 0
  for (const [ngram, count] of counts) shared += Math.min(count, reference.get(ngram) ?? 0)
  return shared
}

export const totalOf = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0)
