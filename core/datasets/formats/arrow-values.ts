import type { DataType } from '@uwdata/flechette'
import { blobText } from './blob-text.ts'

// https://github.com/apache/arrow/blob/main/format/Schema.fbs: types and units by their numbers there.
const FLOAT = 3
const BINARY = 4
const DECIMAL = 7
const DATE = 8
const TIME = 9
const TIMESTAMP = 10
const INTERVAL = 11
const LISTS: readonly number[] = [12, 16, 21, 25, 26]
const STRUCT = 13
const FIXED_BINARY = 15
const MAP = 17
const DURATION = 18
const LARGE_BINARY = 19
const RUN_END_ENCODED = 22
const BINARY_VIEW = 23
const DICTIONARY = -1

/** Digits of a second's part in each unit of time. */
const UNIT_DIGITS = [0, 3, 6, 9] as const
const SINGLE = 1

/**
 * A value's text as DuckDB has it of the same value in Parquet; null where it is missing. Moments that no calendar of
 * JavaScript holds stay the number that they are.
 */
export function arrowText(type: DataType, value: unknown): string | null {
  const plain = plainOf(type, value)
  if (plain === null || plain === undefined) return null
  return typeof plain === 'object' ? JSON.stringify(plain) : String(plain as string | number | boolean)
}

/** What JSON can say of a value; numbers that are too long for it become texts. */
function plainOf(type: DataType, value: unknown): unknown {
  if (value === null || value === undefined) return null
  const { typeId, unit = 0, children = [] } = type as Described
  if (typeId === DICTIONARY) return plainOf((type as Described).dictionary as DataType, value)
  if (typeId === RUN_END_ENCODED) return plainOf(children[1]?.type as DataType, value)
  if (typeId === FLOAT) return floatOf(value as number, (type as Described).precision === SINGLE)
  if ([BINARY, LARGE_BINARY, FIXED_BINARY, BINARY_VIEW].includes(typeId)) return blobText(value as Uint8Array)
  if (typeId === DECIMAL) return decimalText(BigInt(value as bigint | number), (type as Described).scale ?? 0)
  if (typeId === DATE) return dateText(value as number)
  if (typeId === TIME) return timeText(BigInt(value as bigint | number), UNIT_DIGITS[unit] ?? 0)
  if (typeId === DURATION) return elapsedText(BigInt(value as bigint | number), UNIT_DIGITS[unit] ?? 0)
  if (typeId === TIMESTAMP) return timestampText(value as bigint, UNIT_DIGITS[unit] ?? 0, (type as Described).timezone)
  if (typeId === INTERVAL) return intervalText(value as ArrayLike<number | bigint>, unit)
  if (LISTS.includes(typeId)) {
    const [item] = children
    return [...(value as Iterable<unknown>)].map((one) => plainOf(item?.type as DataType, one))
  }
  if (typeId === STRUCT)
    return Object.fromEntries(
      children.map(({ name, type }) => [name, plainOf(type, (value as Record<string, unknown>)[name])]),
    )
  if (typeId === MAP) {
    const [key, item] = (children[0]?.type as Described).children ?? []
    return Object.fromEntries(
      [...(value as Iterable<readonly [unknown, unknown]>)].map(([name, one]) => [
        arrowText(key?.type as DataType, name) ?? '',
        plainOf(item?.type as DataType, one),
      ]),
    )
  }
  return anyOf(value)
}

/** Whether a type's values are lists or objects. */
export const isStructured = (type: DataType): boolean => [...LISTS, STRUCT, MAP].includes((type as Described).typeId)

/** The parts of the types that are looked at. */
interface Described {
  readonly typeId: number
  readonly unit?: number
  readonly precision?: number
  readonly scale?: number
  readonly timezone?: string | null
  readonly dictionary?: DataType
  readonly children?: readonly { readonly name: string; readonly type: DataType }[]
}

/** Numbers, texts, and what a union holds. */
function anyOf(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Uint8Array) return blobText(value)
  if (value !== null && typeof value === 'object' && Symbol.iterator in value)
    return [...(value as Iterable<unknown>)].map(anyOf)
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, anyOf(one)]))
  return value
}

const MAX_SINGLE_DIGITS = 9

