import type { Cells } from './table-format.ts'

/** What the spreadsheet libraries give for a cell; dates are in UTC. */
export type SheetValue = string | number | boolean | Date | null | undefined
type Rows = AsyncIterable<readonly SheetValue[]> | Iterable<readonly SheetValue[]>

/** Sheets of an opened workbook; rows begin at column A, every call reads them anew. */
export interface Sheets {
  readonly names: readonly string[]
  rows(sheet: string): Rows
}

/** True where a sheet has any text. */
export async function isFilled(rows: Rows): Promise<boolean> {
  for await (const row of rows) if (row.some(isText)) return true
  return false
}

/** A row for a sheet; one without any text gets an empty text right of the table, so that it comes back. */
export const withEmptyMark = (cells: Cells): Cells =>
  cells.some((cell) => cell !== null && cell !== '') ? cells : [...cells, '']

/**
 * A sheet's rows as texts. Rows without any text go (sheets keep rows that were formatted once, or whose formulas give
 * ''), unless the cell right of the table says that there is one (`withEmptyMark`); so do empty columns left of the
 * table and right of each row; rows shorter than the first are filled up with missing cells.
 */
export async function* tableRows(rows: () => Rows): AsyncGenerator<Cells> {
  const from = await firstColumn(rows)
  let width: number | null = null
  for await (const row of rows()) {
    const end = row.findLastIndex(isText) + 1
    if (end === 0 && !(width !== null && row.length === from + width + 1 && row.at(-1) === '')) continue
    const cells = row.slice(from, end).map(textOf)
    width ??= cells.length
    while (cells.length < width) cells.push(textOf(row[from + cells.length]))
    yield cells
  }
}

/** The leftmost column with text: the first row tells, unless it begins with an empty cell. */
async function firstColumn(rows: () => Rows): Promise<number> {
  let first = Infinity
  for await (const row of rows()) {
    const column = row.findIndex(isText)
    if (column >= 0) first = Math.min(first, column)
    if (first === 0) break
  }
  return first === Infinity ? 0 : first
}

const isText = (value: SheetValue): boolean => value !== null && value !== undefined && value !== ''

/** What a cell says: text as it is, numbers with all their digits, dates in ISO form. */
function textOf(value: SheetValue): string | null {
  if (value === null || value === undefined) return null
  if (value instanceof Date) return isoOf(value)
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (typeof value === 'number') return String(value)
  return value
}

const MS_PER_SECOND = 1000
/** Times without a date are fractions of a day: they lie before Excel's first day. */
const FIRST_DAY = Date.UTC(1900, 0, 1)

function isoOf(date: Date): string {
  if (Number.isNaN(date.getTime())) return ''
  // Fractions of a day are not exact: 12:30 is often 12:29:59.999.
  const iso = new Date(Math.round(date.getTime() / MS_PER_SECOND) * MS_PER_SECOND).toISOString()
  const [day = '', time = ''] = iso.slice(0, -5).split('T')
  if (date.getTime() < FIRST_DAY) return time
  return time === '00:00:00' ? day : `${day} ${time}`
}
