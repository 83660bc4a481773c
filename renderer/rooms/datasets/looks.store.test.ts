// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest'
import type { ColumnId, DatasetId } from '../../../core/contract/index.ts'
import { DEFAULT_LOOK, setColumnWidth, setLook, useLooks, zoomBy } from './looks.store.ts'

const id = 'd' as DatasetId
const column = (name: string) => name as ColumnId
const look = () => useLooks.getState().looks[id]
beforeEach(() => useLooks.setState({ looks: {} }))

it('changes one thing and keeps the others, for one dataset only', () => {
  setLook(id, { lines: 5 })
  setLook(id, { wraps: false })
  expect(useLooks.getState().looks).toEqual({ [id]: { ...DEFAULT_LOOK, lines: 5, wraps: false } })
})

it('remembers widths by column, and lets one share the free width again', () => {
  setColumnWidth(id, column('a'), 120)
  setColumnWidth(id, column('b'), 80)
  setColumnWidth(id, column('a'), 140)
  expect(look()?.widths).toEqual({ a: 140, b: 80 })
  setColumnWidth(id, column('a'), null)
  expect(look()?.widths).toEqual({ b: 80 })
})

it('zooms step by step between half and double', () => {
  const seen = [1, 1, 1, 1, 1, -1].map((step) => {
    zoomBy(id, step as 1 | -1)
    return look()?.zoom
  })
  expect(seen).toEqual([1.1, 1.25, 1.5, 2, 2, 1.5])
  for (let count = 0; count < 9; count++) zoomBy(id, -1)
  expect(look()?.zoom).toBe(0.5)
})

it('keeps looks for the next start', () => {
  setLook(id, { frozen: 2 })
  expect(JSON.parse(localStorage.getItem('terakoya.tableLooks.persisted')!).state.looks[id].frozen).toBe(2)
})
