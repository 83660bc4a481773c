import { endingOf, MAX_COLUMNS, UserError } from '../../contract/index.ts'
import { inPortions } from './portions.ts'
import { isFilled, tableRows, type Sheets, type SheetValue } from './sheet-rows.ts'
import { withHeader, type FileContents, type TableFormat } from './table-format.ts'
import { decodeText, detectEncoding } from './encoding.ts'
import { inBoundedTime, refuseRepetition } from './workbook-bounds.ts'
import { has, listZip, readZipEntry, sizeInZip, streamZipEntry } from './zip.ts'

const OLE = [0xd0, 0xcf, 0x11, 0xe0]
const isZip = ({ beginning }: FileContents): boolean => beginning[0] === 0x50 && beginning[1] === 0x4b
const isOle = ({ beginning }: FileContents): boolean => OLE.every((byte, index) => beginning[index] === byte)

/** True for the contents of Excel's, LibreOffice's and Numbers' files, which are ZIP files themselves. */
const isWorkbookZip = async (file: FileContents): Promise<boolean> => {
  const names = listZip(await file.whole())
  return (
    has(names, '[Content_Types].xml') ||
    has(names, 'mimetype') ||
    names.some((name) => name.endsWith('.iwa')) ||
    has(names, 'Index.zip')
  )
}

/** Tables in HTML and Excel 2003's XML are often called .xls: many systems write their downloads so. */
const isMarkup = (file: FileContents): boolean => {
  if (!['xls', 'xlsx', 'xml', 'fods', 'htm', 'html'].includes(endingOf(file.name))) return false
  const start = new TextDecoder('latin1')
    .decode(file.beginning.subarray(0, 4096))
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart()
  return (
    /^<(!doctype html|html|table|meta)/i.test(start) ||
    (start.startsWith('<?xml') && /urn:schemas-microsoft-com:office:spreadsheet|office:document|<html/.test(start))
  )
}

/**
 * XLSX, XLSB, XLS, ODS and Numbers: XLSX row by row, the others as a whole. The libraries are loaded when the first
 * such file comes.
 */
export const workbook: TableFormat = {
  id: 'workbook',
  detect: async (file) => isOle(file) || (isZip(file) && (await isWorkbookZip(file))) || isMarkup(file),
  async open(file, given) {
    const { sheets, sheet, rowCount } =
      (await openXlsx(file, given.sheet)) ?? (await chosen(await openAny(file), given.sheet))
    if (sheet === undefined) throw new UserError('dataset/file-empty', { file: file.name })
    const hasHeader = given.hasHeader ?? true
    const skipRows = given.skipRows ?? 0
    let read = 0
    const portions = async function* () {
      read = 0
      for await (const portion of inPortions(tableRows(() => sheets.rows(sheet)))) {
        yield portion
        read += portion.length
      }
    }
    return {
      options: { sheet, hasHeader, skipRows },
      sheets: sheets.names,
      portions: () => withHeader(portions(), hasHeader, skipRows),
      ...(rowCount && { share: () => Math.min(1, read / rowCount) }),
    }
  },
}

interface Chosen {
  readonly sheets: Sheets
  /** Undefined where there is nothing in it. */
  readonly sheet: string | undefined
  /** About how many rows it has, where the file tells. */
  readonly rowCount?: number | undefined
}

/** The wanted sheet, else the first with contents. */
async function chosen(sheets: Sheets, wanted: string | undefined): Promise<Chosen> {
  for (const sheet of wanted !== undefined && sheets.names.includes(wanted) ? [wanted] : sheets.names)
    if (await isFilled(sheets.rows(sheet))) return { sheets, sheet }
  return { sheets, sheet: undefined }
}

