import { UserError } from '../../contract/index.ts'
import type { Cells } from './cells.ts'
import type { FileContents } from './table-format.ts'

/** A row of a sheet as texts from column A on; its number counts from 1, empty rows included. */
export interface SheetRow {
  readonly number: number
  readonly cells: Cells
}
export type SheetRows = AsyncIterable<SheetRow> | Iterable<SheetRow>

/** An opened workbook; every call of `rows` reads a sheet anew. */
export interface Workbook {
  readonly sheets: readonly { readonly name: string; readonly isHidden: boolean }[]
  rows(sheet: string): SheetRows
  /** The first rows of each sheet, where the sheets lie one after another in one part. */
  readonly heads?: ReadonlyMap<string, readonly SheetRow[]>
  /** How much of the latest sheet was read, 0 … 1; absent where that is not known. */
  share?(): number
}

/** A row for a sheet; one without any text gets an empty text right of the table, so that it comes back. */
export const withEmptyMark = (cells: Cells): Cells => (cells.some(isText) ? cells : [...cells, ''])

/** A text that is there. */
export const isText = (cell: string | null): boolean => cell !== null && cell !== ''

/**
 * A sheet's rows behind its first `skipRows`. Rows without any text go (sheets keep rows that were formatted once, or
 * whose formulas give ''), unless the cell right of the table says that there is one (`withEmptyMark`); so do empty
 * columns left of the table and right of each row; rows shorter than the first are filled up with missing cells.
 * Throws UserError where a small file grows to fill the disk.
 */
export async function* tableRows(rows: () => SheetRows, skipRows: number, file: FileContents): AsyncGenerator<Cells> {
  const from = await firstColumn(rows, skipRows)
  let width: number | null = null
  let room = Math.max(MIN_CHARACTERS, file.size * MAX_RATIO)
  for await (const { number, cells: row } of rows()) {
    if (number <= skipRows) continue
    const end = row.findLastIndex(isText) + 1
    if (end === 0 && !(width !== null && row.length === from + width + 1 && row.at(-1) === '')) continue
    const cells = row.slice(from, end)
    width ??= cells.length
    while (cells.length < width) cells.push(row[from + cells.length] ?? null)
    for (const cell of cells) room -= cell?.length ?? 0
    if (room < 0) throw new UserError('dataset/workbook-too-great', { file: file.name })
    yield cells
  }
}

/** So many characters a sheet may have for each byte of its file: text that is packed as densely as ZIP can. */
const MAX_RATIO = 1032
const MIN_CHARACTERS = 2 ** 28

/** The leftmost column with text: the first row tells, unless it begins with an empty cell. */
async function firstColumn(rows: () => SheetRows, skipRows: number): Promise<number> {
  let first = Infinity
  for await (const { number, cells } of rows()) {
    if (number <= skipRows) continue
    const column = cells.findIndex(isText)
    if (column >= 0) first = Math.min(first, column)
    if (first === 0) break
  }
  return first === Infinity ? 0 : first
}
