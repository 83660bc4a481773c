import { builtInFormat } from './number-formats.ts'

const FORMAT = 0x041e
const XF = 0x00e0
const FILE_PASS = 0x002f
const END = 0x000a
/** Where the number of a format lies in both records, behind the header and, of a style, the font. */
const HEADER = 4
const FONT = 2

/** The numbers of formats whose code Excel does not write and SheetJS does not know, by language. */
const isByLanguage = (id: number): boolean => (id >= 27 && id <= 36) || (id >= 50 && id <= 58)

/** A number that SheetJS knows for a code of `builtInFormat`. */
const known: Readonly<Record<string, number>> = { yyyy: 14, h: 21 }

/**
 * Gives the styles of an XLS workbook (BIFF 5 and 8) formats that SheetJS knows, in place; true where any lacked one.
 */
export function nameFormats(stream: Uint8Array): boolean {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength)
  const written = new Set<number>()
  const styles: number[] = []
  for (let at = 0; at + HEADER + FONT + 2 <= stream.length;) {
    const type = view.getUint16(at, true)
    if (type === FILE_PASS || type === END) break
    if (type === FORMAT) written.add(view.getUint16(at + HEADER, true))
    if (type === XF) styles.push(at + HEADER + FONT)
    at += HEADER + view.getUint16(at + 2, true)
  }
  const unknown = styles.filter((at) => {
    const id = view.getUint16(at, true)
    return isByLanguage(id) && !written.has(id)
  })
  for (const at of unknown) view.setUint16(at, known[builtInFormat(view.getUint16(at, true))] ?? 0, true)
  return unknown.length > 0
}
