import { textReader, type TextEncoding } from './text-reader.ts'

/** Decodes a whole text; a byte order mark is dropped, characters that cannot be read become U+FFFD. */
export const decodeAll = (bytes: Uint8Array, encoding: TextEncoding): string => textReader(encoding)(bytes, true)

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0

/** How likely a character is in Japanese text; half-width katakana are what EUC-JP looks like in Shift_JIS. */
const KANA = 1
const KANJI = 0.6
const HALF_WIDTH = 0.15
/** Names in lists of banks and cards are nothing but half-width katakana. */
const ALL_HALF_WIDTH = 0.65
/** EUC-JP says of each half-width katakana that it is one: a word of them is hardly made by chance. */
const HALF_WIDTH_WORD = /[\uff66-\uff9f]{3,}/g
const SHORT_HALF_WIDTH = 0.3
/** Taken off where a part of the characters cannot be read. */
const DAMAGE = 3

const NOT_ASCII = /[\u0000-\u007f]/g

const points = (text: string): number =>
  KANA * count(text, /[\u3001-\u3003\u300c-\u300f\u3041-\u3096\u30a1-\u30fe\uff01-\uff5e]/g) +
  KANJI * count(text, /[\u4e00-\u9fff]/g)

/**
 * How plausible the Japanese of a sample is in an encoding, at most 1: a wrong one gives rare characters, half-width
 * katakana and characters that cannot be read. ASCII does not count.
 */
export function plausibility(sample: Uint8Array, encoding: TextEncoding): number {
  const text = decodeAll(sample, encoding).replaceAll(NOT_ASCII, '')
  if (text === '') return 0
  const damage = (DAMAGE * count(text, /\ufffd/g)) / text.length
  return (points(text) + halfWidthPoints(text, encoding)) / text.length - damage
}

function halfWidthPoints(text: string, encoding: TextEncoding): number {
  const all = count(text, /[\uff61-\uff9f]/g)
  if (encoding !== 'euc-jp') return (/^[\uff66-\uff9f]+$/.test(text) ? ALL_HALF_WIDTH : HALF_WIDTH) * all
  const inWords = (text.match(HALF_WIDTH_WORD) ?? []).join('').length
  return ALL_HALF_WIDTH * inWords + SHORT_HALF_WIDTH * (all - inWords)
}

/** How much of a sample is characters of a Japanese table, ASCII too; zeros speak against it. */
function ordinaryShare(sample: Uint8Array, encoding: TextEncoding): number {
  const text = decodeAll(sample, encoding)
  const plain = count(text, /[\t\r\n\u0020-\u007e\u3000]/g) - count(text, /\u0000/g)
  return (plain + points(text) + HALF_WIDTH * count(text, /[\uff61-\uff9f]/g)) / Math.max(1, text.length)
}

/** Share of characters that a Japanese table in UTF-16 consists of; the other byte order gives far fewer. */
const MIN_WIDE_SHARE = 0.9
const WIDE_CHARACTERS = /[\t\r\n\u0020-\u007e\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]/g

/**
 * UTF-16 or UTF-32 without a byte order mark: line ends and commas hold zero bytes there. A few zeros in other text do
 * not make it one: it would be as plausible without them.
 */
export function wideEncoding(sample: Uint8Array, isNarrow: boolean): TextEncoding | null {
  if (!sample.includes(0) || isNarrow) return null
  const shareOf = (encoding: TextEncoding): number => {
    const unit = encoding.startsWith('utf-32') ? 4 : 2
    const text = decodeAll(sample.subarray(0, sample.length - (sample.length % unit)), encoding)
    return count(text, WIDE_CHARACTERS) / Math.max(1, text.length)
  }
  const best = mostOf(['utf-32le', 'utf-32be', 'utf-16le', 'utf-16be'], shareOf)
  if (shareOf(best) < MIN_WIDE_SHARE) return null
  const narrow = Math.max(...(['utf-8', 'shift_jis', 'euc-jp'] as const).map((one) => ordinaryShare(sample, one)))
  return ordinaryShare(sample, best) > narrow ? best : null
}

/** The candidate with the most; of equal ones the first. */
export const mostOf = <T>(candidates: readonly T[], amountOf: (candidate: T) => number): T =>
  candidates.reduce((best, candidate) => (amountOf(candidate) > amountOf(best) ? candidate : best))
