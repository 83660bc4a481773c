import { bleuTokenizers, type BleuTokenizer } from './bleu-tokenizers.ts'
import { countNgrams, sharedNgrams, stripEnd, totalOf } from './words.ts'

const MAX_ORDER = 4

/**
 * Sentence BLEU (Papineni et al. 2002) from 0 to 100, as sacrebleu.BLEU(effective_order=True).sentence_score:
 * exponential smoothing, and only orders that the sentence is long enough for.
 */
export function bleu(
  hypothesis: string,
  reference: string,
  { tokenizer = 'char' }: { readonly tokenizer?: BleuTokenizer } = {},
): number {
  const [found, wanted] = [hypothesis, reference].map((text) => bleuTokenizers[tokenizer](stripEnd(text))) as [
    string[],
    string[],
  ]
  const orders = Array.from({ length: MAX_ORDER }, (_, index) => {
    const counts = countNgrams(found, index + 1)
    return { correct: sharedNgrams(counts, countNgrams(wanted, index + 1)), total: totalOf(counts) }
  })
  if (orders.every(({ correct }) => correct === 0)) return 0
  const used = orders.filter(({ total }) => total > 0)
  let smoothing = 1
  const logs = used.map(({ correct, total }) => {
    if (correct > 0) return Math.log((100 * correct) / total)
    smoothing *= 2
    return Math.log(100 / (smoothing * total))
  })
  const brevity = found.length < wanted.length ? Math.exp(1 - wanted.length / found.length) : 1
  return brevity * Math.exp(logs.reduce((sum, log) => sum + log, 0) / used.length)
}
