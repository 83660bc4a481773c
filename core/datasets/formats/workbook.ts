import { UserError } from '../../contract/index.ts'
import { has, listZip } from './zip.ts'
import { withHeader, type Cells, type FileContents, type TableFormat } from './table-format.ts'

const OLE = [0xd0, 0xcf, 0x11, 0xe0]
const isZip = ({ bytes }: FileContents): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b

/** True for the contents of Excel's, LibreOffice's and Numbers' files, which are ZIP files themselves. */
const isWorkbookZip = (file: FileContents): boolean => {
  const names = listZip(file.bytes)
  return has(names, '[Content_Types].xml') || has(names, 'mimetype') || names.some((name) => name.endsWith('.iwa'))
}

/** XLSX, XLSB, XLS, ODS and Numbers. The library is loaded when the first such file comes. */
export const workbook: TableFormat = {
  id: 'workbook',
  extensions: ['xlsx', 'xlsm', 'xlsb', 'xls', 'ods', 'numbers'],
  detect: (file) => OLE.every((byte, index) => file.bytes[index] === byte) || (isZip(file) && isWorkbookZip(file)),
  async open(file, given) {
    const XLSX = await import('xlsx')
    XLSX.set_cptable(await import('xlsx/dist/cpexcel.full.mjs'))
    const book = read(XLSX, file)
    const sheet = given.sheet !== undefined && book.SheetNames.includes(given.sheet) ? given.sheet : book.SheetNames.find((name) => isFilled(XLSX, book.Sheets[name]))
    const found = sheet === undefined ? undefined : book.Sheets[sheet]
    if (sheet === undefined || !found || !isFilled(XLSX, found)) throw new UserError('dataset/file-empty', { file: file.name })
    const hasHeader = given.hasHeader ?? true
    return {
      options: { sheet, hasHeader },
      sheets: book.SheetNames,
      rows: () => withHeader(rowsOf(XLSX, found), hasHeader),
    }
  },
}

type Library = typeof import('xlsx')
type Sheet = import('xlsx').WorkSheet

const isFilled = (XLSX: Library, sheet: Sheet | undefined): boolean => sheet?.['!ref'] !== undefined && !rowsOf(XLSX, sheet).next().done

function read(XLSX: Library, file: FileContents) {
  try {
    return XLSX.read(file.bytes, { dense: true, cellDates: true, UTC: true, cellFormula: false, cellHTML: false })
  } catch (error) {
    const reason = String(error instanceof Error ? error.message : error)
    throw new UserError(/password|encrypt/i.test(reason) ? 'dataset/workbook-password' : 'dataset/workbook-damaged', { file: file.name })
  }
}

function* rowsOf(XLSX: Library, sheet: Sheet): Generator<Cells> {
  const { s: start, e: end } = XLSX.utils.decode_range(sheet['!ref'] as string)
  const data = sheet['!data'] ?? []
  for (let row = start.r; row <= end.r; row++) {
    const cells = Array.from({ length: end.c - start.c + 1 }, (_, index) => textOf(data[row]?.[start.c + index]))
    // Sheets keep rows that were formatted once and never filled.
    if (cells.some((cell) => cell !== null)) yield cells
  }
}

/** What a cell says: text as it is, numbers with all their digits, dates in ISO form, formulas by their result. */
function textOf(cell: import('xlsx').CellObject | undefined): string | null {
  if (!cell || cell.v === undefined || cell.t === 'z') return null
  if (cell.t === 'd' || cell.v instanceof Date) return isoOf(new Date(cell.v as Date))
  if (cell.t === 'b') return cell.v ? 'TRUE' : 'FALSE'
  if (cell.t === 'e') return cell.w ?? null
  // Excel writes control characters as _x000D_; line breaks of Windows become those of every other text.
  return String(cell.v).replaceAll('\r\n', '\n').replaceAll('_x000D_\n', '\n')
}

const isoOf = (date: Date): string => {
  const iso = date.toISOString()
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.slice(0, 19).replace('T', ' ')
}
