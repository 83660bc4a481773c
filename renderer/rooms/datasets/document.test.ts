import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  ColumnId,
  DatasetId,
  fail,
  ok,
  RowId,
  type DatasetEdit,
  type DatasetInfo,
  type StudioBridge,
} from '../../../core/contract/index.ts'
import { freeColumnName, openDocument } from './document.ts'

const id = DatasetId.parse('d')
const column = { id: ColumnId.parse('c'), name: '質問', role: 'prompt' } as const
const infoAt = (version: number): DatasetInfo => ({
  id,
  name: '表',
  rowCount: 3,
  columnNames: ['質問'],
  updatedAt: '2026-01-01T00:00:00Z',
  sizeBytes: 0,
  columns: [column],
  version,
  sources: [],
  undoCount: version - 1,
  redoCount: 0,
})

/** A host with one column of texts that answers each edit when the test lets it. */
function host() {
  const texts = ['a', 'b', 'c']
  const gates: (() => void)[] = []
  let version = 1
  let refuse = false
  const calls: string[] = []
  const answers: Record<string, (input: never) => unknown> = {
    'datasets.page': () => ({
      offset: 0,
      rows: texts.map((text, index) => ({ rowId: RowId.parse(index), cells: [text] })),
      rowCount: 3,
      version,
    }),
    'datasets.edit': ({ edits }: { edits: DatasetEdit[] }) => {
      for (const edit of edits)
        if (edit.kind === 'setCells') for (const cell of edit.cells) texts[cell.rowId] = cell.value ?? ''
      version += 1
      return infoAt(version)
    },
    'datasets.cell': ({ rowId }: { rowId: number }) => texts[rowId],
  }
  const call = async (name: string, input: unknown) => {
    calls.push(name)
    if (name === 'datasets.edit') await new Promise<void>((open) => gates.push(open))
    if (refuse && name === 'datasets.edit') return fail('disk-full', { file: 'd.duckdb' })
    return ok(answers[name]?.(input as never))
  }
  const bridge = { host: 'web', call } as unknown as StudioBridge
  return { bridge, calls, gates, texts, refuseEdits: () => (refuse = true) }
}

let studio: ReturnType<typeof host>
beforeEach(() => vi.stubGlobal('window', { studio: (studio = host()).bridge }))
afterEach(() => vi.unstubAllGlobals())

const turn = () => new Promise((resolve) => setImmediate(resolve))
const write = (row: number, value: string): DatasetEdit[] => [
  { kind: 'setCells', cells: [{ rowId: RowId.parse(row), columnId: column.id, value }] },
]
const block = (row: number, value: string) => ({ top: row, left: 0, values: [[value]] })

async function opened() {
  const document = openDocument(infoAt(1))
  document.rows.want(0, 2)
  await turn()
  return document
}

test('shows edits at once, sends them one after another, and says saved when all are answered', async () => {
  const document = await opened()
  const both = Promise.all([document.edit(write(0, 'x'), block(0, 'x')), document.edit(write(0, 'y'), block(0, 'y'))])
  await turn()
  expect([document.rows.row(0)?.cells, studio.gates.length, document.state.getState().saveState]).toEqual([
    ['y'],
    1,
    'saving',
  ])
  studio.gates[0]?.()
  await turn()
  expect([document.rows.row(0)?.cells, studio.gates.length, document.state.getState().saveState]).toEqual([
    ['y'],
    2,
    'saving',
  ])
  studio.gates[1]?.()
  await both
  expect([
    document.rows.row(0)?.cells,
    document.state.getState().saveState,
    document.state.getState().info.version,
  ]).toEqual([['y'], 'saved', 3])
})

test('takes a refused edit back and says that it is not saved', async () => {
  const document = await opened()
  studio.refuseEdits()
  const done = document.edit(write(1, 'x'), block(1, 'x'))
  await turn()
  studio.gates[0]?.()
  await done
  expect([document.rows.row(1)?.cells, document.state.getState().saveState]).toEqual([['b'], 'failed'])
})

test('reads a whole cell only after the edits before it', async () => {
  const document = await opened()
  void document.edit(write(2, 'new'))
  const read = document.readCell(RowId.parse(2), column.id)
  await turn()
  expect(studio.calls).not.toContain('datasets.cell')
  studio.gates[0]?.()
  expect(await read).toEqual({ text: 'new' })
})

test('ignores a state that is older than the one it has, and does not ask for ever for a page that stays old', async () => {
  const document = await opened()
  document.take(infoAt(5))
  document.take(infoAt(4))
  await turn()
  const reads = studio.calls.length
  await turn()
  expect([document.state.getState().info.version, studio.calls.length]).toEqual([5, reads])
})

test('finds a name for a new column that is free', () => {
  const named = (name: string) => ({ ...column, name })
  expect(freeColumnName([named('質問'), named('列3')], (number) => `列${number}`)).toBe('列4')
})
