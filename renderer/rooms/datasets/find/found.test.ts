import { expect, it } from 'vitest'
import type { ColumnId, FindQuery, RowId } from '../../../../core/contract/index.ts'
import { foundIn, partsOf } from './found.ts'

const query = (text: string, more: Partial<FindQuery> = {}): FindQuery => ({
  text,
  kind: 'contains',
  matchCase: false,
  ...more,
})

it('cuts a text where the matches begin and end', () => {
  expect(partsOf('猫と子猫', query('猫'))).toEqual(['', '猫', 'と子', '猫', ''])
  expect(partsOf('Cat cat', query('cat'))).toEqual(['', 'Cat', ' ', 'cat', ''])
  expect(partsOf('Cat cat', query('cat', { matchCase: true }))).toEqual(['Cat ', 'cat', ''])
  expect(partsOf('😀😀', query('😀'))).toEqual(['', '😀', '', '😀', ''])
})

it('takes every sign as it is, and the whole text of a regular expression', () => {
  const signs = '.*+?^${}()|[]\\/-'
  expect(partsOf(`a${signs}b`, query(signs))).toEqual(['a', signs, 'b'])
  expect(partsOf('猫', query('^(a+)+$', { kind: 'regex' }))).toEqual(['', '猫'])
})

it('gathers the cells of a row', () => {
  const hit = (rowId: number, columnId: string) => ({
    row: 0,
    column: 0,
    rowId: rowId as RowId,
    columnId: columnId as ColumnId,
    text: '',
  })
  const hits = [hit(1, 'a'), hit(2, 'a'), hit(1, 'b')]
  expect([...foundIn(query('x'), hits).cells]).toEqual([
    [1, ['a', 'b']],
    [2, ['a']],
  ])
})
