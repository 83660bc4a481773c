import { countNgrams, sharedNgrams, totalOf, wordsOf } from './words.ts'

const CHARACTER_ORDER = 6
const BETA = 2
const PUNCTUATION = /[!-/:-@[-`{-~]/

/**
 * chrF (Popović 2015) from 0 to 100 as sacrebleu computes it; chrF++ with `wordOrder` 2. Blanks do not count as
 * characters.
 */
export function chrf(
  hypothesis: string,
  reference: string,
  { wordOrder = 0 }: { readonly wordOrder?: number } = {},
): number {
  const characters = (text: string) => [...wordsOf(text).join('')]
  const words = (text: string) => wordsOf(text).flatMap(cutPunctuation)
  const orders = [
    ...ordersOf(characters(hypothesis), characters(reference), CHARACTER_ORDER),
    ...ordersOf(words(hypothesis), words(reference), wordOrder),
  ].filter(({ found, wanted }) => found > 0 && wanted > 0)
  if (orders.length === 0) return 0
  const mean = (value: (order: Order) => number) => orders.reduce((sum, order) => sum + value(order), 0) / orders.length
  const precision = mean(({ shared, found }) => shared / found)
  const recall = mean(({ shared, wanted }) => shared / wanted)
  if (precision + recall === 0) return 0
  return (100 * (1 + BETA ** 2) * precision * recall) / (BETA ** 2 * precision + recall)
}

interface Order {
  readonly found: number
  readonly wanted: number
  readonly shared: number
}

function ordersOf(hypothesis: readonly string[], reference: readonly string[], highest: number): Order[] {
  return Array.from({ length: highest }, (_, index) => {
    const [found, wanted] = [countNgrams(hypothesis, index + 1), countNgrams(reference, index + 1)]
    return { found: totalOf(found), wanted: totalOf(wanted), shared: sharedNgrams(found, wanted) }
  })
}

/** A punctuation mark at the end of a word, else at its beginning, is a word of its own. */
function cutPunctuation(word: string): string[] {
  const letters = [...word]
  if (letters.length === 1) return [word]
  if (PUNCTUATION.test(letters.at(-1) as string)) return [letters.slice(0, -1).join(''), letters.at(-1) as string]
  if (PUNCTUATION.test(letters[0] as string)) return [letters[0] as string, letters.slice(1).join('')]
  return [word]
}
