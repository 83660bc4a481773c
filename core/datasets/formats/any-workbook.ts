import { endingOf, UserError } from '../../contract/index.ts'
import type { Cells } from './cells.ts'
import { codePages } from './code-pages.ts'
import { decodeText, detectEncoding } from './encoding.ts'
import { numberText } from './number-formats.ts'
import type { SheetRow, Workbook } from './sheet-rows.ts'
import type { FileContents } from './table-format.ts'
import { inBoundedTime } from './workbook-bounds.ts'
import { isZip, toDamage, WorkbookParts } from './workbook-parts.ts'
import { nameFormats } from './xls-formats.ts'
import { checkColumn } from './xlsx-rows.ts'
import { listZip, readZipEntry } from './zip.ts'

type Library = typeof import('xlsx')
type LibraryCell = import('xlsx').CellObject | undefined

/** XLS, XLSB and Numbers, as a whole. Throws UserError for one that is damaged, locked or no workbook. */
export async function openBinary(bytes: Uint8Array, file: FileContents): Promise<Workbook> {
  if (!isZip(file)) return openWith(bytes, file)
  try {
    await new WorkbookParts(bytes, file).readThrough()
  } catch (error) {
    throw toDamage(error, file)
  }
  return openWith(await unwrapped(bytes, file), file)
}

/** Tables in HTML, as a whole. Cells stay the text that they are: 007 is no number. */
export async function openHtml(file: FileContents): Promise<Workbook> {
  const bytes = await file.whole()
  const text = decodeText(bytes, await detectEncoding(bytes))
  // The reading of characters (ruby) is no part of them.
  return openWith(
    text.replaceAll(/<(rtc|rt|rp)\b[^>]*>[^]*?(?=<\/?(?:rtc?|rp|ruby|t[dr])\b|$)(?:<\/\1\s*>)?/gi, ''),
    file,
  )
}

async function openWith(contents: Uint8Array | string, file: FileContents): Promise<Workbook> {
  const XLSX = await import('xlsx')
  XLSX.set_cptable(await codePages())
  const book = readWith(XLSX, contents, file)
  const isNumbers = typeof contents !== 'string' && listZip(contents).some((name) => /\.iwa$|^Index\.zip$/.test(name))
  const is1904 = book.Workbook?.WBProps?.date1904 === true
  return {
    sheets: book.SheetNames.map((name, index) => ({
      name,
      isHidden: (book.Workbook?.Sheets?.[index]?.Hidden ?? 0) > 0,
    })),
    rows: (sheet) => rowsOf(book.Sheets[sheet], file, { is1904, isNumbers }),
  }
}

function readWith(XLSX: Library, contents: Uint8Array | string, file: FileContents) {
  const options = { dense: true, cellNF: true, cellFormula: false, cellHTML: false } as const
  try {
    const read = () =>
      typeof contents === 'string'
        ? XLSX.read(contents, { ...options, type: 'string', raw: true })
        : XLSX.read(isZip(file) ? contents : withFormats(XLSX, contents), { ...options, type: 'array' })
    return quietly(() => inBoundedTime(read, file))
  } catch (error) {
    if (error instanceof UserError) throw error
    const reason = String(error instanceof Error ? error.message : error)
    if (/password|encrypt/i.test(reason)) throw new UserError('dataset/workbook-password', { file: file.name })
    const other = /^(Pages|Keynote) \w+ are not supported|^Unsupported (NUMBERS 0\d)|^(Cannot find Workbook)/.exec(
      reason,
    )
    if (other)
      throw new UserError('dataset/not-a-table', {
        file: file.name,
        found: other[1] ?? other[2] ?? endingOf(file.name),
      })
    throw new UserError('dataset/workbook-damaged', { file: file.name })
  }
}

/** The first byte of a file of streams: bare records know no such formats. */
const OLE_START = 0xd0

/** An XLS file whose formats the library knows all; other files as they are. */
function withFormats({ CFB }: Library, bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== OLE_START) return bytes
  const container = CFB.read(bytes, { type: 'array' })
  const stream = CFB.find(container, '/Workbook') ?? CFB.find(container, '/Book')
  if (!stream || typeof stream.content === 'string') return bytes
  const contents = Uint8Array.from(stream.content)
  if (!nameFormats(contents)) return bytes
  stream.content = contents as never
  return CFB.write(container, { type: 'array' }) as Uint8Array
}

/** The library writes words of its own to the terminal. */
function quietly<T>(work: () => T): T {
  const { log, warn, error } = console
  console.log = console.warn = console.error = () => undefined
  try {
    return work()
  } finally {
    Object.assign(console, { log, warn, error })
  }
}

interface Calendar {
  readonly is1904: boolean
  readonly isNumbers: boolean
}

/** Rows that are there: a sheet may say that its only row is the thousand millionth. */
function* rowsOf(
  sheet: import('xlsx').WorkSheet | undefined,
  { name }: FileContents,
  calendar: Calendar,
): Generator<SheetRow> {
  const data = sheet?.['!data'] ?? []
  for (const index of Object.keys(data)) {
    const row = data[Number(index)]
    if (!row) continue
    checkColumn(row.length - 1, name)
    yield { number: Number(index) + 1, cells: Array.from(row, (cell) => textOf(cell, calendar)) satisfies Cells }
  }
}

function textOf(cell: LibraryCell, { is1904, isNumbers }: Calendar): string | null {
  if (!cell || cell.t === 'z' || cell.v === undefined) return null
  if (cell.t === 'e') return cell.w ?? null
  if (typeof cell.v === 'boolean') return cell.v ? 'TRUE' : 'FALSE'
  return typeof cell.v === 'number' ? numberText(cell.v, formatOf(cell, isNumbers), is1904) : String(cell.v)
}

/** Of formats that have a number only, the library may tell no code: what it shows is a date or a time. */
function formatOf({ z, w = '' }: import('xlsx').CellObject, isNumbers: boolean): string {
  // Of Numbers' cells only durations have a text.
  if (isNumbers && w !== '') return '[h]:mm:ss.0'
  if (z !== undefined) return String(z)
  return /\d\/\d/.test(w) ? 'yyyy/m/d' : /\d:\d/.test(w) ? 'h:mm' : 'General'
}

/** A Numbers document that is a folder inside the ZIP, as the ZIP that Numbers writes; other files as they are. */
async function unwrapped(bytes: Uint8Array, file: FileContents): Promise<Uint8Array> {
  const names = listZip(bytes)
  const isPart = /^(.*\/)?(Index\/.*\.iwa|Index\.zip)$/
  const parts = names.filter((name) => isPart.test(name) && !name.startsWith('__MACOSX/'))
  const folders = names.some((name) => name.endsWith('/'))
  const folder = isPart.exec(parts[0] ?? '')?.[1] ?? ''
  if (parts.length === 0 || (folder === '' && !folders)) return bytes
  const { CFB } = await import('xlsx')
  const package_ = CFB.utils.cfb_new()
  for (const name of parts)
    if (name.startsWith(folder))
      CFB.utils.cfb_add(package_, `/${name.slice(folder.length)}`, await readZipEntry(bytes, name, file.name))
  return CFB.write(package_, { type: 'array', fileType: 'zip' }) as Uint8Array
}
