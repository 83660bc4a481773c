import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  datasetsContract,
  type Calls,
  type ColumnId,
  type DatasetInfo,
  type RowId,
  type UserError,
} from '../contract/index.ts'
import { createDatasetService, type DatasetService } from './service.ts'

type Table = readonly (readonly (string | null)[])[]

let folder: string
let service: DatasetService
const serve = () =>
  createDatasetService({ folder, trashFolder: join(folder, 'trash'), templatesFolder: folder, emit: () => undefined })
/** Closes the library and opens it again. */
async function reopen(): Promise<void> {
  await service.close()
  service = serve()
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-editing-'))
  service = serve()
})
afterEach(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})

/** A dataset with these rows and columns c1, c2 … */
async function made(names: readonly string[], rows: Table, name?: string): Promise<DatasetInfo> {
  const { id, columns } = await service.create({ from: 'empty', ...(name ? { name } : {}) })
  await service.edit({
    id,
    edits: [
      { kind: 'insertColumns', at: 2, names: [...names] },
      { kind: 'deleteColumns', columnIds: columns.map((column) => column.id) },
      { kind: 'setRange', row: 0, column: 0, values: rows.map((row) => [...row]) },
    ],
  })
  return service.open({ id })
}

/** As the host calls it: with the contract's defaults filled in. */
const call = <N extends keyof typeof datasetsContract.calls>(
  name: N,
  input: Calls[`datasets.${N}`]['input'],
): Promise<Calls[`datasets.${N}`]['output']> =>
  (service[name] as (parsed: unknown) => Promise<never>)(datasetsContract.calls[name].input.parse(input))
const edit = ({ id }: DatasetInfo, ...edits: Calls['datasets.edit']['input']['edits']) => call('edit', { id, edits })
const cells = async ({ id }: Pick<DatasetInfo, 'id'>, view?: Calls['datasets.page']['input']['view']) =>
  (await call('page', { id, offset: 0, limit: 1000, ...(view ? { view } : {}) })).rows.map((row) => row.cells)
const first = (table: Table) => table.map((row) => row[0]).join('')
const errorOf = async (work: Promise<unknown>) =>
  (
    (await work.then(
      () => null,
      (error: unknown) => error,
    )) as UserError
  ).error
const id = (info: DatasetInfo, index: number) => info.columns[index]?.id as ColumnId
const numbered = (count: number): Table => Array.from({ length: count }, (_, index) => [String(index), `行${index}`])

/** Takes the last step back and repeats it, through closing the dataset: both states must come back exactly. */
async function thereAndBack(info: DatasetInfo, before: Table) {
  const after = await cells(info)
  await reopen()
  await service.undo({ id: info.id })
  expect(await cells(info)).toEqual(before)
  await reopen()
  await service.redo({ id: info.id })
  expect(await cells(info)).toEqual(after)
  await service.undo({ id: info.id })
  await service.redo({ id: info.id })
  expect(await cells(info)).toEqual(after)
  return after
}

