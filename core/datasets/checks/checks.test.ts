import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CheckId, DatasetInfo } from '../../contract/index.ts'
import { createDatasetService, type DatasetService } from '../service.ts'
import { isMyNumber } from './my-number.ts'

let folder: string
let service: DatasetService
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-checks-'))
  const templatesFolder = join(import.meta.dirname, '..', '..', '..', 'resources', 'tutorial')
  service = createDatasetService({
    folder,
    trashFolder: join(folder, 'trash'),
    templatesFolder,
    emit: () => undefined,
    tokenCounter: async (modelId) => ({ modelId, countTokens: async (texts) => texts.map((text) => text.length) }),
  })
})
afterEach(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})

type Cells = readonly (string | null)[]

async function made(rows: readonly Cells[], names = ['質問', '回答']): Promise<DatasetInfo> {
  const { id } = await service.create({ from: 'empty' })
  const { columns } = await service.open({ id })
  const roles = ['prompt', 'answer'] as const
  await service.edit({
    id,
    edits: [
      ...columns.map((column, index) => ({
        kind: 'renameColumn' as const,
        columnId: column.id,
        name: names[index] as string,
      })),
      ...columns.map((column, index) => ({
        kind: 'setRole' as const,
        columnId: column.id,
        role: roles[index] as 'prompt',
      })),
      { kind: 'setRange', row: 0, column: 0, values: rows.map((cells) => [...cells]) },
    ],
  })
  return service.open({ id })
}

const rowsOf = async ({ id }: DatasetInfo) =>
  (await service.page({ id, offset: 0, limit: 1000 })).rows.map(({ cells }) => cells)

/** Rows of a problem as `row` or `row:column name`; nothing where there is none. */
async function found(info: DatasetInfo, check: CheckId, modelId?: string): Promise<string[]> {
  const { problems } = await service.check({ id: info.id, maxTokens: 20, ...(modelId ? { modelId } : {}) })
  const nameOf = (columnId: string | null) => info.columns.find(({ id }) => id === columnId)?.name
  return problems
    .filter((problem) => problem.check === check)
    .flatMap(({ cells, count }) => {
      expect(count).toBe(cells.length)
      return cells.map(({ row, columnId }) => (columnId ? `${row}:${nameOf(columnId) ?? ''}` : String(row)))
    })
}

async function repaired(info: DatasetInfo, check: CheckId): Promise<readonly Cells[]> {
  const before = await rowsOf(info)
  await service.repair({ id: info.id, check })
  const after = await rowsOf(info)
  expect(await found(info, check)).toEqual([])
  await service.undo({ id: info.id })
  expect(await rowsOf(info)).toEqual(before)
  return after
}

const fine: readonly Cells[] = [
  ['「・・・」と言いました。', 'そうですか…。'],
  ['コードは？', 'console.log("こんにちは")\n\tprint(\'ok\')'],
  ['ラーメンのスープー', '1,000 円です。'],
  ['5"のネジ', '在庫は 007 番です。'],
  ['電話は?', '2024-04-01 から 03-1 号室です。'],
  ['番号は', '123456789012'],
]

describe('nothing is found in', () => {
  it('ordinary texts', async () => {
    expect((await service.check({ id: (await made(fine)).id, maxTokens: 512 })).problems).toEqual([])
  })

  it('the tutorial but that its rows are alike on purpose', async () => {
    const info = await service.create({ from: 'sample' })
    expect(
      (await service.check({ id: info.id, maxTokens: 512 })).problems.map(({ check, severity, count }) => [
        check,
        severity,
        count,
      ]),
    ).toEqual([['duplicate', 'info', 10]])
  })

  it('a table without roles or rows', async () => {
    const info = await service.create({ from: 'empty' })
    await service.edit({
      id: info.id,
      edits: [
        ...info.columns.map(({ id }) => ({ kind: 'setRole' as const, columnId: id, role: 'ignore' as const })),
        { kind: 'deleteRows', from: 0, to: 1 },
      ],
    })
    expect((await service.check({ id: info.id, maxTokens: 512 })).problems).toEqual([])
  })
})

