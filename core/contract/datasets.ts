import { z } from 'zod'
import { checkIds, type CheckReport } from './checks.ts'
import { ColumnName, MAX_COLUMNS } from './column-name.ts'
import { defineContract, type } from './define.ts'
import type { AppError } from './errors.ts'
import { ColumnRole } from './roles.ts'
import {
  ExportFormat,
  ImportId,
  ImportOptions,
  type FileFormats,
  type ImportPreview,
  type ImportProgress,
} from './import.ts'
import { ModelId } from './models.ts'
import { PathToRead, PathToWrite } from './paths.ts'
import type { DatasetStatistics } from './statistics.ts'

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

/** Edits of one step: as many blocks as a selection may have. */
const MAX_EDITS = 10_000

const Text = z.string().nullable()
const Index = z.number().int().nonnegative()
const Name = z.string().trim().min(1).max(120)
const Columns = z.array(ColumnId).min(1).max(MAX_COLUMNS)
/** The cells of rows. */
const Cells = z.array(z.array(Text).max(MAX_COLUMNS)).min(1).max(MAX_CALL_CELLS)
/** A block of cells, both ends included. */
const Block = { fromRow: Index, toRow: Index, fromColumn: Index, toColumn: Index }

/**
 * Which rows a view shows: `empty` cells are missing or without text; `value` is what the other kinds look for (a
 * regular expression is RE2's).
 */
export const ViewFilter = z.object({
  columnId: ColumnId,
  kind: z.enum(['contains', 'equals', 'empty', 'notEmpty', 'regex']),
  value: z.string().max(10_000).default(''),
  matchCase: z.boolean().default(false),
})
export type ViewFilter = z.infer<typeof ViewFilter>

/**
 * Ascending: numbers by value, then texts, then empty cells (descending: texts, numbers, empty cells). Texts follow the
 * Japanese collation of ICU over their first 100 characters: digits, Latin letters (a before A), kana in 五十音 order (あ ア
 * ｱ together), kanji. Equal rows keep their order.
 */
export const SortKey = z.object({
  columnId: ColumnId,
  direction: z.enum(['ascending', 'descending']).default('ascending'),
})
export type SortKey = z.infer<typeof SortKey>

/**
 * What is shown of a dataset: the rows that pass every filter, in the order of the sort keys (the dataset's own where
 * there are none).
 */
export const DatasetView = z.object({
  filters: z.array(ViewFilter).max(50).default([]),
  sort: z.array(SortKey).max(20).default([]),
})
export type DatasetView = z.infer<typeof DatasetView>

/**
 * What is looked for: `columnIds` and the rows `fromRow` … `toRow` (both included, in the view's order) narrow it down.
 */
export const FindQuery = z.object({
  text: z.string().min(1).max(10_000),
  kind: z.enum(['contains', 'equals', 'regex']).default('contains'),
  matchCase: z.boolean().default(false),
  columnIds: Columns.optional(),
  fromRow: Index.optional(),
  toRow: Index.optional(),
})
export type FindQuery = z.infer<typeof FindQuery>

/** A matching cell: `row` counts in the view, `column` in the dataset's columns. */
export interface FindHit {
  readonly row: number
  readonly column: number
  readonly rowId: RowId
  readonly columnId: ColumnId
}

/** How many cells match, and the first of them with their texts (clipped as in a page). */
export interface FindMatches {
  readonly cellCount: number
  readonly hits: readonly (FindHit & { readonly text: string })[]
}

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

const ById = z.object({ id: DatasetId })
const Range = z.object({ id: DatasetId, ...Block, view: DatasetView.optional() })
const Seed = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1)
  .default(1)

/**
 * How a dataset is divided: rows by chance in these shares (1 is the whole; what is left over goes nowhere), or one
 * part for each text of a column.
 */
export const DatasetSplit = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('share'),
    parts: z
      .array(z.object({ name: Name, share: z.number().positive().max(1) }))
      .min(1)
      .max(20),
    seed: Seed,
  }),
  z.object({ kind: z.literal('value'), columnId: ColumnId }),
])
export type DatasetSplit = z.infer<typeof DatasetSplit>

