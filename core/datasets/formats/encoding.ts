import { isUtf8 } from 'node:buffer'

/** Encodings of text files in Japan, by their WHATWG labels. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'shift_jis' | 'euc-jp' | 'iso-2022-jp'

/** Encodings are checked against the whole file: Japanese may begin after megabytes of ASCII. How plausible a text is, is judged by so much of it. */
const SAMPLE_BYTES = 1 << 20
/** Decoded at once. */
const SLICE_BYTES = 1 << 20

/** Which encoding a file is in: by its byte order mark, else the only one that it fits, else the one that gives the most plausible Japanese. */
export function detectEncoding(bytes: Uint8Array): TextEncoding {
  const marked = byteOrderMark(bytes)
  if (marked) return marked
  if (hasJisEscape(bytes) && fits(bytes, 'iso-2022-jp')) return 'iso-2022-jp'
  const wide = wideEncoding(bytes)
  if (wide) return wide
  if (fits(bytes, 'utf-8')) return 'utf-8'
  const candidates = (['shift_jis', 'euc-jp'] as const).filter((encoding) => fits(bytes, encoding))
  if (candidates.length === 0) return leastDamaged(bytes)
  const sample = sampleOf(bytes)
  return candidates.reduce((best, candidate) => (plausibility(sample, candidate) > plausibility(sample, best) ? candidate : best))
}

/** What is said of an encoding that was found without a byte order mark by its zero bytes. */
const WIDE_CONFIDENCE = 0.9

/** How sure an encoding is, 0 … 1: certain with a byte order mark or where no other fits, 0 where the bytes are not of it; else by how much more plausible its text is than the next one's. */
export function encodingConfidence(bytes: Uint8Array, encoding: TextEncoding): number {
  const marked = byteOrderMark(bytes)
  if (marked) return marked === encoding ? 1 : 0
  if (!fits(bytes, encoding)) return 0
  if (encoding === 'utf-16le' || encoding === 'utf-16be') return wideEncoding(bytes) === encoding ? WIDE_CONFIDENCE : 0
  if (encoding === 'utf-8' || encoding === 'iso-2022-jp') return 1
  const other = encoding === 'shift_jis' ? 'euc-jp' : 'shift_jis'
  if (!fits(bytes, other)) return 1
  const sample = sampleOf(bytes)
  return Math.max(0, Math.min(1, 0.5 + plausibility(sample, encoding) - plausibility(sample, other)))
}

/** Decodes a whole file; a byte order mark is dropped, characters that cannot be read become U+FFFD. */
export const decodeText = (bytes: Uint8Array, encoding: TextEncoding): string => new TextDecoder(encoding).decode(bytes)

/** Decodes a file piece by piece; characters are never cut, else as decodeText. */
export function* decodePieces(bytes: Uint8Array, encoding: TextEncoding): Generator<string> {
  const decoder = new TextDecoder(encoding)
  for (let from = 0; from < bytes.length; from += SLICE_BYTES) yield decoder.decode(bytes.subarray(from, from + SLICE_BYTES), { stream: true })
  yield decoder.decode()
}

function byteOrderMark([a, b, c]: Uint8Array): TextEncoding | null {
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  return a === 0xfe && b === 0xff ? 'utf-16be' : null
}

/** True where every byte sequence of the file is valid; one cut off by its end does not count. */
function fits(bytes: Uint8Array, encoding: TextEncoding): boolean {
  if (encoding === 'utf-8' && isUtf8(bytes)) return true
  const decoder = new TextDecoder(encoding, { fatal: true })
  try {
    for (let from = 0; from < bytes.length; from += SLICE_BYTES) decoder.decode(bytes.subarray(from, from + SLICE_BYTES), { stream: true })
    return true
  } catch {
    return false
  }
}

/** ESC $ @, ESC $ B, ESC ( I or ESC ( J: what turns ISO-2022-JP to Japanese. */
function hasJisEscape(bytes: Uint8Array): boolean {
  const ESCAPE = 0x1b
  for (let at = bytes.indexOf(ESCAPE); at >= 0; at = bytes.indexOf(ESCAPE, at + 1)) {
    const shift = String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0)
    if (['$@', '$B', '(I', '(J'].includes(shift)) return true
  }
  return false
}

