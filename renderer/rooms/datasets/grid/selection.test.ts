import { expect, test } from 'vitest'
import * as s from './selection.ts'

const bounds: s.Bounds = { rowCount: 10, columnCount: 3 }
const at = (row: number, column: number): s.CellPoint => ({ row, column })
const walk = (start: s.Selection, keys: string): s.CellPoint[] => {
  const seen: s.CellPoint[] = []
  let selection = start
  for (const key of keys) {
    selection = s.step(selection, key.toLowerCase() === 't' ? 'column' : 'row', key === key.toUpperCase(), bounds)
    seen.push(selection.active)
  }
  return seen
}

test('moves and stops at the edges', () => {
  const start = s.selectCell(at(1, 1))
  expect(s.moveBy(start, { rows: -9, columns: 9, extend: false }, bounds)).toEqual(s.selectCell(at(0, 2)))
})

test('extends from the anchor and keeps typing in the anchor', () => {
  const grown = s.moveBy(
    s.moveBy(s.selectCell(at(4, 1)), { rows: -2, columns: 1, extend: true }, bounds),
    { rows: -1, columns: 0, extend: true },
    bounds,
  )
  expect([s.rangeOf(grown), grown.active]).toEqual([{ top: 1, left: 1, bottom: 4, right: 2 }, at(4, 1)])
  expect(s.moveBy(grown, { rows: 1, columns: 0, extend: false }, bounds)).toEqual(s.selectCell(at(5, 1)))
})

test('Enter returns to the column in which the Tabs began', () => {
  expect(walk(s.selectCell(at(0, 0)), 'tte')).toEqual([at(0, 1), at(0, 2), at(1, 0)])
})

test('Tab goes on in the next row, Shift+Tab in the one before', () => {
  expect(walk(s.selectCell(at(0, 2)), 'tT')).toEqual([at(1, 0), at(0, 2)])
  expect(walk(s.selectCell(at(9, 2)), 't')).toEqual([at(9, 2)])
  expect(walk(s.selectCell(at(0, 0)), 'T')).toEqual([at(0, 0)])
})

test('Enter and Tab go round inside a block', () => {
  const block = s.selectBlock(at(2, 0), at(3, 1))
  expect(walk(block, 'eeee')).toEqual([at(3, 0), at(2, 1), at(3, 1), at(2, 0)])
  expect(walk(block, 'tttt')).toEqual([at(2, 1), at(3, 0), at(3, 1), at(2, 0)])
  expect(walk(block, 'E')).toEqual([at(3, 1)])
})

test('selects rows, columns and everything', () => {
  expect(s.rangeOf(s.selectRows(4, 2, bounds))).toEqual({ top: 2, left: 0, bottom: 4, right: 2 })
  expect(s.rangeOf(s.selectColumns(1, 1, bounds))).toEqual({ top: 0, left: 1, bottom: 9, right: 1 })
  const all = s.selectAll(s.selectCell(at(5, 1)), bounds)
  expect([s.cellsIn(s.rangeOf(all)), all.active]).toEqual([30, at(5, 1)])
})

test('clamps to a table that shrank and keeps the object otherwise', () => {
  const selection = s.selectBlock(at(8, 0), at(9, 2))
  expect(s.clampSelection(selection, bounds)).toBe(selection)
  expect(s.rangeOf(s.clampSelection(selection, { rowCount: 3, columnCount: 2 }))).toEqual({
    top: 2,
    left: 0,
    bottom: 2,
    right: 1,
  })
})

test('keeps further blocks while the newest grows, and lets go of them with a plain step', () => {
  const two = s.withBlock(s.selectCell(at(1, 0)), s.selectCell(at(4, 1)))
  const grown = s.extendTo(two, at(5, 2), bounds)
  expect(s.rangesOf(grown)).toEqual([
    { top: 1, left: 0, bottom: 1, right: 0 },
    { top: 4, left: 1, bottom: 5, right: 2 },
  ])
  expect([s.isSingle(two), s.rangesOf(s.moveBy(grown, { rows: 1, columns: 0, extend: false }, bounds))]).toEqual([
    false,
    [{ top: 5, left: 1, bottom: 5, right: 1 }],
  ])
  expect(
    s.rangesOf(
      s.clampSelection(s.withBlock(s.selectCell(at(9, 0)), s.selectCell(at(1, 1))), { rowCount: 5, columnCount: 3 }),
    ),
  ).toHaveLength(1)
})

test('says which rows and columns the blocks touch', () => {
  const blocks = [
    { top: 6, left: 2, bottom: 8, right: 2 },
    { top: 1, left: 0, bottom: 2, right: 0 },
    { top: 3, left: 0, bottom: 3, right: 1 },
  ]
  expect(s.spansOf(blocks, 'row')).toEqual([
    { from: 1, to: 3 },
    { from: 6, to: 8 },
  ])
  expect(s.spansOf(blocks, 'column')).toEqual([{ from: 0, to: 2 }])
})