/** XLSX by the library that reads it row by row; null for other files and for those that it cannot read. */
async function openXlsx(file: FileContents, wanted: string | undefined): Promise<Chosen | null> {
  if (!isZip(file)) return null
  const bytes = await file.whole()
  if (!has(listZip(bytes), 'xl/workbook.xml')) return null
  await refuseGreatParts(bytes, file)
  const { hasDateCells, rowCount } = await surveySheets(bytes, file)
  if (hasDateCells) return null
  const { readXlsx, streamXlsxRows } = await import('hucre/xlsx')
  const names: string[] = []
  const rowsIn = async function* (sheet: string) {
    for await (const { values } of streamXlsxRows(bytes, { sheet })) {
      file.throwIfCancelled()
      yield values
    }
  }
  try {
    // Of every sheet only the name is asked for.
    await readXlsx(bytes, {
      sheets: ({ name }) => {
        names.push(name)
        return false
      },
    })
    const { sheet } = await chosen({ names, rows: rowsIn }, wanted)
    return {
      sheet,
      rowCount: names.length === 1 ? rowCount : undefined,
      sheets: { names, rows: (name) => sayingDamage(file, rowsIn(name)) },
    }
  } catch {
    file.throwIfCancelled()
    return null
  }
}

/**
 * How Excel's strict format marks a cell that holds a date as a text; the reader by rows cannot tell it from other
 * texts.
 */
const DATE_CELL = [' t="d"', " t='d'"] as const

/** The range that a sheet says to fill, near its beginning. */
const DIMENSION = /<dimension ref="[A-Z]+\d+:[A-Z]+(\d+)"/

async function surveySheets(
  bytes: Uint8Array,
  file: FileContents,
): Promise<{ readonly hasDateCells: boolean; readonly rowCount?: number }> {
  let rowCount: number | undefined
  for (const name of listZip(bytes).filter(isSheet)) {
    let tail = ''
    try {
      for await (const piece of streamZipEntry(bytes, name)) {
        file.throwIfCancelled()
        if (tail === '') rowCount = Number(DIMENSION.exec(piece.toString('latin1'))?.[1]) || undefined
        const joint = tail + piece.toString('latin1', 0, DATE_CELL[0].length)
        if (DATE_CELL.some((mark) => piece.includes(mark) || joint.includes(mark))) return { hasDateCells: true }
        tail = piece.toString('latin1', Math.max(0, piece.length - DATE_CELL[0].length))
      }
    } catch (error) {
      throw toDamage(error, file)
    }
  }
  return { hasDateCells: false, ...(rowCount !== undefined && { rowCount }) }
}

async function* sayingDamage(
  file: FileContents,
  rows: AsyncIterable<readonly SheetValue[]>,
): AsyncGenerator<readonly SheetValue[]> {
  try {
    yield* rows
  } catch (error) {
    throw toDamage(error, file)
  }
}

/** What the libraries throw says that the file is damaged; a cancelled import is none. */
function toDamage(error: unknown, file: FileContents): Error {
  file.throwIfCancelled()
  return error instanceof UserError ? error : new UserError('dataset/workbook-damaged', { file: file.name })
}

/** Parts of a workbook that are kept in memory, and the largest sheet that a million rows fill. */
const MAX_SHARED_BYTES = 2 ** 29
const MAX_SHEET_BYTES = 2 ** 32 - 1
const GIB = 2 ** 30

/** A small file must not grow to fill the memory, nor tell a size that it does not keep. */
async function refuseGreatParts(bytes: Uint8Array, file: FileContents): Promise<void> {
  for (const name of listZip(bytes)) {
    if (!name.startsWith('xl/') || !name.endsWith('.xml')) continue
    const limit = isSheet(name) ? MAX_SHEET_BYTES : MAX_SHARED_BYTES
    if (sizeInZip(bytes, name) >= limit)
      throw new UserError('dataset/zip-too-large', {
        file: file.name,
        entry: name,
        limit: Math.round((limit / GIB) * 10) / 10,
      })
    // Sheets are read through anyway.
    if (!isSheet(name)) await readThrough(bytes, name, file)
  }
}

const isSheet = (name: string): boolean => name.startsWith('xl/worksheets/') && name.endsWith('.xml')

async function readThrough(bytes: Uint8Array, name: string, file: FileContents): Promise<void> {
  const pieces = streamZipEntry(bytes, name)
  try {
    while (!(await pieces.next()).done) file.throwIfCancelled()
  } catch (error) {
    throw toDamage(error, file)
  }
}

