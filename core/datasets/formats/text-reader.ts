import { iso2022JpReader } from './iso-2022-jp.ts'

/** Encodings of text files in Japan, by their WHATWG labels where they have one. */
export type TextEncoding =
  'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be' | 'shift_jis' | 'euc-jp' | 'iso-2022-jp'

/**
 * Decodes a text piece by piece; characters may be cut anywhere. What cannot be read becomes U+FFFD; a byte order mark
 * is dropped.
 */
export type TextReader = (piece: Uint8Array, isLast: boolean) => string

export function textReader(encoding: TextEncoding): TextReader {
  if (encoding === 'iso-2022-jp') return iso2022JpReader()
  if (encoding === 'utf-32le' || encoding === 'utf-32be') return utf32Reader(encoding === 'utf-32le')
  const decoder = new TextDecoder(encoding)
  if (encoding !== 'shift_jis') return (piece, isLast) => decoder.decode(piece, { stream: !isLast })
  return (piece, isLast) => decoder.decode(piece, { stream: !isLast }).replaceAll(EXCHANGED, ownControl)
}

/** ICU reads these control characters of Shift_JIS as IBM's PCs had them, each as another one. */
const EXCHANGED = /[\u001a\u001c\u007f]/g
const controls: Readonly<Record<string, string>> = { '\u001c': '\u001a', '\u007f': '\u001c', '\u001a': '\u007f' }
const ownControl = (control: string): string => controls[control] ?? control

const UNIT_BYTES = 4
const REPLACEMENT = 0xfffd
const BYTE_ORDER_MARK = 0xfeff
/** So many characters are made into a text at once. */
const CHARACTERS_AT_ONCE = 4096

function utf32Reader(isLittleEndian: boolean): TextReader {
  let rest: Uint8Array = new Uint8Array(0)
  let isFirst = true
  return (piece, isLast) => {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const whole = bytes.length - (bytes.length % UNIT_BYTES)
    const characters: number[] = []
    for (let at = 0; at < whole; at += UNIT_BYTES) {
      const code = view.getUint32(at, isLittleEndian)
      if (!isFirst || code !== BYTE_ORDER_MARK) characters.push(isScalar(code) ? code : REPLACEMENT)
      isFirst = false
    }
    rest = Uint8Array.from(bytes.subarray(whole))
    if (isLast && rest.length > 0) characters.push(REPLACEMENT)
    let text = ''
    for (let at = 0; at < characters.length; at += CHARACTERS_AT_ONCE)
      text += String.fromCodePoint(...characters.slice(at, at + CHARACTERS_AT_ONCE))
    return text
  }
}

const isScalar = (code: number): boolean => code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
