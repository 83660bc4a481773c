import { describe, expect, it } from 'vitest'
import type { ColumnId, ColumnTarget } from '../contract/index.ts'
import { matchColumns, targetsOf } from './column-matching.ts'
import { detectRole } from './roles.ts'

const named = (...names: readonly string[]) => names.map((name) => ({ name, role: detectRole(name) }))
const kept = (...names: readonly string[]) =>
  named(...names).map((column) => ({ ...column, id: column.name as ColumnId }))
const match = (columns: readonly string[], others: readonly string[]) =>
  matchColumns(kept(...columns), named(...others))

describe('columns of other rows continue', () => {
  it.each([
    ['those of their name', ['a', 'b'], ['b', 'a'], ['b', 'a']],
    ['those of their name, blanks, width and case aside', ['a', 'B c'], ['ｂ ｃ ', ' A'], ['B c', 'a']],
    ['those of their role', ['instruction', 'output'], ['質問', '回答'], ['instruction', 'output']],
    ['those of their role, wherever they lie', ['質問', '回答', 'メモ'], ['answer', 'question'], ['回答', '質問']],
    ['their name before their role', ['question', 'prompt'], ['prompt', '質問'], ['prompt', 'question']],
    [
      'one of several of their role each, in order',
      ['instruction', 'input', 'output'],
      ['指示', '入力', '出力'],
      ['instruction', 'input', 'output'],
    ],
    ['none where all of their role are taken', ['質問', '回答'], ['質問', 'prompt', '回答'], ['質問', null, '回答']],
    ['none where the name tells nothing', ['質問', '備考'], ['質問', 'メモ'], ['質問', null]],
    [
      'those of their place where none has a name',
      ['質問', '回答'],
      ['列1', 'Column 2', '列3'],
      ['質問', '回答', null],
    ],
    ['none by their place where another has a name', ['a', 'b'], ['列1', 'x'], [null, null]],
  ] as const)('%s', (_, columns, others, found) => {
    expect(match(columns, others)).toEqual(found)
  })
})

it('goes by what is said, and matches what is not said among the rest', () => {
  const targets: ColumnTarget[] = [
    { from: '質問', to: '回答' as ColumnId },
    { from: '備考', to: 'none' },
    { from: 'x', to: 'new' },
  ]
  const go = (...others: readonly string[]) => targetsOf(kept('質問', '回答'), named(...others), targets)
  expect(go('質問', '備考', 'x', 'question', 'answer')).toEqual(['回答', 'none', 'new', '質問', 'new'])
  expect(go('x', 'x')).toEqual(['new', 'new'])
})
