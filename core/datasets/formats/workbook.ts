import { UserError } from '../../contract/index.ts'
import { openBinary, openHtml } from './any-workbook.ts'
import { chooseSheet } from './choose-sheet.ts'
import { openExcel2003 } from './excel-2003.ts'
import { openOpenDocument } from './open-document.ts'
import { inPortions } from './portions.ts'
import { tableRows, type Workbook } from './sheet-rows.ts'
import { defineFormat, withHeader, type FileContents } from './table-format.ts'
import { markupOf } from './workbook-markup.ts'
import { isZip, WorkbookParts } from './workbook-parts.ts'
import { writeNumbers, writeXlsx } from './workbook-writings.ts'
import { MAX_SHEET_BYTES, openXlsx } from './xlsx-rows.ts'
import { listZip, readZipEntry } from './zip.ts'

const OLE = [0xd0, 0xcf, 0x11, 0xe0]

/** Excel 97's file of streams, or the bare records of Excel 2 to 5: the first begins a sheet or a workbook. */
const isBinary = ({ beginning }: FileContents): boolean =>
  OLE.every((byte, index) => beginning[index] === byte) ||
  (beginning[0] === 0x09 &&
    [0x00, 0x02, 0x04, 0x08].includes(beginning[1] ?? -1) &&
    [0x04, 0x06, 0x08, 0x10].includes(beginning[2] ?? -1) &&
    beginning[3] === 0)

/** True for the contents of Excel's, LibreOffice's and Numbers' files, which are ZIP files themselves. */
const isWorkbookZip = async (file: FileContents): Promise<boolean> =>
  listZip(await file.whole()).some(
    (name) =>
      /^\/?xl[/\\]|(^|[/\\])workbook[^/\\]*\.(xml|bin)$|^content\.xml$|(^|\/)Index\.zip$|\.iwa$|^index\.xml(\.gz)?$|\.iwp(v2|h)$/i.test(
        name,
      ) || name === 'encrypted-package',
  )

/**
 * XLSX, OpenDocument and Excel 2003's XML by readers of our own, row by row; XLSB, XLS, Numbers and HTML by SheetJS as a
 * whole. The library is loaded when the first such file comes.
 */
export const workbook = defineFormat({
  id: 'workbook',
  endings: ['xlsx', 'xlsm', 'xlsb', 'xls', 'ods', 'fods', 'numbers'],
  options: ['sheet', 'hasHeader', 'skipRows'],
  writes: [
    { id: 'xlsx', endings: ['xlsx'], write: writeXlsx },
    { id: 'numbers', endings: ['numbers'], write: writeNumbers },
  ],
  isZipFile: true,
  detect: async (file) => (isZip(file) ? isWorkbookZip(file) : isBinary(file) || markupOf(file) !== null),
  async read(file, given) {
    const hasHeader = given.hasHeader ?? true
    const skipRows = given.skipRows ?? 0
    const book = await openWorkbook(file, skipRows)
    const { sheet, ...choice } = await chooseSheet(book, given.sheet, skipRows)
    if (sheet === undefined) throw new UserError('dataset/file-empty', { file: file.name })
    return {
      options: { sheet, hasHeader, skipRows },
      sheets: book.sheets.map(({ name }) => name),
      ...choice,
      portions: () => withHeader(inPortions(tableRows(() => book.rows(sheet), skipRows, file)), hasHeader),
      ...(book.share && { share: book.share }),
    }
  },
})

/** Throws UserError for a workbook that is damaged or locked. */
async function openWorkbook(file: FileContents, skipRows: number): Promise<Workbook> {
  const markup = markupOf(file)
  if (markup === 'excel-2003') return openExcel2003(file, skipRows)
  if (markup === 'open-document') return openOpenDocument(() => file.pieces(), file, skipRows)
  if (markup === 'html') return openHtml(file)
  const bytes = await file.whole()
  if (!isZip(file)) return openBinary(bytes, file)
  const parts = new WorkbookParts(bytes, file)
  if (await isLocked(bytes, file)) throw new UserError('dataset/workbook-password', { file: file.name })
  const xlsx = await openXlsx(bytes, file)
  if (xlsx) return xlsx
  return parts.has('content.xml')
    ? openOpenDocument(() => parts.pieces('content.xml', MAX_SHEET_BYTES), file, skipRows)
    : openBinary(bytes, file)
}

/** ODS names its encrypted parts; Numbers and newer ODS wrap everything. */
async function isLocked(bytes: Uint8Array, file: FileContents): Promise<boolean> {
  const names = listZip(bytes)
  if (names.some((name) => /(^|\/)\.iwp(v2|h)$/.test(name) || name === 'encrypted-package')) return true
  const manifest = 'META-INF/manifest.xml'
  return (
    names.includes(manifest) &&
    new TextDecoder().decode(await readZipEntry(bytes, manifest, file.name)).includes('encryption-data')
  )
}
