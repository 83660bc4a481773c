import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { randomUniform } from '../../random/rng.ts'
import { createStore } from '../import.ts'
import type { DatasetStore } from '../store.ts'
import { Tally } from './distribution.ts'
import { statisticsOf, type TokenCounter } from './index.ts'
import { Openings } from './openings.ts'
import { rowSampler } from './sample.ts'
import { languageOf, ScriptCounts } from './scripts.ts'

let folder: string
let stores: DatasetStore[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-statistics-'))
  stores = []
})
afterEach(async () => {
  for (const store of stores) store.close()
  await rm(folder, { recursive: true })
})

type Rows = Iterable<readonly (string | null)[]>

async function statistics(table: Rows, counter: TokenCounter | null = null, maxTokenRows?: number) {
  const store = await createStore(
    join(folder, `${stores.length}.duckdb`),
    (async function* () {
      yield* table
    })(),
    { name: 'data', language: 'ja' },
  )
  stores.push(store)
  return statisticsOf((work) => work(store), counter, maxTokenRows)
}

const byWords: TokenCounter = {
  modelId: 'words',
  countTokens: async (texts) => texts.map((text) => text.split(' ').length),
}

describe('the statistics of a dataset', () => {
  it('count characters, scripts, languages and repeated rows of every role', async () => {
    const found = await statistics([
      ['instruction', 'output', 'メモ'],
      ['日本の首都は?', '東京です。', '1'],
      ['日本の首都は?', '東京です。', '2'],
      ['Say hello', '', '3'],
      ['𠮷野家', 'ﾊﾝｶｸ 12', '4'],
      [null, null, '5'],
    ])
    expect(found).toMatchObject({
      name: 'data',
      version: 1,
      rowCount: 5,
      languages: { ja: 3, en: 1, other: 0 },
      turns: null,
      duplicates: { rowCount: 1, textCount: 1 },
      tokenSample: null,
    })
    expect(found.roles.map(({ role, count, emptyCount, tokens }) => ({ role, count, emptyCount, tokens }))).toEqual([
      { role: 'prompt', count: 4, emptyCount: 1, tokens: null },
      { role: 'answer', count: 3, emptyCount: 2, tokens: null },
    ])
    const [prompt, answer] = found.roles
    expect(prompt?.characters).toMatchObject({ count: 4, min: 3, median: 7, mean: 6.5, p90: 9, p99: 9, max: 9 })
    expect(prompt?.openings).toEqual([{ text: '日本の首都は?', count: 2 }])
    expect(answer?.scripts).toEqual({
      hiragana: 4 / 16,
      katakana: 4 / 16,
      kanji: 4 / 16,
      latin: 0,
      digits: 2 / 16,
      other: 2 / 16,
    })
  })

  it('need no column of a role, and no row', async () => {
    const found = await statistics([
      ['a', 'b'],
      ['1', '2'],
      ['1', '2'],
      [null, ''],
    ])
    expect(found).toMatchObject({ rowCount: 3, roles: [], turns: null, duplicates: { rowCount: 1, textCount: 1 } })
    const empty = await statistics([['prompt', 'answer']], byWords)
    expect(empty.roles.map(({ characters, tokens }) => [characters, tokens])).toEqual([
      [null, null],
      [null, null],
    ])
    expect(empty).toMatchObject({ rowCount: 0, tokenSample: { rowCount: 0, isWhole: true } })
  })

  it('count tokens of as many rows as they say, the same ones each time', async () => {
    const table: Rows = [
      ['prompt', 'answer'],
      ...Array.from({ length: 500 }, (_, row) => [`q ${'x '.repeat(row)}`.trim(), 'a']),
    ]
    const whole = await statistics(table, byWords)
    expect(whole.tokenSample).toEqual({ modelId: 'words', rowCount: 500, seed: 1, isWhole: true })
    expect(whole.roles[0]?.tokens).toMatchObject({ count: 500, min: 1, max: 500 })
    const sampled = await statistics(table, byWords, 50)
    expect(sampled.tokenSample).toEqual({ modelId: 'words', rowCount: 50, seed: 1, isWhole: false })
    expect(sampled.roles[0]?.tokens?.count).toBe(50)
    expect(sampled.roles[0]?.characters?.count).toBe(500)
    expect((await statistics(table, byWords, 50)).roles).toEqual(sampled.roles)
  })

  it('follow conversations over rows that name their parents', async () => {
    const found = await statistics([
      ['id', 'parent_id', 'prompt', 'answer'],
      ['1', null, 'あ', 'い'],
      ['2', '1', 'う', 'え'],
      ['3', '2', 'お', 'か'],
      ['4', '1', 'き', 'く'],
      ['5', null, 'け', 'こ'],
      ['6', '7', 'さ', 'し'],
      ['7', '6', 'す', 'せ'],
    ])
    expect(found.turns).toMatchObject({ count: 3, min: 1, median: 2, mean: 2, max: 3 })
    expect(found.turns?.histogram).toEqual([
      { from: 1, to: 2, count: 1 },
      { from: 2, to: 3, count: 1 },
      { from: 3, to: 4, count: 1 },
    ])
  })

  it('look into conversations in one cell', async () => {
    const messages = [
      ['system', '短く'],
      ['user', 'こんにちは'],
      ['assistant', 'はい'],
      ['user', '今日は?'],
      ['assistant', '晴れ'],
    ].map(([role, content]) => ({ role, content }))
    const found = await statistics([['messages'], [JSON.stringify(messages)], ['壊れた会話']])
    expect(found.turns).toMatchObject({ count: 1, min: 2, max: 2 })
    expect(
      found.roles.map(({ role, count, emptyCount, characters }) => [role, count, emptyCount, characters?.max]),
    ).toEqual([
      ['prompt', 2, 1, 5],
      ['answer', 2, 1, 2],
      ['system', 1, 1, 2],
    ])
  })
})

