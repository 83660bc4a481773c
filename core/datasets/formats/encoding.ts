import { isAscii, isUtf8 } from 'node:buffer'
import { contentsOf } from './contents.ts'
import type { FileContents } from './table-format.ts'

/** Encodings of text files in Japan, by their WHATWG labels. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'shift_jis' | 'euc-jp' | 'iso-2022-jp'

/**
 * Contents that are looked at from their beginning, and as a whole piece by piece: Japanese may begin after megabytes
 * of ASCII.
 */
export type TextSource = Pick<FileContents, 'beginning' | 'pieces'>

/** How plausible a text is, is judged by so much of it. */
const SAMPLE_BYTES = 1 << 20

/** Which encoding a file is in, and how sure that is, 0 … 1. */
export interface JudgedEncoding {
  readonly encoding: TextEncoding
  readonly confidence: number
}

/** Judges a file's encoding (or how well the wanted one fits) in one pass where it is UTF-8, which most files are. */
export async function judgeEncoding(source: TextSource, wanted?: TextEncoding): Promise<JudgedEncoding> {
  const marked = byteOrderMark(source.beginning)
  if (marked) return { encoding: wanted ?? marked, confidence: (wanted ?? marked) === marked ? 1 : 0 }
  const survey = await surveyOf(source)
  const encoding = wanted ?? (await foundEncoding(source, survey))
  return { encoding, confidence: await confidenceOf(source, encoding, survey) }
}

/** The encoding of contents in memory. */
export const detectEncoding = async (bytes: Uint8Array<ArrayBuffer>): Promise<TextEncoding> =>
  (await judgeEncoding(contentsOf('', bytes))).encoding

/** Which encoding the beginning of a file looks like. */
export function encodingOfBeginning(beginning: Uint8Array): TextEncoding {
  const marked = byteOrderMark(beginning) ?? wideEncoding(beginning)
  if (marked) return marked
  if (isUtf8(beginning.subarray(0, wholeCharacters(beginning)))) return 'utf-8'
  return moreLikely(beginning)
}

const moreLikely = (sample: Uint8Array): TextEncoding =>
  plausibility(sample, 'euc-jp') > plausibility(sample, 'shift_jis') ? 'euc-jp' : 'shift_jis'

/** The only encoding that the file fits, else the one that gives the most plausible Japanese. */
async function foundEncoding(source: TextSource, survey: Survey): Promise<TextEncoding> {
  if (survey.hasJisEscape && (await fits(source.pieces(), 'iso-2022-jp'))) return 'iso-2022-jp'
  const wide = wideEncoding(source.beginning)
  if (wide) return wide
  if (survey.isUtf8) return 'utf-8'
  const candidates: TextEncoding[] = []
  for (const encoding of ['shift_jis', 'euc-jp'] as const)
    if (await fits(source.pieces(), encoding)) candidates.push(encoding)
  if (candidates.length === 0) return leastDamaged(survey.sample)
  return candidates.length === 1 ? (candidates[0] as TextEncoding) : moreLikely(survey.sample)
}

/** What is said of an encoding that was found without a byte order mark by its zero bytes. */
const WIDE_CONFIDENCE = 0.9

/**
 * Certain where no other encoding fits, 0 where the bytes are not of it; else by how much more plausible its text is
 * than the next one's.
 */
async function confidenceOf(source: TextSource, encoding: TextEncoding, survey: Survey): Promise<number> {
  if (encoding === 'utf-8') return survey.isUtf8 ? 1 : 0
  if (!(await fits(source.pieces(), encoding))) return 0
  if (encoding === 'utf-16le' || encoding === 'utf-16be')
    return wideEncoding(source.beginning) === encoding ? WIDE_CONFIDENCE : 0
  if (encoding === 'iso-2022-jp') return 1
  const other = encoding === 'shift_jis' ? 'euc-jp' : 'shift_jis'
  if (!(await fits(source.pieces(), other))) return 1
  return Math.max(0, Math.min(1, 0.5 + plausibility(survey.sample, encoding) - plausibility(survey.sample, other)))
}

interface Survey {
  readonly isUtf8: boolean
  readonly hasJisEscape: boolean
  /** From where the file stops to be ASCII. */
  readonly sample: Uint8Array
}

async function surveyOf(source: TextSource): Promise<Survey> {
  let isValid = true
  let hasEscape = false
  let tail = new Uint8Array(0)
  const sample: Uint8Array[] = []
  let sampled = 0
  for await (const piece of source.pieces()) {
    const joint = tail.length === 0 ? piece : Buffer.concat([tail, piece])
    const whole = wholeCharacters(joint)
    isValid &&= isUtf8(joint.subarray(0, whole))
    hasEscape ||= hasJisEscape(joint)
    tail = Uint8Array.from(joint.subarray(whole))
    if (sampled >= SAMPLE_BYTES || (sampled === 0 && isAscii(piece))) continue
    const foreign = sampled > 0 ? piece : piece.subarray(piece.findIndex((byte) => byte >= 0x80))
    sample.push(foreign)
    sampled += foreign.length
  }
  return {
    isUtf8: isValid && isCutOff(tail),
    hasJisEscape: hasEscape,
    sample: Buffer.concat(sample).subarray(0, SAMPLE_BYTES),
  }
}

