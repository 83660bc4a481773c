import { UserError } from '../../contract/index.ts'
import { openAny } from './any-workbook.ts'
import { inPortions } from './portions.ts'
import { tableRows } from './sheet-rows.ts'
import { defineFormat, withHeader, type FileContents } from './table-format.ts'
import { isMarkup } from './workbook-markup.ts'
import { isZip } from './workbook-parts.ts'
import { writeNumbers, writeXlsx } from './workbook-writings.ts'
import { chosen, openXlsx } from './xlsx-rows.ts'
import { has, listZip } from './zip.ts'

const OLE = [0xd0, 0xcf, 0x11, 0xe0]
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

/**
 * XLSX, XLSB, XLS, ODS and Numbers: XLSX row by row, the others as a whole. The libraries are loaded when the first
 * such file comes.
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
  detect: async (file) => isOle(file) || (isZip(file) && (await isWorkbookZip(file))) || isMarkup(file),
  async read(file, given) {
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
})
