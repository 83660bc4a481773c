// Python's `'%s' % value`, and how numbers are written for it and for `format`.
import type { Meter } from './meter.ts'
import { floatText, repr, toText } from './text.ts'
import { Dict, Float, numberOf, Tuple, typeName, type Value } from './values.ts'

const PLACE = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?([^])/g
const MAX_WIDTH = 100_000

/** Fills a text's places with the value, the items of a tuple, or those of a dict. */
export function formatPercent(format: string, value: Value, meter: Meter): string {
  const positional = value instanceof Tuple ? [...value.items] : [value]
  let isNamed = false
  const take = (): Value => {
    const next = positional.shift()
    if (next === undefined) throw new TypeError('not enough arguments for format string')
    return next
  }
  const result = format.replace(
    PLACE,
    (_, key: string | undefined, flags: string, width = '', precision, kind: string) => {
      if (kind === '%') return '%'
      if (key !== undefined && !(value instanceof Dict)) throw new TypeError('format requires a mapping')
      isNamed ||= key !== undefined
      const size = width === '*' ? Number(numberOf(take())) : Number(width)
      const digits = precision === undefined ? null : Number(precision)
      if (size > MAX_WIDTH || (digits ?? 0) > MAX_WIDTH) throw new RangeError(`more than ${MAX_WIDTH} characters`)
      const item = key === undefined ? take() : (value as Dict).get(key)
      if (item === undefined) throw new Error(key)
      return padded(written(item, { kind, flags, digits }, meter), flags, size)
    },
  )
  if (!isNamed && positional.length > 0 && !(value instanceof Dict && positional.length === 1))
    throw new TypeError('not all arguments converted during string formatting')
  meter.characters(result.length)
  return result
}

interface Place {
  readonly kind: string
  readonly flags: string
  readonly digits: number | null
}

function written(item: Value, { kind, flags, digits }: Place, meter: Meter): string {
  if (kind === 's' || kind === 'r' || kind === 'a') {
    const text = kind === 's' ? toText(item, meter) : repr(item, meter)
    return digits === null ? text : [...text].slice(0, digits).join('')
  }
  const number = numberOf(item)
  if (number === null) throw new TypeError(`%${kind} format: a real number is required, not ${typeName(item)}`)
  return signed(numberText(number, { kind, digits, isAlternate: flags.includes('#') }), flags)
}

const signed = (text: string, flags: string): string =>
  text.startsWith('-') ? text : flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text

function padded(text: string, flags: string, width: number): string {
  const missing = width - [...text].length
  if (missing <= 0) return text
  if (flags.includes('-')) return text + ' '.repeat(missing)
  if (!flags.includes('0')) return ' '.repeat(missing) + text
  const [, sign = '', rest = ''] = /^([-+ ]?)([^]*)$/.exec(text) ?? []
  return sign + '0'.repeat(missing) + rest
}

/** A number as `%d`, `%x`, `%f`, `%e`, `%g` and the like write it. */
export function numberText(
  number: number,
  {
    kind,
    digits,
    isAlternate = false,
  }: { readonly kind: string; readonly digits: number | null; readonly isAlternate?: boolean },
): string {
  const radix = ({ x: 16, X: 16, o: 8, b: 2 } as Readonly<Record<string, number>>)[kind]
  if (radix)
    return upperFor(kind, `${number < 0 ? '-' : ''}${isAlternate ? `0${kind}` : ''}${Math.abs(number).toString(radix)}`)
  if ('diu'.includes(kind)) {
    const whole = String(Math.abs(Math.trunc(number)))
    return (number < 0 && whole !== '0' ? '-' : '') + whole.padStart(digits ?? 0, '0')
  }
  const precision = Math.min(digits ?? 6, 100)
  if ('fF'.includes(kind)) return number.toFixed(precision)
  if ('eE'.includes(kind)) return upperFor(kind, exponential(number, precision))
  if ('gG'.includes(kind)) return upperFor(kind, general(number, precision || 1))
  if (kind === 'c') return String.fromCodePoint(number)
  throw new Error(`unsupported format character '${kind}'`)
}

const upperFor = (kind: string, text: string): string => (kind === kind.toUpperCase() ? text.toUpperCase() : text)

const exponential = (number: number, precision: number): string =>
  number.toExponential(precision).replace(/e([-+])(\d)$/, 'e$10$2')

function general(number: number, precision: number): string {
  if (number === 0) return '0'
  const power = Number(number.toExponential(precision - 1).split('e')[1])
  const text =
    power < -4 || power >= precision ? exponential(number, precision - 1) : number.toFixed(precision - 1 - power)
  return text.includes('.') ? text.replace(/\.?0+(?=e|$)/, '') : text
}

/** A number without a format. */
export const plainNumber = (value: Value): string =>
  value instanceof Float ? floatText(value.value) : String(numberOf(value))
