import { DuckDBInstance } from '@duckdb/node-api'
import { readFile } from 'node:fs/promises'
import type { OpenedTable } from '../datasets/formats/index.ts'

type Cells = readonly (string | null)[]
export type Table = Pick<OpenedTable, 'format' | 'options' | 'entries'>

/**
 * The same table as another program reads it, the header first; null where there is no other program, or it does not
 * read the file.
 */
export async function readAgain(path: string, table: Table): Promise<readonly Cells[] | null> {
  if (table.entries) return null
  const read = readers[table.format.id]
  return read ? read(path, table).catch(() => null) : null
}

const readers: Readonly<Record<string, (path: string, table: Table) => Promise<readonly Cells[] | null>>> = {
  workbook: bySheetJs,
  csv: (path, { options: { delimiter = ',', encoding, skipRows } }) =>
    encoding === 'utf-8' && !skipRows
      ? byDuckDb(
          `read_csv(${literal(path)}, delim = ${literal(delimiter)}, quote = '"', escape = '"', all_varchar = true, header = false, null_padding = true, strict_mode = false)`,
          false,
        )
      : Promise.resolve(null),
  jsonl: (path) => byDuckDb(`read_json(${literal(path)}, format = 'newline_delimited', maximum_depth = 1)`, true),
  json: (path) => byDuckDb(`read_json(${literal(path)}, format = 'array', maximum_depth = 1)`, true),
  parquet: (path) => byDuckDb(`read_parquet(${literal(path)})`, true),
}

const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`

async function byDuckDb(source: string, isNamed: boolean): Promise<readonly Cells[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const reader = await connection.runAndReadAll(`SELECT COLUMNS(*)::VARCHAR FROM ${source}`)
    const rows = reader.getRowsJS().map((row) => row.map((cell) => (cell === null ? null : String(cell))))
    return isNamed ? [reader.columnNames(), ...rows] : rows
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** SheetJS by its own choices, but for the sheet. */
async function bySheetJs(path: string, { options: { sheet } }: Table): Promise<readonly Cells[] | null> {
  const XLSX = await import('xlsx')
  XLSX.set_cptable(await import('xlsx/dist/cpexcel.full.mjs'))
  const book = XLSX.read(await readFile(path), { dense: true, cellDates: true, UTC: true, raw: true })
  const found = book.Sheets[sheet ?? '']
  if (!found) return null
  return Object.values(found['!data'] ?? []).map((row) => Array.from(row ?? [], textOf))
}

function textOf(cell: import('xlsx').CellObject | undefined): string | null {
  if (!cell || cell.t === 'z' || cell.v === undefined) return null
  if (cell.t === 'e') return cell.w ?? null
  if (typeof cell.v === 'boolean') return cell.v ? 'TRUE' : 'FALSE'
  return cell.v instanceof Date ? isoOf(cell.v) : String(cell.v)
}

const SECOND = 1000

function isoOf(date: Date): string {
  if (Number.isNaN(date.getTime())) return ''
  const [day = '', time = ''] = new Date(Math.round(date.getTime() / SECOND) * SECOND)
    .toISOString()
    .slice(0, -5)
    .split('T')
  return time === '00:00:00' ? day : `${day} ${time}`
}

/** Where two tables differ, a line each. Empty cells and missing ones are the same, and so are rows without any text. */
export function differencesOf(ours: readonly Cells[], theirs: readonly Cells[]): string[] {
  const [one, other] = [ours, theirs].map(bare) as [Cells[], Cells[]]
  const differences = one.length === other.length ? [] : [`${one.length} rows, not ${other.length}`]
  for (const [index, row] of one.entries()) {
    const again = other[index]
    if (!again) break
    for (let column = 0; column < Math.max(row.length, again.length); column++)
      if ((row[column] ?? '') !== (again[column] ?? ''))
        differences.push(`row ${index + 1}, column ${column + 1}: ${shown(row[column])}, not ${shown(again[column])}`)
  }
  return differences
}

/** Without empty rows, and without empty columns to the left. */
function bare(rows: readonly Cells[]): Cells[] {
  const filled = rows.filter((row) => row.some(Boolean))
  const from = Math.min(...filled.map((row) => row.findIndex(Boolean)))
  return filled.map((row) => row.slice(from))
}

const SHOWN_CHARACTERS = 60
const shown = (cell: string | null | undefined): string => JSON.stringify(cell?.slice(0, SHOWN_CHARACTERS) ?? null)
