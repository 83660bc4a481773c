import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ColumnId, RowId } from '../../../../core/contract/index.ts'
import type { CommandContext } from './commands.ts'
import type { EditMode } from './keymap.ts'
import type { RowSpan } from './viewport.ts'
import { clampSelection, FIRST_CELL, type Bounds, type CellPoint, type CellRange, type Selection } from './selection.ts'

/**
 * The cell under the textarea while it is being edited. The row's id is kept, so that the text reaches its row even
 * when rows move.
 */
export interface Editing {
  readonly mode: EditMode
  readonly at: CellPoint
  readonly rowId: RowId | null
}

/** Where the fill handle is being dragged to: the cells that will be filled. */
export interface Filling {
  readonly target: CellRange
  readonly toward: 'down' | 'up' | 'right' | 'left'
  readonly count: number
}

/** Rows or columns on their way: before which row or column they would come to lie. */
export interface Moving {
  readonly axis: 'row' | 'column'
  readonly at: number
}

/** What the user is doing in one open grid. Session state: forgotten when the dataset is closed. */
export interface GridState {
  readonly selection: Selection
  readonly editing: Editing | null
  /** Column whose name is being edited in the header. */
  readonly renaming: ColumnId | null
  /** Where the context menu stands (client coordinates), or null. */
  readonly menu: { readonly x: number; readonly y: number } | null
  readonly filling: Filling | null
  readonly moving: Moving | null
  /** The rows that are drawn. */
  readonly shown: RowSpan
  /** What the commands of tools outside the grid work on; null while no grid is mounted. */
  readonly context: CommandContext | null
}

export type GridStore = StoreApi<GridState>

export const createGridStore = (): GridStore =>
  createStore<GridState>(() => ({
    selection: FIRST_CELL,
    editing: null,
    renaming: null,
    menu: null,
    filling: null,
    moving: null,
    shown: { first: 0, last: 0 },
    context: null,
  }))

/** Keeps the selection inside a table that has shrunk. */
export function keepInside(store: GridStore, bounds: Bounds): void {
  const selection = clampSelection(store.getState().selection, bounds)
  if (selection !== store.getState().selection) store.setState({ selection })
}
