import type { Column, ColumnId, DatasetEdit, RowId } from '../../../../core/contract/index.ts'
import type { GridStore } from './gridStore.ts'
import type { PendingBlock, RowSource } from './rowSource.ts'
import type { Bounds, CellPoint, CellRange } from './selection.ts'

export type Table = readonly (readonly (string | null)[])[]

/** Why the grid did not do what it was asked; the room words it. */
export type GridNotice =
  'too-many-cells' | 'clipboard-refused' | 'nothing-to-paste' | 'ranges-apart' | 'filtered-order' | 'filtered-end'

/** What the grid needs from the room around it. Failures are reported by the room. */
export interface GridHost {
  /** Writes edits as one undo step; `shown` appears at once and disappears again if the edit is refused. */
  edit(edits: readonly DatasetEdit[], shown?: PendingBlock): void
  undo(): void
  redo(): void
  save(): void
  /** Opens the tools for finding, replacing and going to a row, in this field. */
  find(field: 'find' | 'replace'): void
  /** The whole text of a clipped cell; null where it could not be read. */
  readCell(rowId: RowId, columnId: ColumnId): Promise<{ readonly text: string } | null>
  /** The whole texts of a block; null where they could not be read. */
  readRange(range: CellRange): Promise<Table | null>
  /** Pixels at 100 %. */
  setWidth(columnId: ColumnId, widthPx: number | null): void
  /** Keeps so many columns in view at the left. */
  freeze(columnCount: number): void
  zoomBy(steps: 1 | -1): void
  /** Asks for a condition that the rows of a column are shown by, or shows those with a text. */
  filter(columnId: ColumnId, text?: string): void
  notify(notice: GridNotice): void
  /** The keyboard leaves the grid (F6). */
  leave(direction: 'forward' | 'back'): void
  /** A name for a new column that no other column has. */
  newColumnName(): string
}

/** What every part of one mounted grid shares; stable for the grid's life, its functions return the newest values. */
export interface GridEnvironment {
  readonly store: GridStore
  readonly rows: RowSource
  host(): GridHost
  columns(): readonly Column[]
  textarea(): HTMLTextAreaElement | null
  /** Scrolls so that the cell is visible. */
  reveal(point: CellPoint): void
  /** Rows of one page for PageUp and PageDown. */
  pageRows(): number
  /** How many columns stay in view at the left. */
  frozen(): number
}

/** Reachable cells: the data and one empty row after it, where typing appends (not where some rows are hidden). */
export const boundsOf = (env: GridEnvironment): Bounds => ({
  rowCount: env.rows.reachableRows(),
  columnCount: env.columns().length,
})

/** The data without that empty row; at least one row, so that an empty table has a first cell. */
export const dataBoundsOf = (env: GridEnvironment): Bounds => ({
  rowCount: Math.max(1, env.rows.rowCount()),
  columnCount: env.columns().length,
})

/** A copy, paste or deletion beyond this is refused with a hint to use import and export. */
export const MAX_BLOCK_CELLS = 500_000
