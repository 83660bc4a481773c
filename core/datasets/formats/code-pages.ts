/** What SheetJS asks of a table of code pages. */
interface CodePages {
  readonly utils: { decode(page: number, data: string | ArrayLike<number>): string }
}

const JAPANESE = 932
/** Macintosh's Japanese is Windows' but for these single bytes. */
const MAC_JAPANESE = 10001
const macCharacters: ReadonlyMap<number, string> = new Map([
  [0x80, '\\'],
  [0xa0, '\u00a0'],
  [0xfd, '©'],
  [0xfe, '™'],
  [0xff, '…'],
])

/**
 * The code pages of old workbooks. The library's own table lacks Macintosh's Japanese and throws for a byte that a page
 * does not have: it becomes U+FFFD here.
 */
export async function codePages(): Promise<object> {
  const pages = (await import('xlsx/dist/cpexcel.full.mjs')) as unknown as CodePages
  return {
    ...pages,
    utils: { ...pages.utils, decode: (page: number, data: string | ArrayLike<number>) => decode(pages, page, data) },
  }
}

function decode(pages: CodePages, page: number, data: string | ArrayLike<number>): string {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : Uint8Array.from(data)
  if (page === JAPANESE) return shiftJis(bytes)
  if (page === MAC_JAPANESE) return macJapanese(bytes)
  try {
    return pages.utils.decode(page, bytes)
  } catch {
    return Array.from(bytes, (byte) => decodeByte(pages, page, byte)).join('')
  }
}

function decodeByte(pages: CodePages, page: number, byte: number): string {
  try {
    return pages.utils.decode(page, [byte])
  } catch {
    return '\ufffd'
  }
}

const shiftJis = (bytes: Uint8Array): string => new TextDecoder('shift_jis').decode(bytes)

function macJapanese(bytes: Uint8Array): string {
  let text = ''
  let from = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    const character = macCharacters.get(byte)
    if (character !== undefined) {
      text += shiftJis(bytes.subarray(from, at)) + character
      from = at + 1
    } else if ((byte > 0x80 && byte < 0xa0) || (byte >= 0xe0 && byte <= 0xfc)) at++
  }
  return text + shiftJis(bytes.subarray(from))
}
