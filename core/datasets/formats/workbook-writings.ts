import { writeXlsxStream } from 'hucre/xlsx'
import { UserError, type Column } from '../../contract/index.ts'
import { writeAtomic } from '../../files/atomic.ts'
import { withEmptyMark } from './sheet-rows.ts'
import type { Cells } from './table-format.ts'
import type { WritingWork } from './writing.ts'

/** Excel's limit, the header included. */
const MAX_XLSX_ROWS = 1_048_576
/** The library's writer takes the square of the rows: these take a few seconds. */
const MAX_NUMBERS_ROWS = 10_000

/** Excel reads _x0041_ inside a text as a character: an underscore that would begin one is written so itself. */
const escaped = (cell: string | null): string | null => cell?.replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_') ?? null

/** More than Excel holds in a cell. */
const MAX_XLSX_CELL = 32_767

function checkLengths(cells: Cells, row: number, columns: readonly Column[]): void {
  const column = cells.findIndex((cell) => (cell?.length ?? 0) > MAX_XLSX_CELL)
  if (column >= 0)
    throw new UserError('dataset/cell-too-long-for-xlsx', {
      row,
      column: columns[column]?.name ?? '',
      characters: cells[column]?.length ?? 0,
      limit: MAX_XLSX_CELL,
    })
}

/** Excel's XLSX, row by row; every cell is a text. Throws UserError where the rows or a text are more than Excel holds. */
export async function writeXlsx({ target, columns, rowCount, rows }: WritingWork): Promise<void> {
  if (rowCount + 1 > MAX_XLSX_ROWS)
    throw new UserError('dataset/too-long-for-xlsx', { rows: rowCount, limit: MAX_XLSX_ROWS - 1 })
  const all = async function* (): AsyncGenerator<(string | null)[]> {
    yield columns.map(({ name }) => escaped(name))
    let row = 0
    for await (const portion of rows()) {
      for (const cells of portion) {
        checkLengths(cells, ++row, columns)
        yield withEmptyMark(cells.map(escaped)) as (string | null)[]
      }
    }
  }
  await writeAtomic(target, async (file) => {
    for await (const bytes of writeXlsxStream(all(), { name: 'data' }) as unknown as AsyncIterable<Uint8Array>)
      await file.writeFile(bytes)
  })
}

/** Apple's Numbers; every cell is a text. Throws UserError where there are more rows than the library writes in a few seconds. */
export async function writeNumbers({ target, columns, rowCount, rows }: WritingWork): Promise<void> {
  if (rowCount > MAX_NUMBERS_ROWS)
    throw new UserError('dataset/too-long-for-numbers', { rows: rowCount, limit: MAX_NUMBERS_ROWS })
  const [XLSX, { default: template }] = await Promise.all([import('xlsx'), import('xlsx/dist/xlsx.zahl.mjs')])
  const cells: Cells[] = [columns.map(({ name }) => name)]
  for await (const portion of rows()) cells.push(...portion.map(withEmptyMark))
  const sheet: import('xlsx').WorkSheet = {
    '!ref': XLSX.utils.encode_range({
      s: { r: 0, c: 0 },
      e: { r: rowCount, c: Math.max(...cells.map(({ length }) => length)) - 1 },
    }),
  }
  for (const [r, row] of cells.entries())
    for (const [c, value] of row.entries())
      if (value !== null) sheet[XLSX.utils.encode_cell({ r, c })] = { t: 's', v: withSecondMark(value) }
  const book = XLSX.utils.book_new(sheet, 'data')
  await writeAtomic(target, (file) =>
    file.writeFile(XLSX.write(book, { type: 'buffer', bookType: 'numbers', numbers: template }) as Buffer),
  )
}

/** The library that reads these files drops a byte order mark at the beginning of a text. */
const withSecondMark = (text: string): string => (text.startsWith('\ufeff') ? `\ufeff${text}` : text)
