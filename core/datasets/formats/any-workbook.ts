import { MAX_COLUMNS, UserError } from '../../contract/index.ts'
import { decodeText, detectEncoding } from './encoding.ts'
import type { Sheets, SheetValue } from './sheet-rows.ts'
import type { FileContents } from './table-format.ts'
import { inBoundedTime, refuseRepetition } from './workbook-bounds.ts'
import { isMarkup } from './workbook-markup.ts'
import { GIB, isZip, MAX_SHARED_BYTES, readThrough } from './workbook-parts.ts'
import { has, listZip, readZipEntry, sizeInZip } from './zip.ts'

/** Opens every kind of workbook by reading all of it. Throws UserError for one that is damaged or locked. */
export async function openAny(file: FileContents): Promise<Sheets> {
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
