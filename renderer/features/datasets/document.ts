import { createStore, type StoreApi } from 'zustand/vanilla'
import { ok, type Column, type ColumnId, type DatasetEdit, type DatasetInfo } from '../../../core/contract/index.ts'
import { toastError } from '../../ui/index.ts'
import { createChangeQueue, type SaveState } from './changeQueue.ts'
import * as api from './datasets.api.ts'
import { createGridStore, type GridStore } from './grid/gridStore.ts'
import type { Table } from './grid/environment.ts'
import { createRowSource, type PendingBlock, type RowSource } from './grid/rowSource.ts'
import type { CellRange } from './grid/selection.ts'

export interface DocumentState {
  readonly info: DatasetInfo
  readonly saveState: SaveState
}

/** One open dataset: its newest state, its rows, what is selected in its grid, and the queue of its changes. */
export interface DatasetDocument {
  /** Differs between two openings of one dataset. */
  readonly key: string
  readonly state: StoreApi<DocumentState>
  readonly rows: RowSource
  readonly grid: GridStore
  /** Takes a newer state from the host. */
  take(info: DatasetInfo): void
  edit(edits: readonly DatasetEdit[], shown?: PendingBlock): Promise<void>
  readonly undo: () => Promise<void>
  readonly redo: () => Promise<void>
  readonly save: () => Promise<void>
  rename(name: string): Promise<void>
  /** Replaces matches as one undo step; how many cells changed, or null where it was refused (already reported). */
  replace(what: Omit<Parameters<typeof api.replace>[0], 'id'>): Promise<number | null>
  /** Resolves when every change before it has been answered. */
  settled(): Promise<void>
  readonly readCell: (rowId: DocumentRowId, columnId: ColumnId) => Promise<{ readonly text: string } | null>
  readonly readRange: (range: CellRange) => Promise<Table | null>
  dispose(): void
}

type DocumentRowId = Parameters<typeof api.cell>[0]['rowId']

const RANGE_ROWS = 5000
let openings = 0

/** Opens the document of a dataset. `dispose` ends its reads. */
export function openDocument(info: DatasetInfo): DatasetDocument {
  const { id } = info
  const state = createStore<DocumentState>(() => ({ info, saveState: 'saved' }))
  let readErrorShown = false

  const loadPage = async (offset: number, limit: number) => {
    const result = await api.page(id, offset, limit)
    if (!result.ok && !readErrorShown) toastError(result.error)
    readErrorShown = !result.ok
    return result.ok ? result.value : null
  }
  const rows = createRowSource({ shape: info, loadPage })

  const take = (next: DatasetInfo): void => {
    if (next.version < state.getState().info.version) return
    state.setState({ info: next })
    rows.setShape(next)
  }

  const queue = createChangeQueue<DatasetInfo>({ onDone: take, onRefused: toastError, onState: (saveState) => state.setState({ saveState }) })
  // Nothing to undo is nothing to say.
  const unchanged = () => Promise.resolve(ok(state.getState().info))

  return {
    key: `${id}-${(openings += 1)}`,
    state,
    rows,
    grid: createGridStore(),
    take,
    async edit(edits, shown) {
      const pending = shown && rows.showPending(shown)
      const done = await queue.add(() => api.edit(id, edits))
      if (done) pending?.confirm()
      else pending?.revert()
    },
    undo: async () => void (await queue.add(() => (state.getState().info.undoCount > 0 ? api.undo(id) : unchanged()))),
    redo: async () => void (await queue.add(() => (state.getState().info.redoCount > 0 ? api.redo(id) : unchanged()))),
    save: async () => void (await queue.add(() => api.save(id))),
    rename: async (name) => void (await queue.add(() => api.rename(id, name))),
    async replace(what) {
      let count: number | null = null
      await queue.add(async () => {
        const result = await api.replace({ id, ...what })
        if (!result.ok) return result
        count = result.value.cellCount
        return ok(result.value.info)
      })
      return count
    },
    settled: queue.settled,
    async readCell(rowId, columnId) {
      await queue.settled()
      const result = await api.cell({ id, rowId, columnId })
      if (!result.ok) toastError(result.error)
      return result.ok ? { text: result.value ?? '' } : null
    },
    async readRange(range) {
      await queue.settled()
      return readRangeInParts(id, range)
    },
    dispose: () => rows.dispose(),
  }
}

/** The block's texts, some thousand rows a call, so that no single message grows without limit. */
async function readRangeInParts(id: DatasetInfo['id'], range: CellRange): Promise<Table | null> {
  const table: (readonly (string | null)[])[] = []
  for (let fromRow = range.top; fromRow <= range.bottom; fromRow += RANGE_ROWS) {
    const toRow = Math.min(range.bottom, fromRow + RANGE_ROWS - 1)
    const result = await api.range({ id, fromRow, toRow, fromColumn: range.left, toColumn: range.right })
    if (!result.ok) {
      toastError(result.error)
      return null
    }
    for (const row of result.value) table.push(row)
  }
  return table
}

/** `列3`: the first numbered name that no column has. */
export function freeColumnName(columns: readonly Column[], nameOf: (number: number) => string): string {
  const taken = new Set(columns.map((column) => column.name))
  let number = columns.length + 1
  while (taken.has(nameOf(number))) number += 1
  return nameOf(number)
}