describe('rows and columns', () => {
  const abc = [...'abcdef'].map((letter) => [letter])

  it.each([
    [1, 3, 5, 'adebcf'],
    [3, 5, 1, 'adebcf'],
    [0, 2, 6, 'cdefab'],
    [4, 9, 0, 'efabcd'],
    [1, 3, 2, 'abcdef'],
    [2, 2, 0, 'abcdef'],
  ])('rows %i to %i move before %i', async (from, to, at, expected) => {
    const info = await made(['x'], abc)
    await edit(info, { kind: 'renameColumn', columnId: id(info, 0), name: 'y' }, { kind: 'moveRows', from, to, at })
    expect(first(await thereAndBack(info, abc))).toBe(expected)
  })

  it('columns move together, in the given order', async () => {
    const info = await made(['a', 'b', 'c', 'd'], [['1', '2', '3', '4']])
    await edit(info, { kind: 'moveColumns', columnIds: [id(info, 3), id(info, 0)], at: 2 })
    expect(await thereAndBack(info, [['1', '2', '3', '4']])).toEqual([['2', '4', '1', '3']])
    expect((await service.open({ id: info.id })).columns.map(({ name }) => name)).toEqual(['b', 'd', 'a', 'c'])
  })

  it('columns are inserted and deleted several at once, with the roles that their names say', async () => {
    const info = await made(['a', 'b', 'c'], [['1', '2', '3']])
    await edit(
      info,
      { kind: 'insertColumns', at: 1, names: ['質問', 'parent_id'] },
      { kind: 'deleteColumns', columnIds: [id(info, 0), id(info, 2)] },
    )
    expect(await thereAndBack(info, [['1', '2', '3']])).toEqual([[null, null, '2']])
    expect((await service.open({ id: info.id })).columns.map(({ role }) => role)).toEqual([
      'prompt',
      'parent',
      'ignore',
    ])
  })

  it.each([5, 400])('%i rows inserted and deleted come back with their keys', async (count) => {
    const info = await made(['n', 't'], numbered(800))
    const before = await cells(info)
    const keys = async () =>
      (await call('page', { id: info.id, offset: 0, limit: 1000 })).rows.map(({ rowId }) => rowId)
    const keysBefore = await keys()
    await edit(
      info,
      { kind: 'deleteRows', from: 100, to: 100 + count },
      { kind: 'insertRows', at: 10, rows: numbered(count).map((row) => [...row]) },
    )
    const keysAfter = await keys()
    const after = await thereAndBack(info, before)
    expect([after.length, after[10 + count - 1], after[10 + count]]).toEqual([
      800,
      [String(count - 1), `行${count - 1}`],
      ['10', '行10'],
    ])
    expect(await keys()).toEqual(keysAfter)
    await service.undo({ id: info.id })
    expect(await keys()).toEqual(keysBefore)
  })
})

describe('cells', () => {
  it('are cleared in a block of any size', async () => {
    const info = await made(['n', 't'], numbered(300))
    await edit(info, { kind: 'clear', fromRow: 1, toRow: 298, fromColumn: 1, toColumn: 9 })
    const after = await thereAndBack(info, numbered(300))
    expect([after[0], after[1], after[298], after[299]]).toEqual([
      ['0', '行0'],
      ['1', ''],
      ['298', ''],
      ['299', '行299'],
    ])
  })

  it('of a large pasted block come back, the last one written to a cell counts', async () => {
    const info = await made(['n', 't'], numbered(300))
    const [row] = (await call('page', { id: info.id, offset: 7, limit: 1 })).rows
    const twice = ['x', 'y'].map((value) => ({ rowId: row?.rowId as RowId, columnId: id(info, 0), value }))
    await edit(
      info,
      { kind: 'setRange', row: 200, column: 1, values: numbered(200).map(([, text]) => [text ?? null, '\ufeff新']) },
      { kind: 'setCells', cells: twice },
    )
    const after = await thereAndBack(info, numbered(300))
    expect([after.length, after[7], after[200], after[399]]).toEqual([
      400,
      ['y', '行7', null],
      ['200', '行0', '\ufeff新'],
      [null, '行199', '\ufeff新'],
    ])
  })

  it('are filled downwards as a series or by repeating', async () => {
    const rows = [
      ['1', '項目1', 'はい'],
      ['2', '項目2', 'いいえ'],
      ...Array.from({ length: 4 }, () => [null, null, null]),
    ]
    const info = await made(['n', 't', 'a'], rows)
    await edit(info, { kind: 'fill', fromRow: 0, toRow: 1, fromColumn: 0, toColumn: 2, count: 3 })
    expect(await thereAndBack(info, rows)).toEqual([
      ...rows.slice(0, 2),
      ['3', '項目3', 'はい'],
      ['4', '項目4', 'いいえ'],
      ['5', '項目5', 'はい'],
      [null, null, null],
    ])
    await edit(info, { kind: 'fill', fromRow: 3, toRow: 4, fromColumn: 0, toColumn: 0, count: 95, how: 'repeat' })
    expect((await cells(info)).map((row) => row[0])).toEqual(['1', '2', '3', '4', '5', '4'])
  })

  it('are filled upwards and sideways, as far as there are rows and columns', async () => {
    const rows = [
      [null, null, '1', '2'],
      [null, null, 'a', 'b'],
      [null, null, '10', '8'],
      [null, null, '12', '8'],
    ]
    const info = await made(['w', 'x', 'y', 'z'], rows)
    const block = { fromRow: 2, toRow: 3, fromColumn: 2, toColumn: 2 }
    await edit(info, { kind: 'fill', ...block, toward: 'up', count: 2 })
    expect((await thereAndBack(info, rows)).map((row) => row[2])).toEqual(['6', '8', '10', '12'])
    await edit(info, { kind: 'fill', fromRow: 0, toRow: 3, fromColumn: 2, toColumn: 3, toward: 'left', count: 9 })
    expect((await cells(info)).map((row) => row.slice(0, 2))).toEqual([
      ['14', '10'],
      ['8', 'b'],
      ['14', '12'],
      ['20', '16'],
    ])
    await edit(info, {
      kind: 'fill',
      fromRow: 0,
      toRow: 0,
      fromColumn: 0,
      toColumn: 0,
      toward: 'right',
      count: 3,
      how: 'repeat',
    })
    expect((await cells(info))[0]).toEqual(['14', '14', '14', '14'])
  })
})

