import { describe, expect, it } from 'vitest'
import type { DatasetStatistics, Distribution, RoleStatistics } from '../../../../core/contract/index.ts'
import { statisticsCsv } from './exports.ts'
import { figuresOf, lengthLines, type FigureWords } from './figures.ts'

const words: FigureWords = {
  role: (role) => ({ prompt: '質問', answer: '回答', system: '指示' })[role],
  characters: (role) => `${role}の文字数`,
  tokens: (role) => `${role}のトークン数`,
  openings: (role) => `${role}の書き出し`,
  atLeast: (from) => `${from} 以上`,
  number: String,
  scriptNames: {
    hiragana: 'ひらがな',
    katakana: 'カタカナ',
    kanji: '漢字',
    latin: '英字',
    digits: '数字',
    other: 'その他',
  },
  languageNames: { ja: '日本語', en: '英語', other: 'その他' },
  titles: { turns: '往復', scripts: '文字の種類', languages: '言語' },
  axes: {
    characters: '文字数',
    tokens: 'トークン数',
    turns: '往復',
    scripts: '文字',
    languages: '言語',
    openings: '最初',
  },
  counts: { texts: '件数', conversations: '会話', rows: '行' },
}

const lengths: Distribution = {
  count: 4,
  min: 1,
  median: 2.5,
  mean: 4,
  p90: 9,
  p99: 9,
  max: 90,
  histogram: [
    { from: 0, to: 5, count: 2 },
    { from: 5, to: 10, count: 1 },
    { from: 10, to: null, count: 1 },
  ],
}
const prompt: RoleStatistics = {
  role: 'prompt',
  count: 4,
  emptyCount: 1,
  characters: lengths,
  tokens: null,
  scripts: { hiragana: 0.5, katakana: 0, kanji: 0.25, latin: 0.25, digits: 0, other: 0 },
  openings: [{ text: '次の"文', count: 3 }],
}
const statistics: DatasetStatistics = {
  name: 'data',
  version: 1,
  rowCount: 5,
  roles: [prompt],
  languages: { ja: 4, en: 0, other: 0 },
  duplicates: { rowCount: 0, textCount: 0 },
  tokenSample: null,
  turns: { ...lengths, histogram: [{ from: 1, to: 2, count: 4 }] },
}

describe('the figures of a dataset', () => {
  it('are what the dataset has, with bins named by their edges', () => {
    const figures = figuresOf(statistics, words)
    expect(figures.map(({ id, title }) => [id, title])).toEqual([
      ['characters-prompt', '質問の文字数'],
      ['turns', '往復'],
      ['scripts', '文字の種類'],
      ['languages', '言語'],
      ['openings-prompt', '質問の書き出し'],
    ])
    expect(figures[0]).toMatchObject({
      labels: ['0–4', '5–9', '10 以上'],
      shortLabels: ['0', '5', '10 以上'],
      series: [{ label: '件数', values: [2, 1, 1] }],
      shape: 'columns',
      unit: 'count',
    })
    expect(figures[1]?.labels).toEqual(['1'])
    expect(figures[2]?.series).toEqual([{ label: '質問', values: [0.5, 0, 0.25, 0.25, 0, 0] }])
    expect(lengthLines(statistics, words).map(({ label }) => label)).toEqual(['質問の文字数', '往復'])
  })

  it('are none where there is no role', () => {
    expect(figuresOf({ ...statistics, roles: [], turns: null }, words)).toEqual([])
  })

  it('become CSV that spreadsheets read', () => {
    const figures = figuresOf(statistics, words)
    const csv = statisticsCsv([figures[0]!, figures[4]!], lengthLines(statistics, words).slice(0, 1), {
      lengths: '長さ',
      numbers: ['件数', '最小', '中央値', '平均', '90%', '99%', '最大'],
    })
    expect(csv).toBe(
      '\ufeff長さ,件数,最小,中央値,平均,90%,99%,最大\r\n質問の文字数,4,1,2.5,4,9,9,90\r\n\r\n質問の文字数\r\n文字数,件数\r\n0–4,2\r\n5–9,1\r\n10 以上,1\r\n\r\n質問の書き出し\r\n最初,件数\r\n"次の""文",3\r\n',
    )
  })
})
