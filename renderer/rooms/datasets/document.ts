import { createStore, type StoreApi } from 'zustand/vanilla'
import type {
  CheckId,
  Column,
  ColumnId,
  DatasetEdit,
  DatasetInfo,
  DatasetView,
  ViewFilter,
} from '../../../core/contract/index.ts'
import { toastError } from '../../errors/index.ts'
import { createChangeQueue } from './changeQueue.ts'
import type * as api from './datasets.api.ts'
import { createDocumentChanges } from './documentChanges.ts'
import { createDocumentReads, createPageLoader } from './documentReads.ts'
import { createDocumentView, viewOf, type DocumentState } from './documentView.ts'
import { createGridStore, type GridStore } from './grid/gridStore.ts'
import type { Table } from './grid/environment.ts'
import { createRowSource, type PendingBlock, type RowSource } from './grid/rowSource.ts'
import type { CellRange } from './grid/selection.ts'

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

let openings = 0

/** Opens the document of a dataset. `dispose` ends its reads. */
export function openDocument(info: DatasetInfo): DatasetDocument {
  const { id } = info
  const state = createStore<DocumentState>(() => ({ info, saveState: 'saved', filters: [] }))
  const grid = createGridStore()
  const view = () => viewOf(state.getState().filters)
  const rows = createRowSource({ shape: info, loadPage: createPageLoader({ id, view }) })
  const settled = () => queue.settled()
  const { take, filter } = createDocumentView({ id, state, rows, grid, settled })
  const queue = createChangeQueue<DatasetInfo>({
    onDone: take,
    onRefused: toastError,
    onState: (saveState) => state.setState({ saveState }),
  })
  return {
    key: `${id}-${(openings += 1)}`,
    state,
    rows,
    grid,
    filter,
    view,
    take,
    ...createDocumentChanges({ id, state, rows, queue, view }),
    settled: queue.settled,
    ...createDocumentReads({ id, view, settled }),
    dispose: () => rows.dispose(),
  }
}

/** `列3`: the first numbered name that no column has. */
export function freeColumnName(columns: readonly Column[], nameOf: (number: number) => string): string {
  const taken = new Set(columns.map((column) => column.name))
  let number = columns.length + 1
  while (taken.has(nameOf(number))) number += 1
  return nameOf(number)
}
