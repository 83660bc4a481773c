import { writeAtomic } from '../../files/atomic.ts'
import type { Column, ColumnRole, PathToWrite } from '../../contract/index.ts'
import { distinctNames } from './distinct-names.ts'
import type { Cells } from './cells.ts'

/** The dataset's own database, for formats that DuckDB writes itself. */
export interface WritingStore {
  /** Throws what DuckDB says; an interrupted statement ends in an error. */
  run(sql: string): Promise<void>
  /** Rows of a query. */
  all(sql: string): Promise<readonly (readonly unknown[])[]>
  interrupt(): void
  /** The folder for what is on its way. */
  readonly workFolder: string
}

/** A dataset that is to be written to a file. */
export interface WritingWork {
  readonly target: PathToWrite
  readonly store: WritingStore
  /** At least one. */
  readonly columns: readonly Column[]
  readonly rowCount: number
  /** Ids of columns whose cells came as lists and objects. */
  readonly structured: ReadonlySet<string>
  /** For delimited text in UTF-8: Excel needs it to recognise the encoding. */
  readonly byteOrderMark: boolean
  /** Ends the writing: nothing is left then, and its reason is thrown. */
  readonly signal?: AbortSignal
  /** The rows in the columns' order, in portions. */
  rows(): AsyncIterable<readonly Cells[]>
}

/** One way to write a format. */
export interface TableWriting {
  /** Names it in the export menu and on the command line; unique among all formats. */
  readonly id: string
  /** Endings that ask for it, without the dot; new files get the first. Of several writings the first in the list counts. */
  readonly endings: readonly string[]
  /** What a new file is called where it is not named after the dataset. */
  readonly fileName?: string
  /** The same as another writing, in another encoding than UTF-8. */
  readonly encoding?: { readonly name: string; readonly of: string }
  /** Where rows are made by the columns' roles: it takes all roles of one of these lists. */
  readonly roles?: readonly (readonly ColumnRole[])[]
  /**
   * Writes the whole dataset in one move: missing cells stay missing, a text that looks like a formula stays a text.
   * Throws UserError for what the format cannot hold; nothing is written then.
   */
  write(work: WritingWork): Promise<void>
}

/** Writes one line of UTF-8 a row, ended by LF. */
export const writeLines = (
  { target, rows }: WritingWork,
  lineOf: (cells: Cells) => string,
  header = '',
): Promise<void> =>
  writeAtomic(target, async (file) => {
    if (header !== '') await file.writeFile(header)
    for await (const portion of rows()) await file.writeFile(portion.map((cells) => `${lineOf(cells)}\n`).join(''))
  })

/** The columns, every name once: a second column of a name is `name_2`. */
export function distinctColumns(columns: readonly Column[], keyOf?: (name: string) => string): Column[] {
  const names = distinctNames(
    columns.map(({ name }) => name),
    keyOf,
  )
  return columns.map((column, index) => ({ ...column, name: names[index] as string }))
}