describe('the order of rows', () => {
  const mixed = ['10', '9', 'b', '', 'いす', 'アヒル', 'B', 'a', '-1', null, '2.5', 'あさ', '1,000', '亜'].map(
    (text, index) => [text, String(index)],
  )

  it('is by number, then as Japanese is collated, empty cells last', async () => {
    const info = await made(['x', 'n'], mixed)
    await edit(info, { kind: 'sort', keys: [{ columnId: id(info, 0) }] })
    expect((await thereAndBack(info, mixed)).map((row) => row[0])).toEqual([
      '-1',
      '2.5',
      '9',
      '10',
      '1,000',
      'a',
      'b',
      'B',
      'あさ',
      'アヒル',
      'いす',
      '亜',
      '',
      null,
    ])
    await edit(info, { kind: 'sort', keys: [{ columnId: id(info, 0), direction: 'descending' }] })
    expect((await cells(info)).map((row) => row[0])).toEqual([
      '亜',
      'いす',
      'アヒル',
      'あさ',
      'B',
      'b',
      'a',
      '1,000',
      '10',
      '9',
      '2.5',
      '-1',
      '',
      null,
    ])
  })

  it('is by several columns, and equal rows stay as they are', async () => {
    const info = await made(
      ['x', 'y', 'n'],
      [
        ['b', '1', '0'],
        ['a', '1', '1'],
        ['b', '2', '2'],
        ['a', '1', '3'],
      ],
    )
    await edit(info, {
      kind: 'sort',
      keys: [{ columnId: id(info, 0) }, { columnId: id(info, 1), direction: 'descending' }],
    })
    expect((await cells(info)).map((row) => row[2])).toEqual(['1', '3', '2', '0'])
  })

  it('can be taken back 100 steps, cell by cell and sort by sort', async () => {
    const info = await made(['n', 't'], numbered(60))
    const [row] = (await call('page', { id: info.id, offset: 0, limit: 1 })).rows
    const states = [await cells(info)]
    for (let step = 1; step <= 100; step++) {
      const cell = {
        kind: 'setCells' as const,
        cells: [{ rowId: row?.rowId as RowId, columnId: id(info, 1), value: `版${step}` }],
      }
      const sort = {
        kind: 'sort' as const,
        keys: [
          { columnId: id(info, 0), direction: step % 20 === 10 ? ('descending' as const) : ('ascending' as const) },
        ],
      }
      await edit(info, step % 10 === 0 ? sort : cell)
      states.push(await cells(info))
    }
    await reopen()
    for (const state of states.slice(0, -1).reverse()) {
      await service.undo({ id: info.id })
      expect(await cells(info)).toEqual(state)
    }
    for (let step = 1; step <= 100; step++) await service.redo({ id: info.id })
    expect(await cells(info)).toEqual(states.at(-1))
  }, 60_000)
})

