import type { ImportFormat, ImportOptions } from '../../contract/import.ts'

export type Cells = readonly (string | null)[]

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
export interface Table {
  readonly options: ImportOptions
  readonly encodingConfidence?: number
  readonly sheets?: readonly string[]
  /** The rows in portions that take a few milliseconds each. */
  portions(): AsyncIterable<readonly Cells[]>
  /** How much of it was read, 0 … 1; absent where that is not known. */
  share?(): number
  /** Where DuckDB can take the rows over without their passing through JavaScript. */
  readonly relation?: () => Promise<Relation | null>
}

/** A file format: one file, registered in formats/index.ts. */
export interface TableFormat {
  readonly id: ImportFormat
  /** True where the contents (and only where they do not tell, the name) are of this format. */
  detect(file: FileContents): boolean | Promise<boolean>
  /** Finds out what `options` leaves open. Throws UserError for a damaged file or one without a table. */
  open(file: FileContents, options: ImportOptions): Promise<Table>
}

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
