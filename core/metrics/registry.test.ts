import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkTextMetrics } from '../goldens/text-metrics.ts'
import { bleuTokenizers } from './bleu-tokenizers.ts'
import { bleu, meanTextMetric, textMetrics, type BleuTokenizer, type MetricName } from './index.ts'

const NAMES = Object.keys(textMetrics) as MetricName[]
const TOKENIZERS = Object.keys(bleuTokenizers) as BleuTokenizer[]
const TEXTS = [
  '',
  ' ',
  '\u3000',
  '\uFEFF',
  '\n',
  'はい。',
  '😀',
  '👨\u200D👩\u200D👧',
  '𠮷野家',
  '\uD83D',
  '\u0000',
  '.',
  '1,000.5',
  'The quick brown fox.',
  '&amp;&',
  '<skipped>',
]

describe('text metrics on edge cases', () => {
  it('equal sacrebleu on blanks, byte order marks, emoji, entities and empty texts', async () => {
    const { pairs, worst } = await checkTextMetrics(join(import.meta.dirname, 'fixtures', 'text_metrics_edges.json'))
    expect(pairs).toBe(32)
    expect(worst).toBeLessThan(1e-6)
  })

  it('keep a byte order mark at an end, which JavaScript would trim', () => {
    expect([bleu('「\uFEFF', '「', { tokenizer: 'none' }), bleu('\uFEFFあ', 'あ', { tokenizer: 'zh' })]).toEqual([
      0,
      bleu('んあ', 'あ', { tokenizer: 'zh' }),
    ])
  })
})

describe('textMetrics', () => {
  it.each(NAMES)('%s gives 100 for identical texts with every tokenizer', (name) => {
    for (const bleuTokenizer of TOKENIZERS) {
      for (const text of TEXTS.filter((each) => /[^\s<>]/u.test(each) && each !== '<skipped>')) {
        expect(
          textMetrics[name].score(text, text, { bleuTokenizer }),
          `${bleuTokenizer} ${JSON.stringify(text)}`,
        ).toBeCloseTo(100, 6)
      }
    }
  })

  it.each(NAMES)('%s stays between 0 and 100 for any two texts', (name) => {
    for (const bleuTokenizer of TOKENIZERS) {
      const scores = TEXTS.flatMap((hypothesis) =>
        TEXTS.map((reference) => textMetrics[name].score(hypothesis, reference, { bleuTokenizer })),
      )
      expect(scores.filter((score) => !(score >= 0 && score <= 100 + 1e-9))).toEqual([])
    }
  })

  it('cuts characters for BLEU unless told otherwise, and counts words for chrF++ only', () => {
    const [hypothesis, reference] = [
      'ls はファイル一覧を表示するコマンドです。',
      'ls コマンドはファイルの一覧を表示します。',
    ]
    expect(textMetrics.BLEU.score(hypothesis, reference)).toBeCloseTo(50.524277648294486, 6)
    expect(textMetrics.BLEU.score(hypothesis, reference, { bleuTokenizer: '13a' })).toBeCloseTo(50, 6)
    expect(textMetrics.chrF.score(hypothesis, reference)).toBeCloseTo(38.72700542205186, 6)
    expect(textMetrics['chrF++'].score(hypothesis, reference)).toBeCloseTo(35.295254066538895, 6)
  })

  it('averages the scores of pairs plainly, and has none without pairs', () => {
    const pairs = [
      { hypothesis: 'ＡＢ ', reference: 'AB' },
      { hypothesis: 'はい', reference: 'いいえ' },
      { hypothesis: '', reference: '' },
    ]
    expect([meanTextMetric('ExactMatch', pairs), meanTextMetric('BLEU', []), meanTextMetric('chrF', [])]).toEqual([
      200 / 3,
      null,
      null,
    ])
    expect(
      meanTextMetric(
        'BLEU',
        [
          { hypothesis: 'a b', reference: 'a b' },
          { hypothesis: 'c', reference: 'a b' },
        ],
        { bleuTokenizer: 'none' },
      ),
    ).toBeCloseTo(50, 6)
  })
})