describe('a view', () => {
  const fruits = [
    ['りんご', '赤'],
    ['Apple', ''],
    ['バナナ', '黄'],
    ['apple pie', null],
    ['みかん', '黄'],
  ]
  const filter = (
    columnId: ColumnId,
    kind: 'contains' | 'equals' | 'empty' | 'notEmpty' | 'regex',
    value = '',
    matchCase = false,
  ) => ({ filters: [{ columnId, kind, value, matchCase }] })

  it.each([
    ['contains', 'apple', false, [1, 3]],
    ['contains', 'apple', true, [3]],
    ['contains', 'ん', false, [0, 4]],
    ['equals', 'APPLE', false, [1]],
    ['equals', 'りんご', true, [0]],
    ['regex', '^[ァ-ヶ]+$', true, [2]],
    ['regex', '^APPLE', false, [1, 3]],
  ] as const)('shows rows where a column %s %j (case %s)', async (kind, value, matchCase, expected) => {
    const info = await made(['x', 'y'], fruits)
    const page = await call('page', {
      id: info.id,
      offset: 0,
      limit: 10,
      view: filter(id(info, 0), kind, value, matchCase),
    })
    expect([page.rowCount, page.rows.map(({ index }) => index)]).toEqual([expected.length, expected])
  })

  it('shows empty and filled cells, several conditions together, in its own order, and follows edits', async () => {
    const info = await made(['x', 'y'], fruits)
    expect(first(await cells(info, filter(id(info, 1), 'empty')))).toBe('Appleapple pie')
    expect(first(await cells(info, filter(id(info, 1), 'notEmpty')))).toBe('りんごバナナみかん')
    const both = {
      filters: [...filter(id(info, 1), 'equals', '黄').filters, ...filter(id(info, 0), 'contains', 'ん').filters],
    }
    expect(await cells(info, both)).toEqual([['みかん', '黄']])
    const sorted = {
      sort: [{ columnId: id(info, 0), direction: 'descending' as const }],
      filters: filter(id(info, 1), 'notEmpty').filters,
    }
    expect(first(await cells(info, sorted))).toBe('りんごみかんバナナ')
    await edit(info, { kind: 'setRange', row: 1, column: 1, values: [['緑']] })
    expect(first(await cells(info, sorted))).toBe('りんごみかんバナナApple')
    expect(
      await call('range', { id: info.id, fromRow: 1, toRow: 2, fromColumn: 0, toColumn: 0, view: sorted }),
    ).toEqual([['みかん'], ['バナナ']])
  })

  it('is what blocks of cells and deleted rows count in', async () => {
    const info = await made(['x', 'y'], fruits)
    const view = filter(id(info, 1), 'equals', '黄')
    await call('edit', { id: info.id, view, edits: [{ kind: 'setRange', row: 0, column: 0, values: [['1'], ['2']] }] })
    expect(first(await thereAndBack(info, fruits))).toBe('りんごApple1apple pie2')
    const before = await cells(info)
    await call('edit', { id: info.id, view, edits: [{ kind: 'deleteRows', from: 0, to: 9 }] })
    expect(first(await thereAndBack(info, before))).toBe('りんごAppleapple pie')
    expect(
      await errorOf(call('edit', { id: info.id, view, edits: [{ kind: 'moveRows', from: 0, to: 1, at: 2 }] })),
    ).toEqual({ code: 'dataset/view-order', facts: {} })
  })

  it('refuses a bad expression and a column that is not there', async () => {
    const info = await made(['x'], fruits)
    expect(await errorOf(cells(info, filter(id(info, 0), 'regex', '(a')))).toEqual({
      code: 'dataset/regex-invalid',
      facts: { pattern: '(a' },
    })
    expect((await errorOf(cells(info, filter('c99' as ColumnId, 'empty')))).code).toBe('dataset/column-not-found')
  })
})

