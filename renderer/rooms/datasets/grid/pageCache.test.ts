import { expect, test } from 'vitest'
import { RowId, type Page } from '../../../../core/contract/index.ts'
import { createPageCache } from './pageCache.ts'

const page = (offset: number, version: number, texts: string[], clipped?: number[]): Page => ({
  offset,
  version,
  rowCount: 1000,
  rows: texts.map((text, index) => ({
    rowId: RowId.parse(offset + index),
    cells: [text, null],
    ...(clipped ? { clipped } : {}),
  })),
})

test('names the missing pages, the middle of the span first', () => {
  const cache = createPageCache({ pageSize: 10, capacity: 10 })
  cache.put(page(20, 1, ['a']))
  expect(cache.missing(5, 44, 1)).toEqual([1, 3, 0, 4])
})

test('shows an old page but asks for it again after a change', () => {
  const cache = createPageCache({ pageSize: 2, capacity: 10 })
  cache.put(page(0, 1, ['old', 'same']))
  const kept = cache.row(1)
  expect([cache.missing(0, 1, 1), cache.missing(0, 1, 2), cache.row(0)?.cells[0]]).toEqual([[], [0], 'old'])
  cache.put(page(0, 2, ['new', 'same']))
  expect([cache.missing(0, 1, 2), cache.row(0)?.cells[0]]).toEqual([[], 'new'])
  expect(cache.row(1)).toBe(kept)
})

test('drops an answer that is older than what it holds', () => {
  const cache = createPageCache({ pageSize: 2, capacity: 10 })
  cache.put(page(0, 3, ['new']))
  cache.put(page(0, 2, ['late']))
  expect(cache.row(0)?.cells[0]).toBe('new')
})

test('never holds more than its capacity and lets the least used go', () => {
  const cache = createPageCache({ pageSize: 1, capacity: 2 })
  cache.put(page(0, 1, ['a']))
  cache.put(page(1, 1, ['b']))
  cache.missing(0, 0, 1)
  cache.put(page(2, 1, ['c']))
  expect([cache.pageCount(), cache.row(0)?.cells[0], cache.row(1), cache.row(2)?.cells[0]]).toEqual([
    2,
    'a',
    undefined,
    'c',
  ])
})

test('writes confirmed edits into the rows that it holds and clears their clipping mark', () => {
  const cache = createPageCache({ pageSize: 2, capacity: 10 })
  cache.put(page(0, 1, ['a', 'b'], [0]))
  cache.bake(1, 0, [['x'], ['outside']])
  expect([cache.row(0), cache.row(1)]).toEqual([
    { rowId: 0, cells: ['a', null], clipped: [0] },
    { rowId: 1, cells: ['x', null] },
  ])
})
