import type { ImportFormat, ImportOptions } from '../../contract/import.ts'

export type Cells = readonly (string | null)[]

/** A file's contents, looked at before it is read. */
export interface FileContents {
  /** Its name, for errors and endings. */
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Where it lies, for readers that open it themselves; null for a file inside a ZIP. */
  readonly path: string | null
}

/** A table found in a file: what was chosen, and its rows (the header first). */
export interface Table {
  readonly options: ImportOptions
  readonly encodingConfidence?: number
  readonly sheets?: readonly string[]
  rows(): AsyncIterable<Cells>
}

/** A file format: one file, registered in formats/index.ts. */
export interface TableFormat {
  readonly id: ImportFormat
  /** Endings of its files, without the dot. */
  readonly extensions: readonly string[]
  /** True where the contents (and only where they do not tell, the name) are of this format. */
  detect(file: FileContents): boolean
  /** Finds out what `options` leaves open. Throws UserError for a damaged file or one without a table. */
  open(file: FileContents, options: ImportOptions): Promise<Table>
}

/** The ending of a file's name in lower case, without the dot. */
export const endingOf = (name: string): string => /\.([^.\\/]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''

/** Names for the columns of a table without a header. */
export const unnamedHeader = (count: number): string[] => Array.from({ length: count }, (_, index) => `列${index + 1}`)

/** The rows with a header before them: the first row after the skipped ones, or made-up names. */
export async function* withHeader(rows: AsyncIterable<Cells> | Iterable<Cells>, hasHeader: boolean, skipRows = 0): AsyncGenerator<Cells> {
  let index = 0
  for await (const row of rows) {
    if (index === skipRows && !hasHeader) yield unnamedHeader(row.length)
    if (index++ >= skipRows) yield row
  }
}
