import { endingOf } from '../../contract/index.ts'
import type { FileContents } from './table-format.ts'
import { encodingOfXml } from './xml-parser.ts'

export type Markup = 'html' | 'excel-2003' | 'open-document'

/** Which kind of tables a text file holds; many systems call their downloads in HTML or Excel 2003's XML .xls. */
export function markupOf(file: FileContents): Markup | null {
  if (!['xls', 'xlsx', 'xml', 'fods', 'ods', 'htm', 'html'].includes(endingOf(file.name))) return null
  const beginning = file.beginning.subarray(0, 4096)
  const start = new TextDecoder(encodingOfXml(beginning)).decode(beginning).trimStart()
  if (/^<(!doctype html|html|head|body|table|meta|style|div)\b/i.test(start)) return 'html'
  if (!/^(<\?xml|<!--|<(\w+:)?(workbook|document)\b)/i.test(start)) return null
  if (start.includes('urn:schemas-microsoft-com:office:spreadsheet')) return 'excel-2003'
  if (start.includes('office:document')) return 'open-document'
  return /<html/i.test(start) ? 'html' : null
}