describe('a distribution', () => {
  const of = (values: readonly number[]) => {
    const tally = new Tally()
    values.forEach((value) => tally.add(value))
    return tally.distribution()
  }

  const SEED = Number(process.env['TERAKOYA_TEST_SEED'] ?? Date.now() % 1_000_000)
  it(`holds every value in bins without gaps (TERAKOYA_TEST_SEED=${SEED})`, () => {
    for (let round = 0; round < 300; round++) {
      const draw = (index: number) => randomUniform(SEED + round, 'sampling', 0, index)
      const values = Array.from({ length: 1 + Math.floor(draw(0) * 300) }, (_, index) =>
        Math.floor(draw(index + 2) ** (1 + 8 * draw(1)) * 10 ** (1 + 4 * draw(1))),
      )
      const found = of(values)
      const bins = found?.histogram ?? []
      expect(bins.length, `seed ${SEED + round}`).toBeLessThanOrEqual(22)
      for (const [index, { from, to, count }] of bins.entries()) {
        expect(
          to === null ? index === bins.length - 1 : to === (bins[index + 1]?.from ?? to),
          `seed ${SEED + round}`,
        ).toBe(true)
        expect(count, `seed ${SEED + round}`).toBe(
          values.filter((value) => value >= from && (to === null || value < to)).length,
        )
      }
      const sorted = [...values].sort((a, b) => a - b)
      expect([found?.min, found?.p90, found?.max]).toEqual([
        sorted[0],
        sorted[Math.ceil(sorted.length * 0.9) - 1],
        sorted.at(-1),
      ])
      expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(values.length)
    }
  })

  it('has round edges and one open bin for what is far larger', () => {
    expect(of([...Array.from({ length: 199 }, (_, index) => index), 5000])?.histogram).toEqual([
      ...Array.from({ length: 20 }, (_, index) => ({
        from: index * 10,
        to: index * 10 + 10,
        count: index === 19 ? 9 : 10,
      })),
      { from: 200, to: null, count: 1 },
    ])
    expect(of([1000, 1003])?.histogram).toEqual(
      [1000, 1001, 1002, 1003].map((from) => ({ from, to: from + 1, count: from % 3 === 1 ? 1 : 0 })),
    )
    expect(of([])).toBeNull()
  })
})

describe('the parts of the statistics', () => {
  it.each([
    ['東京', 'ja'],
    ['Hello, 世界 of letters', 'en'],
    ['これは API です', 'ja'],
    ['123 😀', 'other'],
    ['안녕하세요', 'other'],
    ['Привет hi', 'other'],
    ['ﾊﾝｶｸ', 'ja'],
    ['Ｗｏｒｄ', 'en'],
  ] as const)('take %s for %s', (text, language) => {
    const counts = new ScriptCounts()
    counts.add(text)
    expect(languageOf(counts)).toBe(language)
  })

  it('take what people see as one character for one in openings', () => {
    const openings = new Openings()
    for (const text of [
      '👩‍👩‍👧がが一二三四五六七',
      ' 👩‍👩‍👧がが一二三四五八',
      '次の文章を\n要約してください',
      '次の文章を\n要約しなさい',
      '',
      '一度だけ',
    ])
      openings.add(text)
    expect(openings.top()).toEqual([
      { text: '👩‍👩‍👧がが一二三四五', count: 2 },
      { text: '次の文章を 要約', count: 2 },
    ])
  })

  it('choose exactly as many rows as wanted, spread over all', () => {
    const isTaken = rowSampler(10_000, 1000, 7)
    const taken = Array.from({ length: 10_000 }, (_, row) => row).filter(() => isTaken())
    expect(taken).toHaveLength(1000)
    expect(Math.abs(taken.reduce((sum, row) => sum + row, 0) / 1000 - 5000)).toBeLessThan(400)
  })
})
