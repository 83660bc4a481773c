import { z } from 'zod'
import { ColumnName, MAX_COLUMNS } from './column-name.ts'
import { Block, Columns, Index } from './dataset-places.ts'
import { ColumnId, MAX_CALL_CELLS, RowId } from './dataset-rows.ts'
import { SortKey } from './dataset-views.ts'
import { ColumnRole } from './roles.ts'

const Text = z.string().nullable()
/** The cells of rows. */
const Cells = z.array(z.array(Text).max(MAX_COLUMNS)).min(1).max(MAX_CALL_CELLS)

/**
 * One change; a list of them is one undo step. Positions are row indices in the dataset's order; where the call names a
 * view, those of `setRange`,
 * `clear`, `fill` and `deleteRows` count in the view as it was before the step, and edits that place rows are refused.
 */
export const DatasetEdit = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('setCells'),
    cells: z
      .array(z.object({ rowId: RowId, columnId: ColumnId, value: Text }))
      .min(1)
      .max(MAX_CALL_CELLS),
  }),
  /** Writes a block as a paste does: below the last row new rows are appended, right of the last column new columns. */
  z.object({
    kind: z.literal('setRange'),
    row: z.number().int().nonnegative(),
    column: z.number().int().nonnegative(),
    values: Cells,
  }),
  z.object({ kind: z.literal('insertRows'), at: z.number().int().nonnegative(), rows: Cells }),
  /** Removes the rows from `from` up to but without `to`. */
  z.object({ kind: z.literal('deleteRows'), from: z.number().int().nonnegative(), to: z.number().int().positive() }),
  z.object({ kind: z.literal('insertColumn'), at: z.number().int().nonnegative(), name: ColumnName }),
  z.object({ kind: z.literal('deleteColumn'), columnId: ColumnId }),
  z.object({ kind: z.literal('renameColumn'), columnId: ColumnId, name: ColumnName }),
  z.object({ kind: z.literal('setRole'), columnId: ColumnId, role: ColumnRole }),
  /**
   * Puts the rows from `from` up to but without `to` before the row that is at `at` now (the row count: at the end).
   */
  z.object({ kind: z.literal('moveRows'), from: Index, to: Index, at: Index }),
  /** Puts the columns, in the given order, before the column that is at `at` now. */
  z.object({ kind: z.literal('moveColumns'), columnIds: Columns, at: Index }),
  z.object({ kind: z.literal('insertColumns'), at: Index, names: z.array(ColumnName).min(1).max(MAX_COLUMNS) }),
  z.object({ kind: z.literal('deleteColumns'), columnIds: Columns }),
  /** Makes the texts of the cells empty. */
  z.object({ kind: z.literal('clear'), ...Block }),
  /**
   * Continues the block over the next `count` rows or columns of a side: as a series where its texts make one, else by
   * repeating them. New rows and columns are not made.
   */
  z.object({
    kind: z.literal('fill'),
    ...Block,
    toward: z.enum(['down', 'up', 'right', 'left']).default('down'),
    count: z.number().int().positive(),
    how: z.enum(['series', 'repeat']).default('series'),
  }),
  z.object({ kind: z.literal('sort'), keys: z.array(SortKey).min(1).max(20) }),
  /** Removes rows whose texts in these columns are those of an earlier row, character for character. */
  z.object({ kind: z.literal('removeDuplicates'), columnIds: Columns }),
])
export type DatasetEdit = z.infer<typeof DatasetEdit>

/** What an undo step did. */
export type StepAct = DatasetEdit['kind'] | 'several' | 'replace' | 'append' | 'appendFile' | 'join' | 'repair'

/** A step that can be gone back to; null where an earlier version of the studio made it. */
export interface DatasetStep {
  /** Its number; later steps have larger ones. */
  readonly step: number
  readonly act: StepAct | null
  /** ISO 8601 */
  readonly at: string | null
  /** The version that it led to. */
  readonly version: number | null
  /** False for steps that were undone and can be repeated. */
  readonly isDone: boolean
}
