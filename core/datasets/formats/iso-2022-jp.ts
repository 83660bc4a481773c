import type { TextReader } from './text-reader.ts'

const ESCAPE = 0x1b
const SHIFT_OUT = 0x0e
const SHIFT_IN = 0x0f
const LINE_FEED = 0x0a
const RETURN = 0x0d
const MAX_ESCAPE_BYTES = 4
/** A character that could not be read. */
const REPLACEMENT = '\ufffd'

/** What the bytes 0x21…0x7E mean: one character each, or two of them one character. */
type CharacterSet =
  { readonly width: 1; readonly characterOf: (byte: number) => string } | { readonly width: 2; readonly read: Pairs }
type Pairs = (pairs: Uint8Array) => string

const ascii: CharacterSet = { width: 1, characterOf: (byte) => String.fromCharCode(byte) }
/** JIS X 0201: a yen sign and an overline in the place of backslash and tilde. */
const roman: CharacterSet = {
  width: 1,
  characterOf: (byte) => (byte === 0x5c ? '¥' : byte === 0x7e ? '‾' : String.fromCharCode(byte)),
}
const katakanaOf = (byte: number): string =>
  byte >= 0x21 && byte <= 0x5f ? String.fromCharCode(0xff40 + byte) : REPLACEMENT
const katakana: CharacterSet = { width: 1, characterOf: katakanaOf }

/** The same characters stand in an 8-bit encoding, with their highest bits set. */
const pairsOf = (label: string): Pairs => {
  const decoder = new TextDecoder(label)
  return (pairs) => decoder.decode(pairs.map((byte) => byte | 0x80))
}
const kanji: CharacterSet = { width: 2, read: pairsOf('euc-jp') }
const chinese: CharacterSet = { width: 2, read: pairsOf('gbk') }
const eucJp = new TextDecoder('euc-jp')
/** JIS X 0212: EUC-JP has its characters behind 0x8F. */
const supplement: CharacterSet = {
  width: 2,
  read: (pairs) => eucJp.decode(Uint8Array.from({ length: (pairs.length / 2) * 3 }, (_, at) => withMark(pairs, at))),
}
const withMark = (pairs: Uint8Array, at: number): number =>
  at % 3 === 0 ? 0x8f : (pairs[Math.floor(at / 3) * 2 + (at % 3) - 1] as number) | 0x80

/**
 * Escape sequences of ISO-2022-JP, -1, -2 and -3 (RFC 1468, 1554, 2237), without ESC. Of JIS X 0213 those characters are
 * read that JIS X 0208 has too.
 */
const sets: ReadonlyMap<string, CharacterSet> = new Map<string, CharacterSet>([
  ['(B', ascii],
  ['(J', roman],
  ['(H', roman],
  ['(I', katakana],
  ['$@', kanji],
  ['$B', kanji],
  ['$(@', kanji],
  ['$(B', kanji],
  ['$(O', kanji],
  ['$(Q', kanji],
  ['$(D', supplement],
  ['$A', chinese],
  ['$(A', chinese],
  ['$(C', { width: 2, read: pairsOf('euc-kr') }],
])
/** Announces JIS X 0208 of 1990 before its own escape sequence. */
const ANNOUNCEMENT = '&@'

/**
 * Reads ISO-2022-JP: also escape sequences that follow each other at once, katakana between SO and SI or in 8 bits, and
 * JIS X 0212. What cannot be read becomes U+FFFD, and reading goes on behind it. As RFC 1468 has it, a line begins in
 * ASCII.
 */
export function iso2022JpReader(): TextReader {
  let set: CharacterSet = ascii
  let isShifted = false
  let rest: Uint8Array = new Uint8Array(0)

  /** The length of the escape sequence at a place, 0 where it is none; null where more of it has to be seen. */
  function escapeAt(bytes: Uint8Array, at: number, isLast: boolean): number | null {
    const text = String.fromCharCode(...bytes.subarray(at + 1, at + MAX_ESCAPE_BYTES))
    for (const length of [3, 2]) {
      const found = sets.get(text.slice(0, length))
      if (!found && text.slice(0, length) !== ANNOUNCEMENT) continue
      set = found ?? set
      isShifted = false
      return length + 1
    }
    return isLast || bytes.length - at >= MAX_ESCAPE_BYTES ? 0 : null
  }

  return (piece, isLast) => {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const texts: string[] = []
    let at = 0
    while (at < bytes.length) {
      const byte = bytes[at] as number
      if (byte === ESCAPE) {
        const length = escapeAt(bytes, at, isLast)
        if (length === null) break
        if (length === 0) texts.push('\u001b')
        at += Math.max(1, length)
      } else if (byte === SHIFT_OUT || byte === SHIFT_IN) {
        isShifted = byte === SHIFT_OUT
        at++
      } else if (byte === LINE_FEED || byte === RETURN) {
        set = ascii
        isShifted = false
        texts.push(String.fromCharCode(byte))
        at++
      } else if (set.width === 2 && !isShifted && isGraphic(byte)) {
        const end = endOfPairs(bytes, at)
        if (end > at) texts.push(set.read(bytes.subarray(at, end)))
        else if (at + 1 === bytes.length && !isLast) break
        else texts.push(REPLACEMENT)
        at = Math.max(end, at + 1)
      } else texts.push(oneOf(bytes[at++] as number, isShifted ? katakana : set))
    }
    rest = Uint8Array.from(bytes.subarray(at))
    return texts.join('')
  }
}

const isGraphic = (byte: number | undefined): boolean => byte !== undefined && byte > 0x20 && byte < 0x7f

function endOfPairs(bytes: Uint8Array, start: number): number {
  let end = start
  while (isGraphic(bytes[end]) && isGraphic(bytes[end + 1])) end += 2
  return end
}

/** Control characters and blanks are themselves in every set. */
function oneOf(byte: number, set: CharacterSet): string {
  if (byte >= 0x80) return katakanaOf(byte - 0x80)
  return isGraphic(byte) && set.width === 1 ? set.characterOf(byte) : String.fromCharCode(byte)
}
