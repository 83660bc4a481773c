import { isAscii, isUtf8 } from 'node:buffer'
import { contentsOf } from './contents.ts'
import { decodeAll, mostOf, plausibility, wideEncoding } from './plausibility.ts'
import type { FileContents } from './table-format.ts'
import { textReader, type TextEncoding } from './text-reader.ts'

export type { TextEncoding } from './text-reader.ts'

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
  if (marked && (wanted ?? marked) === marked)
    return { encoding: marked, confidence: (await fits(source.pieces(), marked)) ? 1 : 0 }
  if (wanted && marked) return { encoding: wanted, confidence: 0 }
  const survey = await surveyOf(source)
  const encoding = wanted ?? (await foundEncoding(source, survey))
  return { encoding, confidence: await confidenceOf(source, encoding, survey) }
}

/** The encoding of contents in memory. */
export const detectEncoding = async (bytes: Uint8Array<ArrayBuffer>): Promise<TextEncoding> =>
  (await judgeEncoding(contentsOf('', bytes))).encoding

/** Which encoding the beginning of a file looks like. */
export function encodingOfBeginning(beginning: Uint8Array): TextEncoding {
  const marked = byteOrderMark(beginning) ?? unmarkedWide(beginning)
  if (marked) return marked
  const sample = beginning.subarray(0, SAMPLE_BYTES)
  if (isUtf8(sample.subarray(0, wholeCharacters(sample)))) return hasJisShift(sample) ? 'iso-2022-jp' : 'utf-8'
  return mostOf(['shift_jis', 'euc-jp', 'utf-8'], (encoding) => plausibility(sample, encoding))
}

/** Text in UTF-8 with letters of its own is nothing else. */
function unmarkedWide(beginning: Uint8Array): TextEncoding | null {
  const sample = beginning.subarray(0, SAMPLE_BYTES)
  return wideEncoding(sample, isUtf8(sample.subarray(0, wholeCharacters(sample))) && !isAscii(sample))
}

/** Taken off the plausibility of an encoding that has no character for some of the bytes. */
const MISFIT = 0.1

/**
 * The encoding that gives the most plausible Japanese; damage does not rule one out. Text in 7 bits with shifts to
 * Japanese is ISO-2022-JP, and so is text in which a few other bytes are strewn.
 */
async function foundEncoding(source: TextSource, survey: Survey): Promise<TextEncoding> {
  const wide = unmarkedWide(source.beginning)
  if (wide) return wide
  if (survey.hasJisShift && (survey.isAscii || !survey.isUtf8) && isMostlyJis(survey.sample)) return 'iso-2022-jp'
  if (survey.isUtf8) return 'utf-8'
  const plausible = new Map<TextEncoding, number>()
  for (const encoding of ['shift_jis', 'euc-jp', 'utf-8'] as const)
    plausible.set(
      encoding,
      plausibility(survey.sample, encoding) -
        (encoding !== 'utf-8' && (await fits(source.pieces(), encoding)) ? 0 : MISFIT),
    )
  return mostOf([...plausible.keys()], (encoding) => plausible.get(encoding) ?? 0)
}

/** True where more characters are read in ISO-2022-JP than there are bytes that it does not have. */
function isMostlyJis(sample: Uint8Array): boolean {
  const read = decodeAll(sample, 'iso-2022-jp').match(/[\u00a1-\ufffc]/g)?.length ?? 0
  return read > sample.reduce((bytes, byte) => bytes + (byte >= 0x80 ? 1 : 0), 0)
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
  if (encoding.startsWith('utf-')) return unmarkedWide(source.beginning) === encoding ? WIDE_CONFIDENCE : 0
  if (encoding === 'iso-2022-jp') return 1
  const other = encoding === 'shift_jis' ? 'euc-jp' : 'shift_jis'
  if (!(await fits(source.pieces(), other))) return 1
  return Math.max(0, Math.min(1, 0.5 + plausibility(survey.sample, encoding) - plausibility(survey.sample, other)))
}

interface Survey {
  readonly isUtf8: boolean
  readonly isAscii: boolean
  readonly hasJisShift: boolean
  /** From where the file stops to be plain ASCII. */
  readonly sample: Uint8Array
}

