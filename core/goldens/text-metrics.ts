import { readFile } from 'node:fs/promises'
import { bleu, chrf, type BleuTokenizer } from '../metrics/index.ts'

type RecordedPair = { readonly ref: string; readonly hyp: string } & Readonly<Record<string, string | number>>

/**
 * Compares with recorded pairs {ref, hyp, bleu_<tokenizer>, chrf, chrf++} by sacrebleu: the furthest that any number is
 * off.
 */
export async function checkTextMetrics(file: string): Promise<{ pairs: number; worst: number }> {
  const pairs = JSON.parse(await readFile(file, 'utf8')) as readonly RecordedPair[]
  const errors = pairs.flatMap((pair) =>
    Object.entries(pair).flatMap(([key, wanted]) =>
      typeof wanted === 'number' ? [Math.abs(scoreOf(key, pair) - wanted)] : [],
    ),
  )
  return {
    pairs: pairs.length,
    worst: errors.reduce((most, error) => (error > most || Number.isNaN(error) ? error : most), 0),
  }
}

function scoreOf(key: string, { hyp, ref }: RecordedPair): number {
  if (key === 'chrf') return chrf(hyp, ref)
  if (key === 'chrf++') return chrf(hyp, ref, { wordOrder: 2 })
  return bleu(hyp, ref, { tokenizer: key.replace('bleu_', '') as BleuTokenizer })
}