describe('finding', () => {
  const rows = [
    ['猫と犬', 'cat 1'],
    ['犬', 'Cat 22'],
    ['鳥', 'dog'],
    ['子猫', 'CAT'],
  ]
  const places = (info: DatasetInfo, hit: { row: number; column: number; wrapped: boolean } | null) =>
    hit && [hit.row, hit.column, hit.wrapped, info.name === '']

  it('goes from match to match in both directions and round the end', async () => {
    const info = await made(['x', 'y'], rows)
    const find = async (from: [number, number] | null, direction: 'next' | 'previous', query: object = {}) =>
      places(
        info,
        await call('findCell', {
          id: info.id,
          query: { text: 'cat', ...query },
          direction,
          ...(from ? { from: { row: from[0], column: from[1] } } : {}),
        }),
      )?.slice(0, 3) ?? null
    expect([
      await find(null, 'next'),
      await find([0, 1], 'next'),
      await find([1, 1], 'next'),
      await find([3, 1], 'next'),
    ]).toEqual([
      [0, 1, false],
      [1, 1, false],
      [3, 1, false],
      [0, 1, true],
    ])
    expect([await find(null, 'previous'), await find([3, 1], 'previous'), await find([0, 1], 'previous')]).toEqual([
      [3, 1, false],
      [1, 1, false],
      [3, 1, true],
    ])
    expect([
      await find([0, 1], 'next', { matchCase: true }),
      await find(null, 'next', { columnIds: [id(info, 0)] }),
    ]).toEqual([[0, 1, true], null])
    expect([
      await find(null, 'next', { fromRow: 1, toRow: 2 }),
      await find([1, 1], 'next', { fromRow: 1, toRow: 2 }),
    ]).toEqual([
      [1, 1, false],
      [1, 1, true],
    ])
    expect([
      await find(null, 'next', { text: 'cat', kind: 'equals' }),
      await find(null, 'next', { text: '\\d{2}', kind: 'regex' }),
    ]).toEqual([
      [3, 1, false],
      [1, 1, false],
    ])
  })

  it('counts and lists, also in a view', async () => {
    const info = await made(['x', 'y'], rows)
    const matches = await call('matches', { id: info.id, query: { text: '猫|cat', kind: 'regex' }, limit: 3 })
    expect([matches.cellCount, matches.hits.map(({ row, column, text }) => [row, column, text])]).toEqual([
      5,
      [
        [0, 0, '猫と犬'],
        [0, 1, 'cat 1'],
        [1, 1, 'Cat 22'],
      ],
    ])
    const view = {
      filters: [{ columnId: id(info, 0), kind: 'contains' as const, value: '犬' }],
      sort: [{ columnId: id(info, 1), direction: 'descending' as const }],
    }
    const shown = await call('matches', { id: info.id, query: { text: 'cat' }, view })
    expect(shown.hits.map(({ row, text }) => [row, text])).toEqual([
      [0, 'Cat 22'],
      [1, 'cat 1'],
    ])
    expect(
      places(
        info,
        await call('findCell', { id: info.id, query: { text: 'cat' }, view, from: { row: 0, column: 1 } }),
      )?.slice(0, 3),
    ).toEqual([1, 1, false])
  })

  it('replaces one cell, or all as one step', async () => {
    const info = await made(['x', 'y'], rows)
    const [row] = (await call('page', { id: info.id, offset: 1, limit: 1 })).rows
    const one = await call('replace', {
      id: info.id,
      query: { text: 'cat' },
      replacement: '$1\\',
      at: { rowId: row?.rowId as RowId, columnId: id(info, 1) },
    })
    expect([one.cellCount, (await cells(info))[1]]).toEqual([1, ['犬', '$1\\ 22']])
    await service.undo({ id: info.id })
    const all = await call('replace', {
      id: info.id,
      query: { text: '(cat) (\\d+)', kind: 'regex' },
      replacement: '$2:$1 $$ $& \\1',
    })
    expect(all.cellCount).toBe(2)
    expect((await thereAndBack(info, rows)).map((cell) => cell[1])).toEqual([
      '1:cat $ cat 1 \\1',
      '22:Cat $ Cat 22 \\1',
      'dog',
      'CAT',
    ])
    expect(
      (
        await call('replace', {
          id: info.id,
          query: { text: '犬', matchCase: true },
          replacement: "い'ぬ",
          columnIds: [id(info, 0)],
        } as never)
      ).cellCount,
    ).toBe(2)
    expect((await cells(info)).map((cell) => cell[0])).toEqual(["猫とい'ぬ", "い'ぬ", '鳥', '子猫'])
    expect((await call('replace', { id: info.id, query: { text: 'nowhere' }, replacement: '' })).cellCount).toBe(0)
    expect(
      await errorOf(call('replace', { id: info.id, query: { text: '(a)', kind: 'regex' }, replacement: '$2' })),
    ).toEqual({ code: 'dataset/regex-group', facts: { group: '$2', count: 1 } })
  })
})

