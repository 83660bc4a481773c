import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkTextMetrics } from '../goldens/text-metrics.ts'
import { bleu, chrf, exactMatch, meanRowPerplexity, tokenPerplexity } from './index.ts'

describe('text metrics', () => {
  it('equal sacrebleu', async () => {
    const { pairs, worst } = await checkTextMetrics(join(import.meta.dirname, 'fixtures', 'text_metrics.json'))
    expect(pairs).toBe(
      (JSON.parse(await readFile(join(import.meta.dirname, 'fixtures', 'text_metrics.json'), 'utf8')) as unknown[])
        .length,
    )
    expect(worst).toBeLessThan(1e-6)
  })

  it('count characters, not halves of them', () => {
    expect(bleu('𠮷野家', '𠮷野家')).toBeCloseTo(100, 6)
    expect(chrf('😀', '😀')).toBe(100)
    expect(chrf('😀', '😁')).toBe(0)
  })

  it('give 0 for nothing, never NaN', () => {
    for (const [hypothesis, reference] of [
      ['', ''],
      ['', 'あ'],
      ['あ', ''],
      ['　', ' '],
    ] as const)
      expect([bleu(hypothesis, reference), chrf(hypothesis, reference)]).toEqual([0, 0])
  })

  it('take full and half width for the same in an exact match', () => {
    expect([exactMatch('ＡＢＣ １２ ', 'ABC 12'), exactMatch('はい', 'はい。')]).toEqual([100, 0])
  })

  it('average perplexity over rows as H2O does, or over tokens', () => {
    const rows = [[Math.log(2), Math.log(8)], [Math.log(3)], []]
    expect(meanRowPerplexity(rows)).toBeCloseTo((4 + 3) / 2, 10)
    expect(tokenPerplexity(rows.flat())).toBeCloseTo(48 ** (1 / 3), 10)
  })
})
