/** A piece of a text, and whether the other text has something else in its place. */
export interface Piece {
  readonly text: string
  readonly differs: boolean
}

/** Texts of more words are shown as they are: comparing takes the square of them. */
const MAX_WORDS = 1500

const segmenter = new Intl.Segmenter('ja', { granularity: 'word' })
const wordsOf = (text: string): string[] => [...segmenter.segment(text)].map(({ segment }) => segment)

/** The words of `text`, with those marked that are not part of what it has in common with `other`. */
export function differences(text: string, other: string): readonly Piece[] {
  const whole = [{ text, differs: false }]
  if (text === other || text === '' || other === '') return whole
  const [words, others] = [wordsOf(text), wordsOf(other)]
  if (words.length > MAX_WORDS || others.length > MAX_WORDS) return whole
  const common = commonWords(words, others)
  const pieces: { text: string; differs: boolean }[] = []
  for (const [index, word] of words.entries()) {
    const last = pieces.at(-1)
    const differs = !common.has(index)
    if (last?.differs === differs) last.text += word
    else pieces.push({ text: word, differs })
  }
  return pieces
}

/**
 * Places in `words` of a longest common subsequence: length[i][j] = the most words that words[i..] and others[j..]
 * have in common.
 */
function commonWords(words: readonly string[], others: readonly string[]): ReadonlySet<number> {
  const width = others.length + 1
  const length = new Uint16Array((words.length + 1) * width)
  for (let i = words.length - 1; i >= 0; i--)
    for (let j = others.length - 1; j >= 0; j--)
      length[i * width + j] =
        words[i] === others[j]
          ? (length[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(length[(i + 1) * width + j] ?? 0, length[i * width + j + 1] ?? 0)
  const common = new Set<number>()
  for (let i = 0, j = 0; i < words.length && j < others.length;)
    if (words[i] === others[j]) {
      common.add(i)
      i++
      j++
    } else if ((length[(i + 1) * width + j] ?? 0) >= (length[i * width + j + 1] ?? 0)) i++
    else j++
  return common
}
