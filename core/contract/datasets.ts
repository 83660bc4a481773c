import { z } from 'zod'
import { defineContract, type } from './define.ts'

export const DatasetId = z.string().regex(/^[a-z0-9-]{1,64}$/).brand<'DatasetId'>()
export type DatasetId = z.infer<typeof DatasetId>

/** Stable key of a row: survives sorting, edits and undo. */
export const RowId = z.number().int().nonnegative().brand<'RowId'>()
export type RowId = z.infer<typeof RowId>

/** Stable key of a column: survives renaming. */
export const ColumnId = z.string().min(1).brand<'ColumnId'>()
export type ColumnId = z.infer<typeof ColumnId>

/** What a column means to training: `id` and `parent` chain rows into conversations, `conversation` holds a whole one as JSON (OpenAI messages or ShareGPT). */
export const ColumnRole = z.enum(['prompt', 'answer', 'system', 'id', 'parent', 'conversation', 'ignore'])
export type ColumnRole = z.infer<typeof ColumnRole>

export interface Column {
  readonly id: ColumnId
  readonly name: string
  readonly role: ColumnRole
}

export interface DatasetSummary {
  readonly id: DatasetId
  readonly name: string
  readonly rowCount: number
  readonly columnNames: readonly string[]
  /** ISO 8601 */
  readonly updatedAt: string
  readonly sizeBytes: number
}

export interface DatasetInfo extends DatasetSummary {
  readonly columns: readonly Column[]
  /** Counts every change; a page or an edit names the version that it saw. */
  readonly version: number
  readonly undoCount: number
  readonly redoCount: number
}

export interface Row {
  readonly rowId: RowId
  /** One entry a column, in the dataset's column order; null where the cell is missing. Long texts are clipped (see `clipped`). */
  readonly cells: readonly (string | null)[]
  /** Indices of the cells whose text was clipped; absent where none. */
  readonly clipped?: readonly number[]
}

export interface Page {
  readonly offset: number
  readonly rows: readonly Row[]
  readonly rowCount: number
  readonly version: number
}

/** Long texts are shown up to this many characters; the whole text is fetched for editing and copying. */
export const CLIP_CHARACTERS = 400

const Text = z.string().nullable()

/** One change; a list of them is one undo step. Positions are row indices in the dataset's order. */
export const DatasetEdit = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('setCells'), cells: z.array(z.object({ rowId: RowId, columnId: ColumnId, value: Text })).min(1) }),
  /** Writes a block as a paste does: below the last row new rows are appended, right of the last column new columns. */
  z.object({ kind: z.literal('setRange'), row: z.number().int().nonnegative(), column: z.number().int().nonnegative(), values: z.array(z.array(Text)).min(1) }),
  z.object({ kind: z.literal('insertRows'), at: z.number().int().nonnegative(), rows: z.array(z.array(Text)).min(1) }),
  /** Removes the rows from `from` up to but without `to`. */
  z.object({ kind: z.literal('deleteRows'), from: z.number().int().nonnegative(), to: z.number().int().positive() }),
  z.object({ kind: z.literal('insertColumn'), at: z.number().int().nonnegative(), name: z.string().min(1) }),
  z.object({ kind: z.literal('deleteColumn'), columnId: ColumnId }),
  z.object({ kind: z.literal('renameColumn'), columnId: ColumnId, name: z.string().min(1) }),
  z.object({ kind: z.literal('setRole'), columnId: ColumnId, role: ColumnRole }),
])
export type DatasetEdit = z.infer<typeof DatasetEdit>

const ById = z.object({ id: DatasetId })
const Range = z.object({
  id: DatasetId,
  fromRow: z.number().int().nonnegative(),
  toRow: z.number().int().nonnegative(),
  fromColumn: z.number().int().nonnegative(),
  toColumn: z.number().int().nonnegative(),
})

export const datasetsContract = defineContract({
  calls: {
    list: { input: z.object({}), output: type<readonly DatasetSummary[]>() },
    /** `template`: header instruction,output and an example row to overwrite; `sample`: the tutorial's eleven rows. */
    create: { input: z.object({ from: z.enum(['empty', 'template', 'sample']), name: z.string().trim().min(1).max(120).optional() }), output: type<DatasetInfo>() },
    /** `file`: a path that the user picked, or one that the host adopted from a drop or an upload. */
    import: { input: z.object({ file: z.string().min(1), name: z.string().trim().min(1).max(120).optional() }), output: type<DatasetInfo>() },
    open: { input: ById, output: type<DatasetInfo>() },
    page: { input: z.object({ id: DatasetId, offset: z.number().int().nonnegative(), limit: z.number().int().positive().max(1000) }), output: type<Page>() },
    cell: { input: z.object({ id: DatasetId, rowId: RowId, columnId: ColumnId }), output: type<string | null>() },
    /** The whole texts of a block, both ends included: for copying. */
    range: { input: Range, output: type<readonly (readonly (string | null)[])[]>() },
    edit: { input: z.object({ id: DatasetId, edits: z.array(DatasetEdit).min(1) }), output: type<DatasetInfo>() },
    undo: { input: ById, output: type<DatasetInfo>() },
    redo: { input: ById, output: type<DatasetInfo>() },
    /** Forces what is written to the file; every edit is on disk already when its call returns. */
    save: { input: ById, output: type<DatasetInfo>() },
    rename: { input: z.object({ id: DatasetId, name: z.string().trim().min(1).max(120) }), output: type<DatasetInfo>() },
    /** Moves the dataset to the library's trash; `restore` brings it back. */
    remove: { input: ById, output: type<null>() },
    restore: { input: ById, output: type<DatasetInfo>() },
    /** `target`: a path that the host's save dialog gave. */
    export: {
      input: z.object({ id: DatasetId, target: z.string().min(1), format: z.enum(['csv', 'tsv', 'jsonl']), byteOrderMark: z.boolean().default(true) }),
      output: type<{ readonly file: string; readonly rowCount: number }>(),
    },
  },
  events: {
    /** Sent after every change, also to the window that made it. */
    changed: type<DatasetInfo>(),
    removed: type<{ readonly id: DatasetId }>(),
  },
})
