/** What a number means by its format: a date may have a time, an elapsed time may be of many hours. */
export type NumberKind = 'number' | 'date' | 'time' | 'elapsed'

export interface NumberFormat {
  readonly kind: NumberKind
  /** Fractions of a second are shown. */
  readonly hasFraction: boolean
}

interface Section extends NumberFormat {
  readonly condition?: (value: number) => boolean
}

export const plainNumber: NumberFormat = { kind: 'number', hasFraction: false }

/** Texts in quotes, escaped and blind characters, brackets, words, runs of letters that mean a part of a date. */
const TOKEN =
  /"[^"]*"?|[\\!_*].|\[[^\]]*\]|general|standard|G\/(?:標準|通用格式|표준)|am\/pm|a\/p|[上下]午\/[上下]午|午前\/午後|오전\/오후|e[+-]|\.0+|y+|m+|d+|h+|s+|g+|e+|a{3,4}|b+|r+|[0#?;@]/giu

/** Sections of a format code (ECMA-376, 18.8.31), for positive and negative numbers and zero or by conditions. */
const sectionsOf = remembering((code: string): readonly Section[] => {
  const sections: string[][] = [[]]
  for (const [token] of code.matchAll(TOKEN))
    if (token === ';') sections.push([])
    else sections.at(-1)?.push(token.toLowerCase())
  const [first = [], ...others] = sections
  // A section with @ is for texts.
  return [first, ...others.filter((tokens) => !tokens.includes('@'))].map((tokens) =>
    sectionOf(tokens.filter((token) => token !== '@')),
  )
})

