import { z } from 'zod'
import { ColumnName, MAX_COLUMNS } from './column-name.ts'
import { checkIds, type CheckReport } from './checks.ts'
import { DatasetEdit, type DatasetStep } from './dataset-edits.ts'
import { Block, Columns, Index } from './dataset-places.ts'
import {
  ColumnId,
  DatasetId,
  DatasetSource,
  RowId,
  type DatasetInfo,
  type DatasetSummary,
  type Page,
} from './dataset-rows.ts'
import { DatasetView, FindQuery, type FindHit, type FindMatches } from './dataset-views.ts'
import { defineContract, type } from './define.ts'
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
import { ColumnRole } from './roles.ts'
import type { DatasetStatistics } from './statistics.ts'

/** Edits of one step: as many blocks as a selection may have. */
const MAX_EDITS = 10_000

const Name = z.string().trim().min(1).max(120)
const ById = z.object({ id: DatasetId })
const Range = z.object({ id: DatasetId, ...Block, view: DatasetView.optional() })
const Seed = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1)
  .default(1)

/**
 * Where a column of added rows goes: to a column of the dataset, to a new one of its own, or nowhere. `from` is its
 * name; a second one of that name comes second. Columns that are not named are matched as `matchColumns` does.
 */
const ColumnTarget = z.object({ from: z.string(), to: z.union([z.literal('new'), z.literal('none'), ColumnId]) })
export type ColumnTarget = z.infer<typeof ColumnTarget>

/** No column twice. */
const ColumnTargets = z
  .array(ColumnTarget)
  .max(MAX_COLUMNS)
  .refine((targets) => {
    const taken = targets.map(({ to }) => to).filter((to) => to !== 'new' && to !== 'none')
    return new Set(taken).size === taken.length
  })

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
        source: DatasetSource.optional(),
        importId: ImportId.optional(),
      }),
      output: type<DatasetInfo>(),
    },
    /** What a file would become. */
    preview: {
      input: z.object({ file: PathToRead, options: ImportOptions.optional() }),
      output: type<ImportPreview>(),
    },
    /** Adds a file's rows below a dataset's: one undo step. */
    appendFile: {
      input: z.object({
        id: DatasetId,
        file: PathToRead,
        options: ImportOptions.optional(),
        targets: ColumnTargets.optional(),
        source: DatasetSource.optional(),
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
    /** Adds the rows of another dataset below: one undo step. */
    appendDataset: {
      input: z.object({ id: DatasetId, from: DatasetId, targets: ColumnTargets.optional() }),
      output: type<DatasetInfo>(),
    },
    /**
     * For each of these columns the one of the dataset that it most likely continues, by name, else by role; null where
     * there is none.
     */
    matchColumns: {
      input: z.object({
        id: DatasetId,
        columns: z.array(z.object({ name: ColumnName, role: ColumnRole })).max(MAX_COLUMNS),
      }),
      output: type<readonly (ColumnId | null)[]>(),
    },
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
