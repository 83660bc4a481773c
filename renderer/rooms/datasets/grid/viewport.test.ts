import { expect, test } from 'vitest'
import * as v from './viewport.ts'

const small: v.Geometry = { rowCount: 100, rowHeight: 40, height: 400 }
const million: v.Geometry = { rowCount: 1_000_000, rowHeight: 44, height: 660 }

test('does not scale what fits', () => {
  expect([v.scrollHeight(small), v.scrollScale(small), v.toVirtualTop(small, 123), v.toScrollTop(small, 123)]).toEqual([
    4000, 1, 123, 123,
  ])
})

test('reaches the first and the last row of a million through a 15 M px scrollbar', () => {
  const end = v.scrollHeight(million) - million.height
  expect(v.scrollHeight(million)).toBe(15_000_000)
  expect(v.visibleRows(million, v.toVirtualTop(million, 0), 0)).toEqual({ first: 0, last: 14 })
  expect(v.visibleRows(million, v.toVirtualTop(million, end), 0)).toEqual({ first: 999_985, last: 999_999 })
})

test('a position survives the way through the scrollbar within one scaled pixel', () => {
  for (const row of [1, 12_345, 500_000, 987_654]) {
    const top = row * million.rowHeight
    expect(Math.abs(v.toVirtualTop(million, v.toScrollTop(million, top)) - top)).toBeLessThanOrEqual(
      v.scrollScale(million),
    )
  }
})

test('keeps the offset inside the content, also where it is shorter than the view', () => {
  expect([v.clampTop(small, -5), v.clampTop(small, 9999), v.clampTop({ ...small, rowCount: 2 }, 50)]).toEqual([
    0, 3600, 0,
  ])
})

test('reveals a row with the smallest move', () => {
  expect([v.revealRow(small, 400, 3), v.revealRow(small, 400, 12), v.revealRow(small, 400, 25)]).toEqual([
    120, 400, 640,
  ])
})

test('finds rows and columns under the pointer and clamps outside', () => {
  const edges = v.columnEdges([100, 50, 200])
  expect(edges).toEqual([0, 100, 150, 350])
  expect([-10, 0, 99, 100, 149, 349, 350, 900].map((x) => v.columnAt(edges, x))).toEqual([0, 0, 0, 1, 1, 2, 2, 2])
  expect([-100, 0, 45, 1e9].map((y) => v.rowAt(small, 80, y))).toEqual([0, 2, 3, 99])
})

test('reveals columns horizontally', () => {
  const edges = v.columnEdges([100, 50, 200, 900])
  expect([
    v.revealColumn(edges, 0, 120, 300),
    v.revealColumn(edges, 2, 0, 300),
    v.revealColumn(edges, 1, 20, 300),
    v.revealColumn(edges, 3, 0, 300),
  ]).toEqual([0, 50, 20, 350])
})

test('shares the free width among columns without a chosen width', () => {
  expect(v.columnWidths([undefined, 200, undefined], 1000)).toEqual([400, 200, 400])
  expect(v.columnWidths([undefined, undefined, undefined], 300)).toEqual([180, 180, 180])
  expect(v.columnWidths([10], 300)).toEqual([64])
})

test('reveals a column beside the frozen ones, which never move the view', () => {
  const edges = [0, 100, 200, 300, 400, 500]
  expect([
    v.revealColumn(edges, 0, 250, 300, 1),
    v.revealColumn(edges, 1, 250, 300, 1),
    v.revealColumn(edges, 4, 0, 300, 1),
  ]).toEqual([250, 0, 200])
  expect([v.edgeNear(edges, 149), v.edgeNear(edges, 151), v.edgeNear(edges, 9000)]).toEqual([1, 2, 5])
})