export const datasetsContract = defineContract({
  calls: {
    list: { input: z.object({}), output: type<readonly DatasetSummary[]>() },
    /** The file formats: what menus and file dialogs offer. */
    formats: { input: z.object({}), output: type<FileFormats>() },
    /** `template`: header instruction,output and an example row to overwrite; `sample`: the tutorial's eleven rows. */
    create: {
      input: z.object({
        from: z.enum(['empty', 'template', 'sample']),
        name: z.string().trim().min(1).max(120).optional(),
      }),
      output: type<DatasetInfo>(),
    },
    /** `file`: a path that the user picked, or one that the host adopted from a drop or an upload. */
    import: {
      input: z.object({
        file: PathToRead,
        name: Name.optional(),
        options: ImportOptions.optional(),
        importId: ImportId.optional(),
      }),
      output: type<DatasetInfo>(),
    },
    /** What a file would become. */
    preview: {
      input: z.object({ file: PathToRead, options: ImportOptions.optional() }),
      output: type<ImportPreview>(),
    },
    /** Adds a file's rows below a dataset's, columns matched by name, new ones added: one undo step. */
    appendFile: {
      input: z.object({
        id: DatasetId,
        file: PathToRead,
        options: ImportOptions.optional(),
        importId: ImportId.optional(),
      }),
      output: type<DatasetInfo>(),
    },
    /**
     * Ends `import` or `appendFile` with the error `dataset/import-cancelled`; nothing of the file stays. One that has
     * ended is left alone.
     */
    cancelImport: { input: z.object({ importId: ImportId }), output: type<null>() },
    open: { input: ById, output: type<DatasetInfo>() },
    page: {
      input: z.object({
        id: DatasetId,
        offset: z.number().int().nonnegative(),
        limit: z.number().int().positive().max(1000),
        view: DatasetView.optional(),
      }),
      output: type<Page>(),
    },
    cell: { input: z.object({ id: DatasetId, rowId: RowId, columnId: ColumnId }), output: type<string | null>() },
    /** The whole texts of a block, both ends included: for copying. */
    range: { input: Range, output: type<readonly (readonly (string | null)[])[]>() },
    edit: {
      input: z.object({
        id: DatasetId,
        edits: z.array(DatasetEdit).min(1).max(MAX_EDITS),
        view: DatasetView.optional(),
      }),
      output: type<DatasetInfo>(),
    },
    /**
     * The nearest match after (before) the cell `from`, row by row; past the end the search goes on at the other end.
     * Null where nothing matches.
     */
    findCell: {
      input: z.object({
        id: DatasetId,
        query: FindQuery,
        view: DatasetView.optional(),
        from: z.object({ row: Index, column: Index }).optional(),
        direction: z.enum(['next', 'previous']).default('next'),
      }),
      output: type<(FindHit & { readonly wrapped: boolean }) | null>(),
    },
    matches: {
      input: z.object({
        id: DatasetId,
        query: FindQuery,
        view: DatasetView.optional(),
        limit: z.number().int().nonnegative().max(1000).default(100),
      }),
      output: type<FindMatches>(),
    },
    /**
     * Replaces every match in every matching cell, or only in the cell `at`, as one undo step. With a regular
     * expression `$1` … `$9` are its groups, `$&` the match and `$$` a dollar sign.
     */
    replace: {
      input: z.object({
        id: DatasetId,
        query: FindQuery,
        replacement: z.string(),
        view: DatasetView.optional(),
        at: z.object({ rowId: RowId, columnId: ColumnId }).optional(),
      }),
      output: type<{ readonly info: DatasetInfo; readonly cellCount: number }>(),
    },
    /** Adds the rows of another dataset below, columns matched by name, new ones added: one undo step. */
    appendDataset: { input: z.object({ id: DatasetId, from: DatasetId }), output: type<DatasetInfo>() },
    /**
     * Adds columns of another dataset to the rows whose `columnId` holds the text of its `fromColumnId` (left join;
     * rows without a match get missing cells): one undo step. `take`: the columns to add, else all but `fromColumnId`.
     * A text that is there several times is refused, or its `first` row counts.
     */
    join: {
      input: z.object({
        id: DatasetId,
        from: DatasetId,
        columnId: ColumnId,
        fromColumnId: ColumnId,
        take: Columns.optional(),
        duplicates: z.enum(['refuse', 'first']).default('refuse'),
      }),
      output: type<DatasetInfo>(),
    },
    /** Makes new datasets of this one's rows; this one stays as it is. Parts keep the rows' order. */
    split: { input: z.object({ id: DatasetId, by: DatasetSplit }), output: type<readonly DatasetInfo[]>() },
    /** Makes a new dataset of rows chosen by chance, in their order: the same seed chooses the same rows. */
    sample: {
      input: z.object({ id: DatasetId, rows: z.number().int().positive(), seed: Seed, name: Name.optional() }),
      output: type<DatasetInfo>(),
    },
    undo: { input: ById, output: type<DatasetInfo>() },
    redo: { input: ById, output: type<DatasetInfo>() },
    /** The remembered steps, the oldest first. */
    history: { input: ById, output: type<readonly DatasetStep[]>() },
    /** Undoes or repeats until this step is the last one that is done; 0 undoes all of them. */
    goToStep: { input: z.object({ id: DatasetId, step: Index }), output: type<DatasetInfo>() },
    /** Looks for what would spoil a training; with a model also for rows of more than `maxTokens` tokens. */
    check: {
      input: z.object({
        id: DatasetId,
        modelId: z.string().optional(),
        maxTokens: z.number().int().positive().default(512),
      }),
      output: type<CheckReport>(),
    },
    /**
     * Puts one kind of problem right (in one column, where it is named) as one undo step; how many cells or rows
     * changed.
     */
    repair: {
      input: z.object({ id: DatasetId, check: z.enum(checkIds), columnId: ColumnId.optional() }),
      output: type<{ readonly info: DatasetInfo; readonly changed: number }>(),
    },
    /** Forces what is written to the file; every edit is on disk already when its call returns. */
    save: { input: ById, output: type<DatasetInfo>() },
    rename: {
      input: z.object({ id: DatasetId, name: z.string().trim().min(1).max(120) }),
      output: type<DatasetInfo>(),
    },
    /** Moves the dataset to the library's trash; `restore` brings it back. */
    remove: { input: ById, output: type<null>() },
    restore: { input: ById, output: type<DatasetInfo>() },
    /** What the texts are like; with a model also how many tokens they are. */
    statistics: { input: z.object({ id: DatasetId, modelId: ModelId.optional() }), output: type<DatasetStatistics>() },
    /** `target`: a path that the host's save dialog gave. */
    export: {
      input: z.object({
        id: DatasetId,
        target: PathToWrite,
        format: ExportFormat,
        byteOrderMark: z.boolean().default(true),
      }),
      output: type<{ readonly file: string; readonly rowCount: number }>(),
    },
  },
  events: {
    /** Sent after every change, also to the window that made it. */
    changed: type<DatasetInfo>(),
    removed: type<{ readonly id: DatasetId }>(),
    /** All of them, as the studio that writes has left them: sent to readers. */
    listed: type<readonly DatasetSummary[]>(),
    /** Up to five times a second, of imports that have an id. */
    importProgress: type<ImportProgress>(),
  },
})