/** Every kind of workbook, read as a whole. */
async function openAny(file: FileContents): Promise<Sheets> {
  const bytes = await file.whole()
  if (await isLocked(bytes, file)) throw new UserError('dataset/workbook-password', { file: file.name })
  const XLSX = await import('xlsx')
  XLSX.set_cptable(await import('xlsx/dist/cpexcel.full.mjs'))
  const contents = isMarkup(file) ? decodeText(bytes, await detectEncoding(bytes)) : bytes
  const markup = typeof contents === 'string' ? [contents] : await openDocumentMarkup(bytes, file)
  const book = readWith(XLSX, file, { contents, markup })
  return { names: book.SheetNames, rows: (sheet) => rowsOf(book.Sheets[sheet], file) }
}

type Library = typeof import('xlsx')

function readWith(
  XLSX: Library,
  file: FileContents,
  { contents, markup }: { readonly contents: Uint8Array | string; readonly markup: readonly string[] },
) {
  const options = { dense: true, cellDates: true, UTC: true, cellFormula: false, cellHTML: false } as const
  try {
    return inBoundedTime(() => {
      for (const text of markup) refuseRepetition(text, file.name)
      if (typeof contents !== 'string') return XLSX.read(contents, { ...options, type: 'array' })
      // Cells of HTML stay the text that they are: 007 is no number.
      return XLSX.read(contents, { ...options, type: 'string', raw: true })
    }, file)
  } catch (error) {
    if (error instanceof UserError) throw error
    const reason = String(error instanceof Error ? error.message : error)
    throw new UserError(/password|encrypt/i.test(reason) ? 'dataset/workbook-password' : 'dataset/workbook-damaged', {
      file: file.name,
    })
  }
}

/** The parts of an ODS file that say how often a cell is repeated; none in other files. */
async function openDocumentMarkup(bytes: Uint8Array, file: FileContents): Promise<string[]> {
  if (!isZip(file)) return []
  const names = listZip(bytes)
  for (const name of names) {
    if (sizeInZip(bytes, name) >= MAX_SHARED_BYTES)
      throw new UserError('dataset/zip-too-large', { file: file.name, entry: name, limit: MAX_SHARED_BYTES / GIB })
    await readThrough(bytes, name, file)
  }
  const parts: string[] = []
  for (const name of names)
    if (/(^|\/)(content|styles)\.xml$/i.test(name) && !name.startsWith('xl/'))
      parts.push(new TextDecoder().decode(await readZipEntry(bytes, name, file.name)))
  return parts
}

/** Columns of the widest sheet that a program makes. */
const SHEET_COLUMNS = 16_384

/** Rows that are there: a sheet may say that its only row is the thousand millionth. */
function* rowsOf(
  sheet: import('xlsx').WorkSheet | undefined,
  { name }: FileContents,
): Generator<readonly SheetValue[]> {
  const data = sheet?.['!data'] ?? []
  for (const index of Object.keys(data)) {
    const row = data[Number(index)]
    if (row && row.length > SHEET_COLUMNS)
      throw new UserError('dataset/too-many-columns', { file: name, found: row.length, limit: MAX_COLUMNS })
    if (row) yield Array.from(row, valueOf)
  }
}

function valueOf(cell: import('xlsx').CellObject | undefined): SheetValue {
  if (!cell || cell.t === 'z') return null
  if (cell.t === 'e') return cell.w ?? null
  return cell.t === 'd' ? new Date(cell.v as Date) : (cell.v ?? null)
}

/** ODS names its encrypted parts; Numbers and newer ODS wrap everything. */
async function isLocked(bytes: Uint8Array, file: FileContents): Promise<boolean> {
  if (!isZip(file)) return false
  const names = listZip(bytes)
  if (has(names, '.iwpv2') || has(names, '.iwph') || has(names, 'encrypted-package')) return true
  return (
    has(names, 'META-INF/manifest.xml') &&
    new TextDecoder().decode(await readZipEntry(bytes, 'META-INF/manifest.xml', file.name)).includes('encryption-data')
  )
}
