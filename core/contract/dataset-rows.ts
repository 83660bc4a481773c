import { z } from 'zod'
import type { AppError } from './errors.ts'
import { HubDatasetId } from './hub-ids.ts'
import { ColumnRole } from './roles.ts'

export const DatasetId = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/)
  .brand<'DatasetId'>()
export type DatasetId = z.infer<typeof DatasetId>

/** Stable key of a row: survives sorting, edits and undo. */
export const RowId = z.number().int().nonnegative().brand<'RowId'>()
export type RowId = z.infer<typeof RowId>

/** Stable key of a column: survives renaming. */
export const ColumnId = z.string().min(1).max(32).brand<'ColumnId'>()
export type ColumnId = z.infer<typeof ColumnId>

export interface Column {
  readonly id: ColumnId
  readonly name: string
  readonly role: ColumnRole
}

/** Where on the Hugging Face Hub rows of a dataset come from. */
export const DatasetSource = z.object({
  hub: HubDatasetId,
  /** As the Hub names it, such as `cc-by-4.0`; empty where it does not say. */
  licence: z.string().max(200),
})
export type DatasetSource = z.infer<typeof DatasetSource>

export interface DatasetSummary {
  readonly id: DatasetId
  readonly name: string
  readonly rowCount: number
  readonly columnNames: readonly string[]
  /** ISO 8601 */
  readonly updatedAt: string
  readonly sizeBytes: number
  /** Why it cannot be opened; absent where it can. */
  readonly problem?: AppError
}

export interface DatasetInfo extends DatasetSummary {
  readonly columns: readonly Column[]
  /** Of all rows that ever came in, also from other datasets. */
  readonly sources: readonly DatasetSource[]
  /** Counts every change; a page or an edit names the version that it saw. */
  readonly version: number
  readonly undoCount: number
  readonly redoCount: number
}

export interface Row {
  readonly rowId: RowId
  /**
   * One entry a column, in the dataset's column order; null where the cell is missing. Long texts are clipped (see
   * `clipped`).
   */
  readonly cells: readonly (string | null)[]
  /** Indices of the cells whose text was clipped; absent where none. */
  readonly clipped?: readonly number[]
  /** In a page of a view: the row's index in the dataset's own order. */
  readonly index?: number
}

export interface Page {
  readonly offset: number
  readonly rows: readonly Row[]
  /** Rows of the view where the page is one of a view, else of the dataset. */
  readonly rowCount: number
  readonly version: number
}

/** Long texts are shown up to this many characters; the whole text is fetched for editing and copying. */
export const CLIP_CHARACTERS = 400

/** At most so many cells travel in one call; larger blocks are changed by edits that name a range, or exported. */
export const MAX_CALL_CELLS = 500_000
