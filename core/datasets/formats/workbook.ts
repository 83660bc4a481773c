import { UserError } from '../../contract/index.ts'
import { isFilled, tableRows, type Sheets, type SheetValue } from './sheet-rows.ts'
import { endingOf, withHeader, type FileContents, type TableFormat } from './table-format.ts'
import { decodeText, detectEncoding } from './encoding.ts'
import { has, listZip, readZipEntry, streamZipEntry } from './zip.ts'

const OLE = [0xd0, 0xcf, 0x11, 0xe0]
const isZip = ({ bytes }: FileContents): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b
const isOle = ({ bytes }: FileContents): boolean => OLE.every((byte, index) => bytes[index] === byte)

/** True for the contents of Excel's, LibreOffice's and Numbers' files, which are ZIP files themselves. */
const isWorkbookZip = (file: FileContents): boolean => {
  const names = listZip(file.bytes)
  return has(names, '[Content_Types].xml') || has(names, 'mimetype') || names.some((name) => name.endsWith('.iwa')) || has(names, 'Index.zip')
}

/** Tables in HTML and Excel 2003's XML are often called .xls: many systems write their downloads so. */
const isMarkup = (file: FileContents): boolean => {
  if (!['xls', 'xlsx', 'xml', 'fods', 'htm', 'html'].includes(endingOf(file.name))) return false
  const start = new TextDecoder('latin1').decode(file.bytes.subarray(0, 4096)).replace(/^\u00ef\u00bb\u00bf/, '').trimStart()
  return /^<(!doctype html|html|table|meta)/i.test(start) || (start.startsWith('<?xml') && /urn:schemas-microsoft-com:office:spreadsheet|office:document|<html/.test(start))
}

/** XLSX, XLSB, XLS, ODS and Numbers: XLSX row by row, the others as a whole. The libraries are loaded when the first such file comes. */
export const workbook: TableFormat = {
  id: 'workbook',
  extensions: ['xlsx', 'xlsm', 'xlsb', 'xls', 'ods', 'fods', 'numbers'],
  detect: (file) => isOle(file) || (isZip(file) && isWorkbookZip(file)) || isMarkup(file),
  async open(file, given) {
    const { sheets, sheet } = (await openXlsx(file, given.sheet)) ?? (await chosen(await openAny(file), given.sheet))
    if (sheet === undefined) throw new UserError('dataset/file-empty', { file: file.name })
    const hasHeader = given.hasHeader ?? true
    const skipRows = given.skipRows ?? 0
    return { options: { sheet, hasHeader, skipRows }, sheets: sheets.names, rows: () => withHeader(tableRows(() => sheets.rows(sheet)), hasHeader, skipRows) }
  },
}

interface Chosen {
  readonly sheets: Sheets
  /** Undefined where there is nothing in it. */
  readonly sheet: string | undefined
}

/** The wanted sheet, else the first with contents. */
async function chosen(sheets: Sheets, wanted: string | undefined): Promise<Chosen> {
  for (const sheet of wanted !== undefined && sheets.names.includes(wanted) ? [wanted] : sheets.names) if (await isFilled(sheets.rows(sheet))) return { sheets, sheet }
  return { sheets, sheet: undefined }
}

/** XLSX by the library that reads it row by row; null for other files and for those that it cannot read. */
async function openXlsx(file: FileContents, wanted: string | undefined): Promise<Chosen | null> {
  if (!isZip(file) || !has(listZip(file.bytes), 'xl/workbook.xml')) return null
  if (await hasDateCells(file)) return null
  const { readXlsx, streamXlsxRows } = await import('hucre/xlsx')
  const names: string[] = []
  const rowsIn = async function* (sheet: string) {
    for await (const { values } of streamXlsxRows(file.bytes, { sheet })) yield values
  }
  try {
    // Of every sheet only the name is asked for.
    await readXlsx(file.bytes, { sheets: ({ name }) => { names.push(name); return false } })
    const { sheet } = await chosen({ names, rows: rowsIn }, wanted)
    return { sheet, sheets: { names, rows: (name) => sayingDamage(file, rowsIn(name)) } }
  } catch {
    return null
  }
}

/** How Excel's strict format marks a cell that holds a date as a text; the reader by rows cannot tell it from other texts. */
const DATE_CELL = [' t="d"', " t='d'"] as const

async function hasDateCells(file: FileContents): Promise<boolean> {
  for (const name of listZip(file.bytes).filter((entry) => entry.startsWith('xl/worksheets/') && entry.endsWith('.xml'))) {
    let tail = ''
    try {
      for await (const piece of streamZipEntry(file.bytes, name)) {
        const joint = tail + piece.toString('latin1', 0, DATE_CELL[0].length)
        if (DATE_CELL.some((mark) => piece.includes(mark) || joint.includes(mark))) return true
        tail = piece.toString('latin1', Math.max(0, piece.length - DATE_CELL[0].length))
      }
    } catch {
      throw new UserError('dataset/workbook-damaged', { file: file.name })
    }
  }
  return false
}

async function* sayingDamage(file: FileContents, rows: AsyncIterable<readonly SheetValue[]>): AsyncGenerator<readonly SheetValue[]> {
  try {
    yield* rows
  } catch {
    throw new UserError('dataset/workbook-damaged', { file: file.name })
  }
}

/** Every kind of workbook, read as a whole. */
async function openAny(file: FileContents): Promise<Sheets> {
  if (isLocked(file)) throw new UserError('dataset/workbook-password', { file: file.name })
  const XLSX = await import('xlsx')
  XLSX.set_cptable(await import('xlsx/dist/cpexcel.full.mjs'))
  const book = readWith(XLSX, file)
  return { names: book.SheetNames, rows: (sheet) => rowsOf(book.Sheets[sheet]) }
}

type Library = typeof import('xlsx')

function readWith(XLSX: Library, file: FileContents) {
  const options = { dense: true, cellDates: true, UTC: true, cellFormula: false, cellHTML: false } as const
  try {
    if (!isMarkup(file)) return XLSX.read(file.bytes, { ...options, type: 'array' })
    // Cells of HTML stay the text that they are: 007 is no number.
    return XLSX.read(decodeText(file.bytes, detectEncoding(file.bytes)), { ...options, type: 'string', raw: true })
  } catch (error) {
    const reason = String(error instanceof Error ? error.message : error)
    throw new UserError(/password|encrypt/i.test(reason) ? 'dataset/workbook-password' : 'dataset/workbook-damaged', { file: file.name })
  }
}

function* rowsOf(sheet: import('xlsx').WorkSheet | undefined): Generator<readonly SheetValue[]> {
  for (const row of sheet?.['!data'] ?? []) if (row) yield Array.from(row, valueOf)
}

function valueOf(cell: import('xlsx').CellObject | undefined): SheetValue {
  if (!cell || cell.t === 'z') return null
  if (cell.t === 'e') return cell.w ?? null
  return cell.t === 'd' ? new Date(cell.v as Date) : (cell.v ?? null)
}

/** ODS names its encrypted parts; Numbers and newer ODS wrap everything. */
function isLocked(file: FileContents): boolean {
  if (!isZip(file)) return false
  const names = listZip(file.bytes)
  if (has(names, '.iwpv2') || has(names, '.iwph') || has(names, 'encrypted-package')) return true
  return has(names, 'META-INF/manifest.xml') && new TextDecoder().decode(readZipEntry(file.bytes, 'META-INF/manifest.xml', file.name)).includes('encryption-data')
}