/** Share of characters that a Japanese table in UTF-16 consists of; the other byte order gives far fewer. */
const MIN_WIDE_SHARE = 0.9

/** UTF-16 without a byte order mark: its line ends and commas hold zero bytes, which no other text has. */
function wideEncoding(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const sample = bytes.subarray(0, SAMPLE_BYTES)
  if (!sample.includes(0)) return null
  const shareOf = (encoding: TextEncoding): number => {
    if (!fits(sample, encoding)) return 0
    const text = decodeText(sample.subarray(0, sample.length - (sample.length % 2)), encoding)
    return (text.match(/[\t\r\n\u0020-\u007e\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]/g)?.length ?? 0) / text.length
  }
  const [little, big] = [shareOf('utf-16le'), shareOf('utf-16be')]
  if (Math.max(little, big) < MIN_WIDE_SHARE) return null
  return little >= big ? 'utf-16le' : 'utf-16be'
}

/** Of a file with broken bytes in every encoding: the one that it breaks least. */
function leastDamaged(bytes: Uint8Array): TextEncoding {
  const sample = sampleOf(bytes)
  const damage = (encoding: TextEncoding) => decodeText(sample, encoding).match(/\ufffd/g)?.length ?? 0
  return (['utf-8', 'shift_jis', 'euc-jp'] as const).reduce((best, candidate) => (damage(candidate) < damage(best) ? candidate : best))
}

/** The part of a file where it stops to be ASCII. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  let from = 0
  while (from < bytes.length && (bytes[from] as number) < 0x80) from++
  return bytes.subarray(from, from + SAMPLE_BYTES)
}

/** How likely a character is in Japanese text; half-width katakana are what EUC-JP looks like in Shift_JIS. */
const KANA = 1
const KANJI = 0.6
const HALF_WIDTH = 0.15
/** Names in lists of banks and cards are nothing but half-width katakana. */
const ALL_HALF_WIDTH = 0.65

/** How plausible the Japanese of a decoded sample is, 0 … 1: a wrong decoding gives rare characters and half-width katakana. ASCII does not count. */
function plausibility(sample: Uint8Array, encoding: TextEncoding): number {
  const text = new TextDecoder(encoding).decode(sample).replaceAll(/[\u0000-\u007f]/g, '')
  if (text === '') return 0
  if (/^[\uff66-\uff9f]+$/.test(text)) return ALL_HALF_WIDTH
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0
  const points = KANA * count(/[\u3001-\u3003\u300c-\u300f\u3041-\u3096\u30a1-\u30fe\uff01-\uff5e]/g) + KANJI * count(/[\u4e00-\u9fff]/g) + HALF_WIDTH * count(/[\uff61-\uff9f]/g)
  return points / text.length
}

/** Signatures of files that are certainly no text. */
const binarySignatures: readonly { readonly bytes: readonly number[]; readonly name: string }[] = [
  { bytes: [0x50, 0x4b, 0x03, 0x04], name: 'ZIP / XLSX / Numbers' },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], name: 'XLS' },
  { bytes: [0x25, 0x50, 0x44, 0x46], name: 'PDF' },
  { bytes: [0x89, 0x50, 0x4e, 0x47], name: 'PNG' },
  { bytes: [0xff, 0xd8, 0xff], name: 'JPEG' },
  { bytes: [0x50, 0x41, 0x52, 0x31], name: 'Parquet' },
  { bytes: [0x7f, 0x45, 0x4c, 0x46], name: 'ELF' },
  { bytes: [0x1f, 0x8b], name: 'gzip' },
]

/** The name of the binary format that a file is in; null where it can be text. */
export function binaryFormat(bytes: Uint8Array): string | null {
  const found = binarySignatures.find((signature) => signature.bytes.every((byte, index) => bytes[index] === byte))
  if (found) return found.name
  const isWide = byteOrderMark(bytes)?.startsWith('utf-16') === true || wideEncoding(bytes) !== null
  return !isWide && bytes.subarray(0, SAMPLE_BYTES).includes(0) ? 'binary' : null
}