const isForeign = (byte: number): boolean => byte >= 0x80 || byte === ESCAPE || byte === SHIFT_OUT

async function surveyOf(source: TextSource): Promise<Survey> {
  let isValid = true
  let isPlain = true
  let hasShift = false
  let tail = new Uint8Array(0)
  const sample: Uint8Array[] = []
  let sampled = 0
  for await (const piece of source.pieces()) {
    const joint = tail.length === 0 ? piece : Buffer.concat([tail, piece])
    const whole = wholeCharacters(joint)
    isValid &&= isUtf8(joint.subarray(0, whole))
    hasShift ||= hasJisShift(joint)
    isPlain &&= isAscii(piece)
    tail = Uint8Array.from(joint.subarray(whole))
    if (sampled >= SAMPLE_BYTES) continue
    const start = sampled > 0 ? 0 : piece.findIndex(isForeign)
    if (start < 0) continue
    sample.push(piece.subarray(start))
    sampled += piece.length - start
  }
  return {
    isUtf8: isValid && isCutOff(tail),
    isAscii: isPlain,
    hasJisShift: hasShift,
    sample: Buffer.concat(sample).subarray(0, SAMPLE_BYTES),
  }
}

/** True for bytes that can begin a character of UTF-8: the file's end cut it off. */
function isCutOff(tail: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(tail, { stream: true })
    return true
  } catch {
    return false
  }
}

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

/** Decodes a whole file as `decodePieces` does. */
export const decodeText = (bytes: Uint8Array, encoding: TextEncoding): string => {
  const text = decodeAll(bytes, encoding)
  return text.slice(0, endMarkOf(text))
}

/**
 * Decodes a file piece by piece: a byte order mark and the end mark of DOS are dropped, characters that cannot be read
 * become U+FFFD.
 */
export async function* decodePieces(pieces: AsyncIterable<Uint8Array>, encoding: TextEncoding): AsyncGenerator<string> {
  let held = ''
  for await (const piece of encoding === 'utf-8' ? decodeUtf8(pieces) : decodeAny(pieces, encoding)) {
    const text = held + piece
    const end = endMarkOf(text)
    if (end > 0) yield text.slice(0, end)
    held = text.slice(end)
    if (held.length <= MAX_END_MARK) continue
    yield held
    held = ''
  }
}

async function* decodeAny(pieces: AsyncIterable<Uint8Array>, encoding: TextEncoding): AsyncGenerator<string> {
  const read = textReader(encoding)
  for await (const piece of pieces) yield read(piece, false)
  yield read(new Uint8Array(0), true)
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

const END_MARK = '\u001a'
/** DOS and CP/M fill a block with end marks; more of them are contents. */
const MAX_END_MARK = 1 << 12

/** Where the end marks at a text's end begin, with what fills a block behind them; its length where there are none. */
function endMarkOf(text: string): number {
  let end = text.length
  for (let at = text.length - 1; at >= 0 && '\u001a\u0000\r\n'.includes(text[at] as string); at--)
    if (text[at] === END_MARK) end = at
  return end
}

function byteOrderMark([a, b, c, d]: Uint8Array): TextEncoding | null {
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'utf-32le' : 'utf-16le'
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'utf-32be'
  return a === 0xfe && b === 0xff ? 'utf-16be' : null
}

/** True where every byte sequence of the file is valid; one cut off by its end does not count. */
async function fits(pieces: AsyncIterable<Uint8Array>, encoding: TextEncoding): Promise<boolean> {
  const read = textReader(encoding)
  for await (const piece of pieces) if (read(piece, false).includes('\ufffd')) return false
  return true
}

const ESCAPE = 0x1b
const SHIFT_OUT = 0x0e
/** ESC $ … , ESC ( I or ESC ( J, or SO and SI around katakana: what turns ISO-2022-JP to Japanese. */
const JIS_SHIFT = /\u001b(?:\$[@AB]|\$\([@ABCDOQ]|\([IJ])|\u000e[\u0021-\u005f]+\u000f/

function hasJisShift(bytes: Uint8Array): boolean {
  if (!bytes.includes(ESCAPE) && !bytes.includes(SHIFT_OUT)) return false
  return JIS_SHIFT.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'))
}