const literal = /^(?:["\\!_*]|general$|standard$|g\/)/

function sectionOf(tokens: readonly string[]): Section {
  const compared = tokens.flatMap((token) => /^\[([<>=]{1,2})(-?[\d.]+)\]$/.exec(token) ?? [])
  const condition = compared.length > 0 && { condition: comparison(compared[1] ?? '', Number(compared[2])) }
  const parts = tokens.filter((token) => !literal.test(token) && (!token.startsWith('[') || isElapsed(token)))
  const letters = parts.map((part) => (part.includes('/') ? '/' : isElapsed(part) ? '[' : (part[0] as string)))
  const fraction = letters.findIndex((letter, index) => letter === '.' && /[s[]/.test(letters[index - 1] ?? ''))
  const isNumber =
    letters.some((letter, index) => /[0#?.]/.test(letter) && index !== fraction) ||
    parts.some((part) => /^e[+-]$/.test(part))
  return { kind: isNumber ? 'number' : kindOf(letters), hasFraction: fraction >= 0, ...condition }
}

const isElapsed = (token: string): boolean => /^\[(?:h+|m+|s+)\]$/.test(token)

function kindOf(letters: readonly string[]): NumberKind {
  if (letters.includes('[')) return 'elapsed'
  const named = letters.filter((letter) => letter !== '/')
  const isMinutes = (index: number) => named[index - 1] === 'h' || named[index + 1] === 's'
  if (named.some((letter, index) => (letter === 'm' ? !isMinutes(index) : /[ydgeabr]/.test(letter)))) return 'date'
  return letters.length > 0 ? 'time' : 'number'
}

const comparison = (sign: string, limit: number) => (value: number) =>
  (sign.includes('=') && value === limit) ||
  (sign.includes('<') && value < limit) ||
  (sign.includes('>') && value > limit)

function sectionFor(value: number, code: string): NumberFormat {
  const sections = sectionsOf(code)
  if (sections.some(({ condition }) => condition))
    return (
      sections.find(({ condition }) => condition?.(value)) ??
      sections.find(({ condition }) => !condition) ??
      plainNumber
    )
  const index = value > 0 || sections.length === 1 ? 0 : value < 0 ? 1 : sections.length > 2 ? 2 : 0
  return sections[index] ?? plainNumber
}

/**
 * Formats that have a number and no code in the file. Those from 27 differ by language: these are the Japanese ones.
 * 34, 35, 55 and 56 are times in Chinese; a fraction of a day has no date anyway.
 */
const builtIn = new Map<number, string>([
  ...[14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 34, 35, 36].map((id) => [id, 'yyyy'] as const),
  ...[50, 51, 52, 53, 54, 55, 56, 57, 58, 71, 72, 73, 74, 77, 81].map((id) => [id, 'yyyy'] as const),
  ...[18, 19, 20, 21, 32, 33, 45, 75, 76, 78].map((id) => [id, 'h'] as const),
  ...[46, 79].map((id) => [id, '[h]'] as const),
  ...[47, 80].map((id) => [id, 's.0'] as const),
])

/** The code of a format that a file names by its number only. */
export const builtInFormat = (id: number): string => builtIn.get(id) ?? 'General'

/**
 * What a cell's number says: all its digits; as a date or a time where its format (in Excel's codes) makes it one.
 * Dates are ISO's, with a time where it is not midnight; times and elapsed times are `12:30:00`.
 */
export function numberText(value: number, code: string, is1904: boolean): string {
  const { kind, hasFraction } = sectionFor(value, code)
  if (kind === 'number') return String(value)
  const unit = hasFraction ? 1 : MS_PER_SECOND
  const ms = Math.round((value * MS_PER_DAY) / unit) * unit
  if (kind === 'elapsed') return clockText(ms)
  const day = Math.floor(ms / MS_PER_DAY)
  const date = ms < 0 ? null : dateText(day, is1904)
  if (date === null) return String(value)
  const time = clockText(ms - day * MS_PER_DAY)
  // The days of a time are no date: they would lie in the calendar's first year.
  if (kind === 'time' ? day < DAYS_OF_NO_DATE : day === 0 && !is1904) return time
  return ms === day * MS_PER_DAY ? date : `${date} ${time}`
}

const MS_PER_SECOND = 1000
const MS_PER_DAY = 86_400_000
const DAYS_OF_NO_DATE = 366
/** Excel's first calendar has a 29 February 1900, which was not. */
const NO_LEAP_DAY = 60
const MAX_YEAR = 9999

function dateText(day: number, is1904: boolean): string | null {
  if (!is1904 && day === NO_LEAP_DAY) return '1900-02-29'
  const first = is1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, day < NO_LEAP_DAY ? 31 : 30)
  const date = new Date(first + day * MS_PER_DAY)
  return date.getUTCFullYear() <= MAX_YEAR ? date.toISOString().slice(0, 10) : null
}

/** Milliseconds as hours, minutes and seconds. */
export function clockText(ms: number): string {
  const total = Math.abs(Math.round(ms))
  const seconds = Math.floor(total / MS_PER_SECOND)
  const two = (part: number) => String(part).padStart(2, '0')
  const fraction = total % MS_PER_SECOND
  return (
    (ms < 0 ? '-' : '') +
    `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}` +
    (fraction === 0 ? '' : `.${String(fraction).padStart(3, '0').replace(/0+$/, '')}`)
  )
}

const ISO = /^(?:(\d{4})-(\d\d)-(\d\d))?T?(?:(\d\d):(\d\d)(?::(\d\d(?:[.,]\d*)?))?)?(?:Z|[+-]\d\d:?\d\d)?$/

/**
 * What a moment in ISO's form says, rounded to seconds unless its format shows fractions of them; where the format is a
 * time, without the date that stands for none. The text itself where it is no moment.
 */
export function momentText(iso: string, code = 'yyyy'): string {
  const [whole, year, month, day, hours = '0', minutes = '0', seconds = '0'] = ISO.exec(iso.trim()) ?? []
  if (!whole) return iso
  const { kind, hasFraction } = sectionFor(1, code)
  const unit = hasFraction ? 1 : MS_PER_SECOND
  const exact = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds.replace(',', '.'))) * MS_PER_SECOND
  const ms = Math.round(exact / unit) * unit
  if (year === undefined) return clockText(ms)
  const date = Date.parse(`${year}-${month}-${day}T00:00:00Z`)
  if (Number.isNaN(date)) return iso
  if (kind === 'elapsed') return clockText(date - Math.min(date, FIRST_DAY) + ms)
  const isNoDate = (date <= FIRST_DAY && date > FIRST_DAY - 2 * MS_PER_DAY) || date === Date.UTC(1904, 0, 1)
  if (isNoDate && (kind === 'time' || (ms > 0 && date <= FIRST_DAY))) return clockText(ms)
  const [text = '', time = ''] = new Date(date + ms).toISOString().replace('Z', '').split('T')
  return time.startsWith('00:00:00') ? text : `${text} ${clockText(ms % MS_PER_DAY)}`
}

/** A day before the first of Excel's calendar: times without a date lie there. */
const FIRST_DAY = Date.UTC(1899, 11, 31)

function remembering<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>()
  return (key) => {
    const known = made.get(key)
    if (known !== undefined) return known
    const value = make(key)
    if (made.size < MAX_REMEMBERED) made.set(key, value)
    return value
  }
}

const MAX_REMEMBERED = 4096
