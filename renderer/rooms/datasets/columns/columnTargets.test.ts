import { expect, it } from 'vitest'
import type { Column, ColumnId, ColumnTarget } from '../../../../core/contract/index.ts'
import { addedRows, addsSomething, changeTarget, matched } from './columnTargets.ts'

const c1 = 'c1' as ColumnId
const c2 = 'c2' as ColumnId
const columns: Column[] = [
  { id: c1, name: 'instruction', role: 'prompt' },
  { id: c2, name: 'output', role: 'answer' },
]
const sources = [
  { name: 'メモ', role: 'ignore' },
  { name: '質問', role: 'prompt' },
] as const
const targets: ColumnTarget[] = [
  { from: 'メモ', to: 'new' },
  { from: '質問', to: c1 },
]

it('takes what the host matched, and makes a column of what continues none', () => {
  expect(matched(sources, [null, c1])).toEqual(targets)
})

it('gives a column to one only: what went there before gets one of its own', () => {
  expect(changeTarget(targets, 0, c1).map(({ to }) => to)).toEqual([c1, 'new'])
  expect(changeTarget([{ from: 'a', to: 'none' }, ...targets], 1, 'none').map(({ to }) => to)).toEqual([
    'none',
    'none',
    c1,
  ])
})

it('shows the rows under the columns of the dataset, then under new ones, and names those that stay empty', () => {
  expect(addedRows(columns, sources, targets, [['覚え書き', '空は？'], ['短い']])).toEqual({
    columns: [...columns, sources[0]],
    rows: [
      ['空は？', null, '覚え書き'],
      [null, null, '短い'],
    ],
    empty: ['output'],
  })
})

it('knows when nothing would be added', () => {
  expect([addsSomething(targets), addsSomething([{ from: 'a', to: 'none' }])]).toEqual([true, false])
})
