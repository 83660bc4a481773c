import type { ImportNote, ImportOptions, ReadOption } from '../../contract/import.ts'
import type { Cells } from './cells.ts'
import type { TableWriting } from './writing.ts'

export type { Cells } from './cells.ts'

/** A file's contents, looked at before it is read. */
export interface FileContents {
  /** Its name, for errors and endings. */
  readonly name: string
  /** Where it lies, for readers that open it themselves; null for a file inside a ZIP. */
  readonly path: string | null
  readonly size: number
  /** The first mebibyte. */
  readonly beginning: Uint8Array<ArrayBuffer>
  /** All of it in memory. Throws UserError `dataset/too-large`. */
  whole(): Promise<Uint8Array<ArrayBuffer>>
  /** All of it, anew with every call; a cancelled import throws its signal's reason. */
  pieces(): AsyncIterable<Uint8Array>
  /** How far the latest `pieces` were read. */
  bytesRead(): number
  throwIfCancelled(): void
}

/**
 * A table that DuckDB itself reads: the query's columns in the order of the header, with `file_row_number` (from 0)
 * besides.
 */
export interface Relation {
  readonly header: Cells
  /** SQL of each column's text; columns of the header in their order. */
  readonly cells: readonly string[]
  readonly source: string
  /** The user's error for what DuckDB says while it reads the source. */
  toError(error: unknown): unknown
}

/** A table found in a file: what was chosen, and its rows (the header first). */
export interface Table<O extends ReadOption = ReadOption> {
  readonly options: Pick<ImportOptions, O>
  readonly encodingConfidence?: number
  readonly sheets?: readonly string[]
  readonly notes?: readonly ImportNote[]
  /** Names of columns whose values are lists or objects; their cells are the JSON of them. */
  readonly structured?: readonly string[]
  /** Of a file that holds several tables: their names. */
  readonly entries?: readonly string[]
  /** The rows in portions that take a few milliseconds each. */
  portions(): AsyncIterable<readonly Cells[]>
  /** How much of it was read, 0 … 1; absent where that is not known. */
  share?(): number
  /** Where DuckDB can take the rows over without their passing through JavaScript. */
  readonly relation?: () => Promise<Relation | null>
}

/**
 * A file format: one file, and one line in list.ts. The import dialog, the file dialogs, the export menu, the command
 * line and README's list derive from it. Its titles are texts of the room of datasets: `importDialog.format.<id>`, and
 * `exportAs.<id>` of each writing.
 */
export interface TableFormat<O extends ReadOption = ReadOption> {
  readonly id: string
  /** Endings of its files in lower case, without the dot; the usual one first. */
  readonly endings: readonly string[]
  /** Its files are ZIP files themselves: those that `detect` takes are not opened as an archive. */
  readonly isZipFile?: true
  /** Takes any text that is of no other format: asked last, and not for binary contents. One format of the list is so. */
  readonly takesAnyText?: true
  /** What a file may leave open and the user may choose: the import dialog offers these. */
  readonly options: readonly O[]
  /** True where the contents (and only where they do not tell, the name) are of this format. */
  detect(file: FileContents): boolean | Promise<boolean>
  /**
   * Finds out what `options` leaves open; rows are read when they are asked for. Throws UserError for a damaged file or
   * one without a table.
   */
  read(file: FileContents, options: Pick<ImportOptions, O>): Promise<Table<O>>
  /** The ways to write it, the usual one first; none where it is only read. */
  readonly writes: readonly TableWriting[]
}

/** The format itself, its options checked: `read` takes and finds those that it names. */
export const defineFormat = <const O extends ReadOption>(format: TableFormat<O>): TableFormat<O> => format

/** Portions with a header before the rows: the first row after the skipped ones, or one without names. */
export async function* withHeader(
  portions: AsyncIterable<readonly Cells[]>,
  hasHeader: boolean,
  skipRows = 0,
): AsyncGenerator<readonly Cells[]> {
  let toSkip = skipRows
  let isNamed = hasHeader
  for await (const portion of portions) {
    const rows = toSkip > 0 ? portion.slice(toSkip) : portion
    toSkip -= portion.length - rows.length
    if (!isNamed && rows[0]) {
      isNamed = true
      yield [rows[0].map(() => null), ...rows]
    } else if (rows.length > 0) yield rows
  }
}
