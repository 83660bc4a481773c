import type { StoreApi } from 'zustand/vanilla'
import type { DatasetId, DatasetInfo, DatasetView, ViewFilter } from '../../../core/contract/index.ts'
import { toastError } from '../../errors/index.ts'
import type { SaveState } from './changeQueue.ts'
import * as api from './datasets.api.ts'
import type { GridStore } from './grid/gridStore.ts'
import type { RowSource } from './grid/rowSource.ts'
import { FIRST_CELL } from './grid/selection.ts'

export interface DocumentState {
  readonly info: DatasetInfo
  readonly saveState: SaveState
  /** Only rows that pass all of them are shown. */
  readonly filters: readonly ViewFilter[]
}

export const viewOf = (filters: readonly ViewFilter[]): DatasetView | undefined =>
  filters.length === 0 ? undefined : { filters: [...filters], sort: [] }

/** The part of a call that says what it counts in. */
export const inView = (view: DatasetView | undefined): { view?: DatasetView } => (view ? { view } : {})

interface Options {
  readonly id: DatasetId
  readonly state: StoreApi<DocumentState>
  readonly rows: RowSource
  readonly grid: GridStore
  /** Resolves when every change before it has been answered. */
  readonly settled: () => Promise<void>
}

/** Shows a document's newest state, and the rows that pass its filters. */
export function createDocumentView({ id, state, rows, grid, settled }: Options) {
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
    await settled()
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

  return { take, filter }
}
