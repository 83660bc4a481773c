import { expect, test } from 'vitest'
import { RowId, type Page } from '../../../../core/contract/index.ts'
import { createRowSource } from './rowSource.ts'

/** A dataset in memory whose reads are answered when the test says so. */
function table(rowCount: number) {
  const texts = Array.from({ length: rowCount }, (_, row) => `r${row}`)
  const state = { version: 1 }
  const waiting: { offset: number; answer: () => void }[] = []
  const loadPage = (offset: number, limit: number): Promise<Page | null> =>
    new Promise((resolve) => {
      const answer = () => {
        const rows = texts
          .slice(offset, offset + limit)
          .map((text, index) => ({ rowId: RowId.parse(offset + index), cells: [text] }))
        resolve({ offset, rows, rowCount: texts.length, version: state.version })
      }
      waiting.push({ offset, answer })
    })
  const answerAll = async () => {
    while (waiting.length > 0) {
      waiting.shift()?.answer()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { texts, state, waiting, loadPage, answerAll }
}

const open = (data: ReturnType<typeof table>) =>
  createRowSource({
    shape: { rowCount: data.texts.length, version: 1 },
    loadPage: data.loadPage,
    pageSize: 10,
    capacity: 8,
  })

test('reads what is wanted and forgets older wishes', async () => {
  const data = table(1000)
  const source = open(data)
  source.want(0, 5)
  source.want(500, 512)
  source.want(900, 912)
  expect(data.waiting.map((read) => read.offset)).toEqual([0, 500, 510])
  await data.answerAll()
  expect([source.row(905)?.cells, source.row(3)?.cells, source.row(700)]).toEqual([['r905'], ['r3'], undefined])
})

test('shows an edit at once, keeps it when confirmed and takes it back when refused', async () => {
  const data = table(20)
  const source = open(data)
  source.want(0, 9)
  await data.answerAll()
  const kept = source.showPending({ top: 2, left: 0, values: [['あ']] })
  const refused = source.showPending({ top: 3, left: 0, values: [['い']] })
  expect([source.row(2)?.cells, source.row(3)?.cells]).toEqual([['あ'], ['い']])
  kept.confirm()
  refused.revert()
  expect([source.row(2)?.cells, source.row(3)?.cells]).toEqual([['あ'], ['r3']])
})

test('grows by pending rows before the host has answered', () => {
  const data = table(0)
  const source = open(data)
  const block = source.showPending({ top: 0, left: 1, values: [['x']] })
  expect([source.rowCount(), source.row(0)]).toEqual([1, { rowId: null, cells: [null, 'x'] }])
  block.revert()
  expect([source.rowCount(), source.row(0)]).toEqual([0, undefined])
})

test('an appended row does not blink between its confirmation and the next read', async () => {
  const data = table(0)
  const source = open(data)
  source.want(0, 9)
  const block = source.showPending({ top: 0, left: 0, values: [['new']] })
  data.texts.push('new')
  data.state.version = 2
  source.setShape({ rowCount: 1, version: 2 })
  block.confirm()
  expect(source.row(0)).toEqual({ rowId: null, cells: ['new'] })
  await data.answerAll()
  expect(source.row(0)).toEqual({ rowId: 0, cells: ['new'] })
})

test('reads the visible page again when the dataset has a newer version', async () => {
  const data = table(20)
  const source = open(data)
  source.want(0, 9)
  await data.answerAll()
  data.texts[1] = 'changed elsewhere'
  data.state.version = 2
  source.setShape({ rowCount: 20, version: 2 })
  await data.answerAll()
  expect(source.row(1)?.cells).toEqual(['changed elsewhere'])
  source.setShape({ rowCount: 5, version: 1 })
  expect(source.rowCount()).toBe(20)
})

test('does not ask again and again for a page that cannot be read, until it is wanted anew', async () => {
  let reads = 0
  const source = createRowSource({
    shape: { rowCount: 5, version: 1 },
    loadPage: () => Promise.resolve((reads += 1) < 0 ? null : null),
  })
  source.want(0, 4)
  await new Promise((resolve) => setImmediate(resolve))
  expect(reads).toBe(1)
  source.want(0, 4)
  await new Promise((resolve) => setImmediate(resolve))
  expect(reads).toBe(2)
})
