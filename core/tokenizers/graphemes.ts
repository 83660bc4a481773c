const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** So many UTF-16 units are given to the segmenter at once: of 80,000 it took minutes, of a tenth each milliseconds. */
const PIECE_UNITS = 4096

/**
 * The graphemes of a text of any length, as Intl.Segmenter cuts the whole: whether a text is cut at a place depends on
 * the grapheme before and the character behind it.
 */
export function* graphemesOf(text: string): Generator<string, void> {
  for (let start = 0, units = PIECE_UNITS; start < text.length;) {
    const end = wholeCharacters(text, start + units)
    const found = Array.from(segmenter.segment(text.slice(start, end)), ({ segment }) => segment)
    // The last one may go on.
    if (end < text.length) found.pop()
    // One that is longer than a piece is looked at in a longer one.
    units = found.length > 0 ? PIECE_UNITS : 2 * units
    for (const grapheme of found) {
      start += grapheme.length
      yield grapheme
    }
  }
}

/** The place, or the one before it where it lies inside a surrogate pair. */
function wholeCharacters(text: string, place: number): number {
  if (place >= text.length) return text.length
  return /[\ud800-\udbff]/.test(text[place - 1] as string) ? place - 1 : place
}
