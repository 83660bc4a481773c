import { bleu } from './bleu.ts'
import type { BleuTokenizer } from './bleu-tokenizers.ts'
import { chrf } from './chrf.ts'
import { exactMatch } from './exact-match.ts'
import { mean } from './perplexity.ts'

/** Names of the metrics that compare two texts, as settings hold them. */
export type MetricName = 'BLEU' | 'chrF' | 'chrF++' | 'ExactMatch'

export interface TextMetricOptions {
  /** How BLEU cuts sentences; 'char' where left out. The other metrics ignore it. */
  readonly bleuTokenizer?: BleuTokenizer
}

export interface TextMetric {
  readonly higherIsBetter: boolean
  /** From 0 to 100, never NaN, for any two texts (two empty ones included). */
  score(hypothesis: string, reference: string, options?: TextMetricOptions): number
}

/**
 * Every metric that compares an answer with the expected one. Adding a metric is adding its name above and a line here.
 */
export const textMetrics: Readonly<Record<MetricName, TextMetric>> = {
  BLEU: {
    higherIsBetter: true,
    score: (hypothesis, reference, { bleuTokenizer } = {}) => bleu(hypothesis, reference, { tokenizer: bleuTokenizer }),
  },
  chrF: { higherIsBetter: true, score: (hypothesis, reference) => chrf(hypothesis, reference) },
  'chrF++': { higherIsBetter: true, score: (hypothesis, reference) => chrf(hypothesis, reference, { wordOrder: 2 }) },
  ExactMatch: { higherIsBetter: true, score: exactMatch },
}

/** Plain mean of the pairs' scores (not a corpus score over pooled counts), 0 to 100; null where there are no pairs. */
export function meanTextMetric(
  name: MetricName,
  pairs: readonly { readonly hypothesis: string; readonly reference: string }[],
  options: TextMetricOptions = {},
): number | null {
  if (pairs.length === 0) return null
  return mean(pairs.map(({ hypothesis, reference }) => textMetrics[name].score(hypothesis, reference, options)))
}
