import { endingOf } from '../../contract/index.ts'
import type { FileContents } from './table-format.ts'

/** Tables in HTML and Excel 2003's XML are often called .xls: many systems write their downloads so. */
export const isMarkup = (file: FileContents): boolean => {
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
