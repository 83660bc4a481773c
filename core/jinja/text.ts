// Texts as Python counts and prints them.
import type { Meter } from './meter.ts'
import {
  Callable,
  Dict,
  Float,
  List,
  Markup,
  Namespace,
  Once,
  Range,
  refuseUnsafe,
  stringOf,
  Thing,
  Tuple,
  Undefined,
  View,
  type Value,
} from './values.ts'

/** Python's white space, for a class of a regular expression. */
export const SPACES = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

const isBmp = (text: string): boolean => !/[\ud800-\udfff]/.test(text)

/** The code points of a text, which Python counts and cuts by. */
export const pointsOf = (text: string): ArrayLike<string> & Iterable<string> => (isBmp(text) ? text : [...text])

export const lengthOf = (text: string): number => pointsOf(text).length

/** By code points, as Python orders texts; JavaScript orders by UTF-16 units. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    if (a[i] === b[i]) continue
    const [x, y] = [a, b].map((text) => placeOf(text.charCodeAt(i))) as [number, number]
    return x - y
  }
  return a.length - b.length
}

/** Surrogates stand behind the rest of the first plane. */
const placeOf = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit)

/** Python's `str(value)`. Undefined is nothing. */
export function toText(value: Value, meter: Meter): string {
  const text = stringOf(value)
  if (text !== null) return text
  if (value instanceof Undefined) return refuseUnsafe(value, '')
  return repr(value, meter)
}

/** Python's `repr(value)`. */
export function repr(value: Value, meter: Meter): string {
  meter.step()
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return quoted(value)
  if (value instanceof Float) return floatText(value.value)
  if (value instanceof Markup) return `Markup(${quoted(value.text)})`
  const all = (items: Iterable<Value>): string =>
    joined(
      Array.from(items, (item) => nested(item, meter)),
      meter,
    )
  if (value instanceof List) return `[${all(value.items)}]`
  if (value instanceof Tuple) return `(${all(value.items)}${value.items.length === 1 ? ',' : ''})`
  if (value instanceof View) return `${value.name}([${all(value.items)}])`
  if (value instanceof Range) {
    const { start, stop, step } = value
    return `range(${start}, ${stop}${step === 1 ? '' : `, ${step}`})`
  }
  if (value instanceof Dict) return `{${pairsText(value, meter)}}`
  if (value instanceof Undefined) return 'Undefined'
  if (value instanceof Namespace) return `<Namespace {${pairsText(Dict.of(value.attributes), meter)}}>`
  if (value instanceof Thing) return `<${value.label}>`
  if (value instanceof Callable) return `<function ${value.name}>`
  return value instanceof Once ? '<generator object>' : ''
}

const nested = (value: Value, meter: Meter): string => meter.deeper(() => repr(value, meter))

const pairsText = (dict: Dict, meter: Meter): string =>
  joined(
    Array.from(dict.entries(), ([key, item]) => `${nested(key, meter)}: ${nested(item, meter)}`),
    meter,
  )

function joined(parts: readonly string[], meter: Meter): string {
  meter.characters(parts.reduce((sum, part) => sum + part.length + 2, 0))
  return parts.join(', ')
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** What Python does not print as it is: controls, formats, separators but the blank, what is not assigned. */
const UNPRINTABLE = /[\\\p{C}\p{Zl}\p{Zp}\p{Zs}]/gu

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text.replace(UNPRINTABLE, (character) => {
    if (character === ' ') return character
    const code = character.codePointAt(0)!
    const hex = code.toString(16)
    return (
      SHORT_ESCAPES[character] ??
      (code < 0x100
        ? `\\x${hex.padStart(2, '0')}`
        : code < 0x10000
          ? `\\u${hex.padStart(4, '0')}`
          : `\\U${hex.padStart(8, '0')}`)
    )
  })
  return quote + escaped.replaceAll(quote, `\\${quote}`) + quote
}

/** Python's shortest spelling of a float. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const [, sign = '', digits = '', exponent = ''] = /^(-?)([\d.]+)e(.*)$/.exec(value.toExponential()) ?? []
  const power = Number(exponent)
  if (value !== 0 && (power < -4 || power >= 16))
    return `${sign}${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  const plain = power < 0 ? `0.${'0'.repeat(-power - 1)}${digits.replace('.', '')}` : fixed(digits, power)
  return sign + plain
}

function fixed(digits: string, power: number): string {
  const all = digits.replace('.', '').padEnd(power + 1, '0')
  return `${all.slice(0, power + 1)}.${all.slice(power + 1) || '0'}`
}

/** Python's `strip`, `lstrip` and `rstrip`: white space, or any of the given characters. */
export function strip(text: string, side: 'left' | 'right' | 'both', characters: string | null): string {
  const points = [...text]
  const goes = characters === null ? isSpace : (character: string) => characters.includes(character)
  let [start, end] = [0, points.length]
  if (side !== 'right') while (start < end && goes(points[start]!)) start++
  if (side !== 'left') while (end > start && goes(points[end - 1]!)) end--
  return points.slice(start, end).join('')
}

const SPACE = new RegExp(`^[${SPACES}]$`)
const isSpace = (character: string): boolean => SPACE.test(character)
