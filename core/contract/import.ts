import { z } from 'zod'
import { ColumnName, MAX_COLUMNS } from './column-name.ts'
import { ColumnRole } from './roles.ts'

/** How a file is read, as far as it is not found out by looking at it. */
export const ImportOptions = z.object({
  /** Of text files. */
  encoding: z
    .enum(['utf-8', 'shift_jis', 'euc-jp', 'iso-2022-jp', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'])
    .optional(),
  /** Of delimited text. */
  delimiter: z.enum([',', '\t', ';', '|']).optional(),
  /** The first row names the columns. */
  hasHeader: z.boolean().optional(),
  /** Of workbooks. */
  sheet: z.string().optional(),
  /** Of ZIP files: the file inside. Of JSON: the list inside, by the keys that lead to it. */
  entry: z.string().optional(),
  /** Of delimited text and workbooks: so many filled rows before the header (a title) are left out. */
  skipRows: z.number().int().min(0).max(1000).optional(),
  /**
   * Of JSON with conversations: each stays whole in its cell, or becomes a row for every question and its answer,
   * chained by id and parent_id.
   */
  conversations: z.enum(['whole', 'rows']).optional(),
  /**
   * The columns to take, in their new order, with their new names and roles (without one the name tells); all as they
   * are where this is absent. `from` is one of the preview's `sources`.
   */
  columns: z
    .array(z.object({ from: z.string(), name: ColumnName, role: ColumnRole.optional() }))
    .min(1)
    .max(MAX_COLUMNS)
    .optional(),
})
export type ImportOptions = z.infer<typeof ImportOptions>

/** What a file may leave open; the columns are chosen for every file. */
export type ReadOption = Exclude<keyof ImportOptions, 'columns'>
export const readOptions: readonly ReadOption[] = ImportOptions.omit({ columns: true }).keyof().options

/** Names a way to write a dataset: the `id` of one of a format's `writes`. */
export const ExportFormat = z.string().regex(/^[a-z0-9-]{1,40}$/)
export type ExportFormat = z.infer<typeof ExportFormat>

/** A way to write a dataset. */
export interface WritingDescription {
  readonly id: ExportFormat
  /** Of new files, without the dot. */
  readonly ending: string
  /** What a new file is called where it is not named after the dataset. */
  readonly fileName?: string
}

/** A file format. */
export interface FormatDescription {
  readonly id: string
  /** Of its files, without the dot; the usual one first. */
  readonly endings: readonly string[]
  /** What its files may leave open. */
  readonly options: readonly ReadOption[]
  readonly writes: readonly WritingDescription[]
}

/** What can be imported and exported. */
export interface FileFormats {
  readonly formats: readonly FormatDescription[]
  /** Endings of every file that can be imported: the formats', and those of archives. */
  readonly importEndings: readonly string[]
}

/** Names an import, so that its progress can be told and it can be cancelled; the caller makes it up. */
export const ImportId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .brand<'ImportId'>()
export type ImportId = z.infer<typeof ImportId>

/** How far an import is. */
export interface ImportProgress {
  readonly importId: ImportId
  /** Rows that are there so far; 0 where only their share is known. */
  readonly rowCount: number
  /** 0 … 1; null while it is not known. */
  readonly share: number | null
  readonly remainingSeconds: number | null
}

/** What was chosen for the user and can be chosen otherwise, or is lost; the texts' `importNotes` word it. */
export interface ImportNote {
  readonly code: 'sheet-with-columns' | 'sheet-hidden' | 'entry-chosen' | 'unreadable' | 'unreadable-names'
  readonly facts: Readonly<Record<string, string | number>>
}

/**
 * What a file would become, and every choice that was made on the way; choices that do not exist for the file are left
 * out.
 */
export interface ImportPreview {
  readonly file: string
  /** The `id` of its `FormatDescription`. */
  readonly format: string
  readonly options: ImportOptions
  /** 0 … 1: how sure the encoding is; only of text. */
  readonly encodingConfidence?: number
  readonly sheets?: readonly string[]
  readonly entries?: readonly string[]
  readonly notes?: readonly ImportNote[]
  /** The names of the file's own columns, each once: what `options.columns` is made of. */
  readonly sources: readonly string[]
  readonly columns: readonly { readonly name: string; readonly role: ColumnRole }[]
  /** The first rows, long texts clipped. */
  readonly rows: readonly (readonly (string | null)[])[]
  /** False where there are more rows than shown. */
  readonly isWhole: boolean
}

/** The ending of a file's name in lower case, without the dot. */
export const endingOf = (name: string): string => /\.([^.\\/]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