describe('several datasets', () => {
  it('are put below each other, columns matched by name', async () => {
    const rows = [
      ['1', '2'],
      ['3', '4'],
    ]
    const info = await made(['a', 'b'], rows)
    const other = await made(['Ｂ ', 'c'], numbered(150), 'other')
    await call('appendDataset', { id: info.id, from: other.id })
    const after = await thereAndBack(info, rows)
    expect([after.length, after[1], after[2], after[151]]).toEqual([
      152,
      ['3', '4', null],
      [null, '0', '行0'],
      [null, '149', '行149'],
    ])
    expect((await service.open({ id: info.id })).columns.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    await call('appendDataset', { id: info.id, from: info.id })
    const keys = (await call('page', { id: info.id, offset: 0, limit: 1000 })).rows.map(({ rowId }) => rowId)
    expect([keys.length, new Set(keys).size]).toEqual([304, 304])
  })

  it('are joined on a column', async () => {
    const rows = [
      ['k1', 'x'],
      ['k2', 'y'],
      [null, 'z'],
      ['k1', 'w'],
    ]
    const info = await made(['key', 'value'], rows)
    const other = await made(
      ['k', 'value', 'note'],
      [
        ['k1', '一', 'ア'],
        [null, '無', 'イ'],
        ['k3', '三', 'ウ'],
        ['k3', '四', 'エ'],
      ],
      'other',
    )
    await call('join', { id: info.id, from: other.id, columnId: id(info, 0), fromColumnId: id(other, 0) })
    expect(await thereAndBack(info, rows)).toEqual([
      ['k1', 'x', '一', 'ア'],
      ['k2', 'y', null, null],
      [null, 'z', null, null],
      ['k1', 'w', '一', 'ア'],
    ])
    expect((await service.open({ id: info.id })).columns.map(({ name }) => name)).toEqual([
      'key',
      'value',
      'value 2',
      'note',
    ])
    await edit(info, { kind: 'setRange', row: 1, column: 0, values: [['k3']] })
    const join = {
      id: info.id,
      from: other.id,
      columnId: id(info, 0),
      fromColumnId: id(other, 0),
      take: [id(other, 2)],
    }
    expect(await errorOf(call('join', join))).toEqual({
      code: 'dataset/join-duplicates',
      facts: { column: 'k', value: 'k3', count: 2 },
    })
    await call('join', { ...join, duplicates: 'first' })
    expect((await cells(info)).map((row) => row[4])).toEqual(['ア', 'ウ', null, 'ア'])
  })

  it('are made by splitting at random: shares, order, and the same rows for the same seed', async () => {
    const info = await made(['n', 't'], numbered(100))
    const split = async (seed: number) => {
      const parts = await call('split', {
        id: info.id,
        by: {
          kind: 'share',
          parts: [
            { name: '学習', share: 0.7 },
            { name: '検証', share: 0.3 },
          ],
          seed,
        },
      })
      return Promise.all(parts.map(async (part) => (await cells(part)).map((row) => Number(row[0]))))
    }
    const [a, b, c] = [await split(1), await split(1), await split(2)]
    expect([a.map((part) => part.length), a, [...a.flat()].sort((x, y) => x - y)]).toEqual([
      [70, 30],
      b,
      Array.from({ length: 100 }, (_, index) => index),
    ])
    expect([a[0], c[0]]).toEqual([[...(a[0] ?? [])].sort((x, y) => x - y), expect.not.arrayContaining(a[0] ?? [])])
    expect(
      await errorOf(
        call('split', {
          id: info.id,
          by: {
            kind: 'share',
            parts: [
              { name: 'a', share: 0.7 },
              { name: 'b', share: 0.4 },
            ],
          },
        }),
      ),
    ).toEqual({ code: 'dataset/shares-too-large', facts: { total: 110 } })
    expect(
      await errorOf(call('split', { id: info.id, by: { kind: 'share', parts: [{ name: 'a', share: 0.001 }] } })),
    ).toEqual({ code: 'dataset/part-empty', facts: { name: 'a', rows: 100 } })
    expect((await readdir(folder)).filter((file) => file.endsWith('.parquet'))).toEqual([])
  })

  it('are made by splitting by value, and by sampling', async () => {
    const info = await made(
      ['分類', '質問'],
      [
        ['数学', 'a'],
        ['英語', 'b'],
        [null, 'c'],
        ['数学', 'd'],
        ['', 'e'],
      ],
      '教材',
    )
    const parts = await call('split', { id: info.id, by: { kind: 'value', columnId: id(info, 0) } })
    expect(
      await Promise.all(
        parts.map(async (part) => [
          part.name,
          part.columns.map(({ role }) => role).join(),
          (await cells(part)).map((row) => row[1]).join(''),
        ]),
      ),
    ).toEqual([
      ['教材 数学', 'ignore,prompt', 'ad'],
      ['教材 英語', 'ignore,prompt', 'b'],
      ['教材 （空白）', 'ignore,prompt', 'ce'],
    ])
    const sample = await call('sample', { id: info.id, rows: 3, seed: 5 })
    expect([sample.name, sample.rowCount, (await cells(sample)).map((row) => row[1]).join('')]).toEqual([
      '教材 3',
      3,
      (await cells(await call('sample', { id: info.id, rows: 3, seed: 5 }))).map((row) => row[1]).join(''),
    ])
    const many = await made(['v'], numbered(101))
    expect(await errorOf(call('split', { id: many.id, by: { kind: 'value', columnId: id(many, 0) } }))).toEqual({
      code: 'dataset/too-many-parts',
      facts: { column: 'v', found: 101, limit: 100 },
    })
  })

  it('lose rows that are there twice, the first one stays', async () => {
    const rows = [
      ['a', null, '0'],
      ['a', '', '1'],
      ['a', null, '2'],
      ['A', null, '3'],
      ['a', '', '4'],
    ]
    const info = await made(['x', 'y', 'n'], rows)
    await edit(info, { kind: 'removeDuplicates', columnIds: [id(info, 0), id(info, 1)] })
    expect((await thereAndBack(info, rows)).map((row) => row[2])).toEqual(['0', '1', '3'])
  })
})

describe('what is kept for taking back', () => {
  it('is dropped when other edits follow what was taken back', async () => {
    const info = await made(['n', 't'], numbered(300))
    for (let turn = 0; turn < 3; turn++) {
      await edit(info, { kind: 'sort', keys: [{ columnId: id(info, 0), direction: 'descending' }] })
      await service.undo({ id: info.id })
    }
    const { undoCount, redoCount } = await edit(info, {
      kind: 'clear',
      fromRow: 0,
      toRow: 0,
      fromColumn: 0,
      toColumn: 0,
    })
    expect([undoCount, redoCount, first(await cells(info)).slice(0, 4)]).toEqual([2, 0, '1234'])
  })

  it('says what was done when, and goes back and forth in it', async () => {
    const info = await made(['n', 't'], numbered(5))
    await edit(info, { kind: 'sort', keys: [{ columnId: id(info, 0), direction: 'descending' }] })
    await edit(info, { kind: 'deleteRows', from: 0, to: 2 })
    await service.replace({ id: info.id, query: { text: '行', kind: 'contains', matchCase: false }, replacement: '列' })
    const [filled, ...steps] = await service.history({ id: info.id })
    expect(steps.map(({ act, isDone }) => [act, isDone])).toEqual([
      ['sort', true],
      ['deleteRows', true],
      ['replace', true],
    ])
    expect(steps.map(({ version }) => (version ?? 0) - (filled?.version ?? 0))).toEqual([1, 2, 3])
    await service.goToStep({ id: info.id, step: steps[0]?.step ?? -1 })
    expect(await cells(info)).toEqual([...numbered(5)].reverse())
    await service.goToStep({ id: info.id, step: filled?.step ?? -1 })
    expect(await cells(info)).toEqual(numbered(5))
    await service.goToStep({ id: info.id, step: steps[1]?.step ?? -1 })
    expect([(await cells(info)).length, (await service.history({ id: info.id })).map(({ isDone }) => isDone)]).toEqual([
      3,
      [true, true, true, false],
    ])
    await service.goToStep({ id: info.id, step: 0 })
    expect((await service.history({ id: info.id })).some(({ isDone }) => isDone)).toBe(false)
  })

  it('is not made by an edit that changes nothing', async () => {
    const info = await made(['n'], [['1']])
    const { undoCount, version } = await service.open({ id: info.id })
    const after = await edit(
      info,
      { kind: 'sort', keys: [{ columnId: id(info, 0) }] },
      { kind: 'moveRows', from: 0, to: 1, at: 1 },
      { kind: 'deleteRows', from: 5, to: 9 },
    )
    expect([after.undoCount, after.version]).toEqual([undoCount, version])
  })
})
