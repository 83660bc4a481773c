import { createStore, type StoreApi } from 'zustand/vanilla'
import {
  ok,
  type CheckId,
  type Column,
  type ColumnId,
  type DatasetEdit,
  type DatasetInfo,
  type DatasetView,
  type ViewFilter,
} from '../../../core/contract/index.ts'
import { toastError } from '../../errors/index.ts'
import { createChangeQueue, type SaveState } from './changeQueue.ts'
import * as api from './datasets.api.ts'
import { createGridStore, type GridStore } from './grid/gridStore.ts'
import type { Table } from './grid/environment.ts'
import { createRowSource, type PendingBlock, type RowSource } from './grid/rowSource.ts'
import { FIRST_CELL, type CellRange } from './grid/selection.ts'

export interface DocumentState {
  readonly info: DatasetInfo
  readonly saveState: SaveState
  /** Only rows that pass all of them are shown. */
  readonly filters: readonly ViewFilter[]
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
  /** Undoes or repeats until this step of the history is the last one that is done; 0 undoes everything. */
  readonly goToStep: (step: number) => Promise<void>
  readonly save: () => Promise<void>
  rename(name: string): Promise<void>
  /**
   * Shows only the rows that pass every filter (all of them where there is none); false where a filter was refused
   * (already reported).
   */
  filter(filters: readonly ViewFilter[]): Promise<boolean>
  /** What is shown, for calls that count in it; undefined where it is the dataset itself. */
  view(): DatasetView | undefined
  /** Replaces matches as one undo step; how many cells changed, or null where it was refused (already reported). */
  replace(what: Omit<Parameters<typeof api.replace>[0], 'id'>): Promise<number | null>
  /**
   * Puts a problem right as one undo step; how many cells or rows changed, or null where it was refused (already
   * reported).
   */
  repair(check: CheckId, columnId: ColumnId | null): Promise<number | null>
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
  const state = createStore<DocumentState>(() => ({ info, saveState: 'saved', filters: [] }))
  const grid = createGridStore()
  let readErrorShown = false
  const view = () => viewOf(state.getState().filters)

  const loadPage = async (offset: number, limit: number) => {
    const result = await api.page(id, offset, limit, view())
    if (!result.ok && !readErrorShown) toastError(result.error)
    readErrorShown = !result.ok
    return result.ok ? result.value : null
  }
  const rows = createRowSource({ shape: info, loadPage })

  const take = (next: DatasetInfo): void => {
    if (next.version < state.getState().info.version) return
    state.setState({ info: next })
    const { filters } = state.getState()
    const left = filters.filter(({ columnId }) => next.columns.some((column) => column.id === columnId))
    if (left.length < filters.length) void filter(left)
    else if (filters.length === 0) rows.setShape(next)
    else void recount(filters)
  }

  /** A change can hide rows or bring others into view. */
  const recount = async (filters: readonly ViewFilter[]): Promise<void> => {
    const result = await api.page(id, 0, 1, viewOf(filters))
    if (result.ok && state.getState().filters === filters)
      rows.setShape({ rowCount: result.value.rowCount, version: result.value.version, isFiltered: true })
  }

  const filter = async (filters: readonly ViewFilter[]): Promise<boolean> => {
    await queue.settled()
    const result = filters.length === 0 ? null : await api.page(id, 0, 1, viewOf(filters))
    if (result && !result.ok) {
      toastError(result.error)
      return false
    }
    state.setState({ filters })
    grid.setState({ selection: FIRST_CELL })
    rows.reset(
      result
        ? { rowCount: result.value.rowCount, version: result.value.version, isFiltered: true }
        : state.getState().info,
    )
    return true
  }

  const queue = createChangeQueue<DatasetInfo>({
    onDone: take,
    onRefused: toastError,
    onState: (saveState) => state.setState({ saveState }),
  })
  // Nothing to undo is nothing to say.
  const unchanged = () => Promise.resolve(ok(state.getState().info))

  return {
    key: `${id}-${(openings += 1)}`,
    state,
    rows,
    grid,
    filter,
    view,
    take,
    async edit(edits, shown) {
      const pending = shown && rows.showPending(shown)
      const counted = edits.some(({ kind }) => COUNTED.has(kind)) ? view() : undefined
      const done = await queue.add(() => api.edit(id, edits, counted))
      if (done) pending?.confirm()
      else pending?.revert()
    },
    undo: async () => void (await queue.add(() => (state.getState().info.undoCount > 0 ? api.undo(id) : unchanged()))),
    redo: async () => void (await queue.add(() => (state.getState().info.redoCount > 0 ? api.redo(id) : unchanged()))),
    goToStep: async (step) => void (await queue.add(() => api.goToStep(id, step))),
    save: async () => void (await queue.add(() => api.save(id))),
    rename: async (name) => void (await queue.add(() => api.rename(id, name))),
    async replace(what) {
      let count: number | null = null
      await queue.add(async () => {
        const result = await api.replace({ id, ...what, ...inView(view()) })
        if (!result.ok) return result
        count = result.value.cellCount
        return ok(result.value.info)
      })
      return count
    },
    async repair(check, columnId) {
      let changed: number | null = null
      await queue.add(async () => {
        const result = await api.repair({ id, check, ...(columnId !== null && { columnId }) })
        if (!result.ok) return result
        changed = result.value.changed
        return ok(result.value.info)
      })
      return changed
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
      return readRangeInParts(id, range, view())
    },
    dispose: () => rows.dispose(),
  }
}

/** Edits that count rows as they are shown. */
const COUNTED: ReadonlySet<DatasetEdit['kind']> = new Set(['setRange', 'clear', 'fill', 'deleteRows'])

const viewOf = (filters: readonly ViewFilter[]): DatasetView | undefined =>
  filters.length === 0 ? undefined : { filters: [...filters], sort: [] }

/** The part of a call that says what it counts in. */
export const inView = (view: DatasetView | undefined): { view?: DatasetView } => (view ? { view } : {})

/** The block's texts, some thousand rows a call, so that no single message grows without limit. */
async function readRangeInParts(
  id: DatasetInfo['id'],
  range: CellRange,
  view: DatasetView | undefined,
): Promise<Table | null> {
  const table: (readonly (string | null)[])[] = []
  for (let fromRow = range.top; fromRow <= range.bottom; fromRow += RANGE_ROWS) {
    const toRow = Math.min(range.bottom, fromRow + RANGE_ROWS - 1)
    const result = await api.range({
      id,
      fromRow,
      toRow,
      fromColumn: range.left,
      toColumn: range.right,
      ...inView(view),
    })
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