/** A number of 32 bits by the fewest digits that tell it. */
function floatOf(value: number, isSingle: boolean): number | string {
  if (!Number.isFinite(value)) return String(value)
  if (!isSingle) return value
  for (let digits = 6; digits < MAX_SINGLE_DIGITS; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

function decimalText(value: bigint, scale: number): string {
  if (scale <= 0) return String(value * 10n ** BigInt(-scale))
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

const DAY_SECONDS = 86_400n
/** What a Date holds. */
const MAX_SECONDS = 8_640_000_000_000n

const dateText = (milliseconds: number): string => {
  const date = new Date(milliseconds)
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString().replace(/T.*$/, '')
}

/** Seconds and their part, rounded down. */
function secondsOf(value: bigint, digits: number): { readonly seconds: bigint; readonly part: string } {
  const unit = 10n ** BigInt(digits)
  const rest = ((value % unit) + unit) % unit
  const part = digits === 0 ? '' : String(rest).padStart(digits, '0').replace(/0+$/, '')
  return { seconds: (value - rest) / unit, part: part === '' ? '' : `.${part}` }
}

const two = (value: bigint): string => String(value).padStart(2, '0')
const clock = (seconds: bigint): string => `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`

function timeText(value: bigint, digits: number): string {
  const { seconds, part } = secondsOf(value, digits)
  return seconds < 0n || seconds > DAY_SECONDS ? String(value) : clock(seconds) + part
}

/** Hours, minutes and seconds, also more than a day of them. */
function elapsedText(value: bigint, digits: number): string {
  const { seconds, part } = secondsOf(value < 0n ? -value : value, digits)
  return `${value < 0n ? '-' : ''}${clock(seconds)}${part}`
}

function timestampText(value: bigint, digits: number, timezone: string | null = null): string {
  const { seconds, part } = secondsOf(value, digits)
  const offset = timezone === null || timezone === '' ? 0n : offsetSeconds(timezone, seconds)
  const local = seconds + offset
  if (local > MAX_SECONDS || local < -MAX_SECONDS) return String(value)
  const text = new Date(Number(local) * 1000).toISOString().replace('T', ' ').replace('.000Z', '') + part
  return timezone === null || timezone === '' ? text : text + offsetText(offset)
}

function offsetText(offset: bigint): string {
  const size = offset < 0n ? -offset : offset
  return `${offset < 0n ? '-' : '+'}${clock(size).replace(/:00$/, '').replace(/:00$/, '')}`
}

const formats = new Map<string, Intl.DateTimeFormat | null>()

/** How far a time zone is from UTC at a moment; 0 where nobody knows the zone. */
function offsetSeconds(timezone: string, seconds: bigint): bigint {
  const fixed = /^([+-])(\d{2}):?(\d{2})$/.exec(timezone)
  if (fixed) return (fixed[1] === '-' ? -1n : 1n) * (BigInt(fixed[2] ?? 0) * 3600n + BigInt(fixed[3] ?? 0) * 60n)
  if (seconds > MAX_SECONDS || seconds < -MAX_SECONDS) return 0n
  if (!formats.has(timezone)) formats.set(timezone, formatOf(timezone))
  const name = formats.get(timezone)?.formatToParts(new Date(Number(seconds) * 1000))
  const shown = /^GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(
    name?.find(({ type }) => type === 'timeZoneName')?.value ?? '',
  )
  if (!shown) return 0n
  const [, sign, hours = 0, minutes = 0, rest = 0] = shown
  return (sign === '-' ? -1n : 1n) * (BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(rest))
}

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
  } catch {
    return null
  }
}

const DAY_TIME = 1
const MONTH_DAY_NANO = 2

/** Intervals in months, days and nanoseconds. */
export const isExactInterval = (type: DataType): boolean =>
  (type as Described).typeId === INTERVAL && (type as Described).unit === MONTH_DAY_NANO

/** As SQL has it: `1 year 2 months 3 days 04:05:06`. */
function intervalText(value: ArrayLike<number | bigint> | number, unit: number): string {
  const list = typeof value === 'number' ? [value] : Array.from(value)
  const months = unit === DAY_TIME ? 0 : Number(list[0] ?? 0)
  const days = unit === DAY_TIME ? Number(list[0] ?? 0) : unit === MONTH_DAY_NANO ? Number(list[1] ?? 0) : 0
  const [amount, digits] = unit === DAY_TIME ? [list[1] ?? 0, 3] : [list[2] ?? 0, 9]
  const counted = (count: number, word: string) =>
    count === 0 ? [] : [`${count} ${word}${Math.abs(count) === 1 ? '' : 's'}`]
  const parts = [
    ...counted(Math.trunc(months / 12), 'year'),
    ...counted(months % 12, 'month'),
    ...counted(days, 'day'),
    ...(BigInt(amount) === 0n ? [] : [elapsedText(BigInt(amount), digits)]),
  ]
  return parts.length === 0 ? clock(0n) : parts.join(' ')
}