/** True for bytes that can begin a character of UTF-8: the file's end cut it off. */
const isCutOff = (tail: Uint8Array): boolean => isValid(tail, 'utf-8')

/**
 * How many bytes of a piece of UTF-8 are whole characters: a character has up to four bytes, the first of which tells
 * how many; a shift to Japanese stays whole too.
 */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number
    if (byte === ESCAPE) return bytes.length - back
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? bytes.length - back : bytes.length
  }
  return bytes.length
}

/** Decodes a whole file; a byte order mark is dropped, characters that cannot be read become U+FFFD. */
export const decodeText = (bytes: Uint8Array, encoding: TextEncoding): string => new TextDecoder(encoding).decode(bytes)

/** Decodes a file piece by piece; characters are never cut, else as decodeText. */
export async function* decodePieces(pieces: AsyncIterable<Uint8Array>, encoding: TextEncoding): AsyncGenerator<string> {
  if (encoding === 'utf-8') return yield* decodeUtf8(pieces)
  const decoder = new TextDecoder(encoding)
  for await (const piece of pieces) yield decoder.decode(piece, { stream: true })
  yield decoder.decode()
}

/** Whole characters at a time: Node decodes those several times as fast as a stream. */
async function* decodeUtf8(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder = new TextDecoder('utf-8')
  let tail: Uint8Array = new Uint8Array(0)
  for await (const piece of pieces) {
    const joint = tail.length === 0 ? piece : Buffer.concat([tail, piece])
    const whole = wholeCharacters(joint)
    tail = joint.subarray(whole)
    if (whole > 0) yield decoder.decode(joint.subarray(0, whole))
    if (whole > 0) decoder = laterPieces
  }
  yield decoder.decode(tail)
}

/** A byte order mark counts at the beginning only. */
const laterPieces = new TextDecoder('utf-8', { ignoreBOM: true })

function byteOrderMark([a, b, c]: Uint8Array): TextEncoding | null {
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  return a === 0xfe && b === 0xff ? 'utf-16be' : null
}

/** True where every byte sequence of the file is valid; one cut off by its end does not count. */
async function fits(pieces: AsyncIterable<Uint8Array>, encoding: TextEncoding): Promise<boolean> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  try {
    for await (const piece of pieces) decoder.decode(piece, { stream: true })
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

const ESCAPE = 0x1b

/** ESC $ @, ESC $ B, ESC ( I or ESC ( J: what turns ISO-2022-JP to Japanese. */
function hasJisEscape(bytes: Uint8Array): boolean {
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
    const text = decodeText(sample.subarray(0, sample.length - (sample.length % 2)), encoding)
    if (text.includes('\ufffd') && !isValid(sample, encoding)) return 0
    return (text.match(/[\t\r\n\u0020-\u007e\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]/g)?.length ?? 0) / text.length
  }
  const [little, big] = [shareOf('utf-16le'), shareOf('utf-16be')]
  if (Math.max(little, big) < MIN_WIDE_SHARE) return null
  return little >= big ? 'utf-16le' : 'utf-16be'
}

function isValid(sample: Uint8Array, encoding: TextEncoding): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(sample, { stream: true })
    return true
  } catch {
    return false
  }
}

/** Of a file with broken bytes in every encoding: the one that it breaks least. */
function leastDamaged(sample: Uint8Array): TextEncoding {
  const damage = (encoding: TextEncoding) => decodeText(sample, encoding).match(/\ufffd/g)?.length ?? 0
  return (['utf-8', 'shift_jis', 'euc-jp'] as const).reduce((best, candidate) =>
    damage(candidate) < damage(best) ? candidate : best,
  )
}

/** How likely a character is in Japanese text; half-width katakana are what EUC-JP looks like in Shift_JIS. */
const KANA = 1
const KANJI = 0.6
const HALF_WIDTH = 0.15
/** Names in lists of banks and cards are nothing but half-width katakana. */
const ALL_HALF_WIDTH = 0.65

/**
 * How plausible the Japanese of a decoded sample is, 0 … 1: a wrong decoding gives rare characters and half-width
 * katakana. ASCII does not count.
 */
function plausibility(sample: Uint8Array, encoding: TextEncoding): number {
  const text = new TextDecoder(encoding).decode(sample).replaceAll(/[\u0000-\u007f]/g, '')
  if (text === '') return 0
  if (/^[\uff66-\uff9f]+$/.test(text)) return ALL_HALF_WIDTH
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0
  const points =
    KANA * count(/[\u3001-\u3003\u300c-\u300f\u3041-\u3096\u30a1-\u30fe\uff01-\uff5e]/g) +
    KANJI * count(/[\u4e00-\u9fff]/g) +
    HALF_WIDTH * count(/[\uff61-\uff9f]/g)
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