describe('is found and put right:', () => {
  it('a pair that a line break has split over two rows', async () => {
    const info = await made([
      ['定休日は?', null],
      ['', '水曜です。'],
      ['料金は?', '千円です。'],
      ['場所は?', ''],
      [null, '駅前です。'],
      ['まだ書いていない', ''],
    ])
    expect(await found(info, 'split-pairs')).toEqual(['0:回答', '3:回答'])
    expect(await repaired(info, 'split-pairs')).toEqual([
      ['定休日は?', '水曜です。'],
      ['料金は?', '千円です。'],
      ['場所は?', '駅前です。'],
      ['まだ書いていない', ''],
    ])
  })

  it('a single question above a single answer only as two unfinished rows', async () => {
    const info = await made([
      ['定休日は?', null],
      ['', '水曜です。'],
      ['料金は?', '千円です。'],
    ])
    expect([
      await found(info, 'split-pairs'),
      await found(info, 'empty-answer'),
      await found(info, 'empty-prompt'),
    ]).toEqual([[], ['0:回答'], ['1:質問']])
    expect(await repaired(info, 'empty-answer')).toEqual([
      ['', '水曜です。'],
      ['料金は?', '千円です。'],
    ])
  })

  it('the header inside, template rows and rows without a text', async () => {
    const info = await made([
      ['質問', '回答'],
      ['この行に質問を入力します。', 'この行に質問への回答を入力します。'],
      [' 　', null],
      ['質問', '答え'],
    ])
    expect([
      await found(info, 'repeated-header'),
      await found(info, 'placeholder'),
      await found(info, 'empty-row'),
    ]).toEqual([['0'], ['1'], ['2']])
    expect((await repaired(info, 'placeholder')).length).toBe(3)
    expect((await repaired(info, 'empty-row')).length).toBe(3)
    expect((await repaired(info, 'repeated-header'))[0]).toEqual([
      'この行に質問を入力します。',
      'この行に質問への回答を入力します。',
    ])
  })

  it('the rows of a fresh template', async () => {
    expect(await found(await service.create({ from: 'template' }), 'placeholder')).toEqual(['0', '1'])
  })

  it('white space around a text', async () => {
    const info = await made([
      ['　質問です', 'はい \n'],
      ['間の　空白', 'そのまま'],
    ])
    expect(await found(info, 'outer-space')).toEqual(['0:質問', '0:回答'])
    expect(await repaired(info, 'outer-space')).toEqual([
      ['質問です', 'はい'],
      ['間の　空白', 'そのまま'],
    ])
  })

  it('control characters and invisible marks', async () => {
    const info = await made([
      ['ベル\u0007です', '見え\u200bない\ufeff'],
      ['改行\nとタブ\t', '👨‍👩‍👧'],
    ])
    expect(await found(info, 'control-characters')).toEqual(['0:質問', '0:回答'])
    expect((await repaired(info, 'control-characters'))[0]).toEqual(['ベルです', '見えない'])
  })

  it('full-width and half-width forms beside the ordinary ones', async () => {
    const info = await made([
      ['ＡＢＣ１２３', 'ﾊﾝｶｸです'],
      ['ABC 123', 'ハンカクです'],
      ['全角！？', 'はい（笑）'],
    ])
    expect(await found(info, 'mixed-width')).toEqual(['0:質問', '0:回答'])
    expect((await repaired(info, 'mixed-width'))[0]).toEqual(['ABC123', 'ハンカクです'])
  })

  it('the same row twice, and nearly the same', async () => {
    const info = await made([
      ['休みは?', '水曜です。'],
      ['休みは?', '水曜です。'],
      ['休みは？', '水曜です'],
      ['ＡＢＣ', 'はい'],
      ['abc', 'はい！'],
      ['休みは?', null],
    ])
    expect([await found(info, 'duplicate'), await found(info, 'near-duplicate')]).toEqual([['1'], ['2', '4']])
    expect((await repaired(info, 'duplicate')).length).toBe(5)
    expect((await repaired(info, 'near-duplicate')).map(([question]) => question)).toEqual([
      '休みは?',
      '休みは?',
      'ＡＢＣ',
      '休みは?',
    ])
  })
})

describe('is found:', () => {
  it('two answers to one question', async () => {
    const info = await made([
      ['休みは?', '水曜です。'],
      ['休みは? ', '木曜です。'],
      ['場所は?', '駅前です。'],
      ['場所は?', '駅前です。'],
    ])
    expect(await found(info, 'contradiction')).toEqual(['0:回答', '1:回答'])
  })

  it('text in a wrong encoding', async () => {
    const info = await made([
      ['縺ゅ＞縺�', '文字\ufffd化け'],
      ['ã\u0081\u0082', 'cafÃ\u00a9'],
      ['繧繝と読む字', 'café は ã です'],
    ])
    expect(await found(info, 'mojibake')).toEqual(['0:質問', '1:質問', '0:回答', '1:回答'])
  })

  it('quotes of a table that was cut in the wrong places', async () => {
    const info = await made([
      ['"彼は', 'はい"'],
      ['彼は","はい', '"全部"'],
      ['5"のネジ', '「"」は引用符'],
    ])
    expect(await found(info, 'unbalanced-quotes')).toEqual(['0:質問', '1:質問', '0:回答'])
  })

  it('what belongs to a person', async () => {
    const info = await made([
      ['連絡先は taro@example.co.jp です', '０９０−１２３４−５６７８'],
      ['TEL: 03-1234-5678', '1234 5678 9018 です'],
      ['注文番号 123456789012', '2024-01-0203'],
    ])
    expect(await found(info, 'personal')).toEqual(['0:質問', '1:質問', '0:回答', '1:回答'])
    expect([isMyNumber('123456789018'), isMyNumber('123456789012'), isMyNumber('000000000000')]).toEqual([
      true,
      false,
      false,
    ])
  })

  it('more tokens than are learnt from, where a model counts them', async () => {
    const info = await made([
      ['あ'.repeat(12), 'い'.repeat(9)],
      ['あ'.repeat(8), 'い'.repeat(8)],
    ])
    expect([await found(info, 'too-long'), await found(info, 'too-long', 'm')]).toEqual([[], ['0:回答']])
  })
})

it('counts all, names the first, and looks into conversations no deeper than their cells', async () => {
  const info = await made(Array.from({ length: 700 }, (_, index) => [`質問 ${index} `, `回答 ${index}`]))
  const { problems, rowCount, version } = await service.check({ id: info.id, maxTokens: 512 })
  expect([rowCount, version, problems.map(({ check, count, cells }) => [check, count, cells.length])]).toEqual([
    700,
    info.version,
    [['outer-space', 700, 200]],
  ])
  expect((await service.repair({ id: info.id, check: 'outer-space', columnId: info.columns[0]!.id })).changed).toBe(700)
})
