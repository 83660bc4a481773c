// Filters that make texts and numbers.
import { toJson } from './json.ts'
import { escapeHtml, int } from './operators.ts'
import { formatPercent } from './percent-format.ts'
import { bind, type Method } from './runtime.ts'
import { capitalized, centered, replaced } from './string-methods.ts'
import { lengthOf, SPACES, strip, toText } from './text.ts'
import {
  Dict,
  Float,
  intOf,
  isTrue,
  Markup,
  numberOf,
  stringOf,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from './values.ts'

type Given = readonly (Value | undefined)[]
type Runtime = Parameters<Method<Value>>[2]

/** A filter of the value's text. */
const ofText =
  (
    name: string,
    parameters: readonly string[],
    run: (text: string, given: Given, runtime: Runtime) => Value,
  ): Method<Value> =>
  (value, given, runtime) => {
    const text = toText(value, runtime.meter)
    runtime.meter.characters(text.length)
    const result = run(text, bind(name, parameters, given), runtime)
    return value instanceof Markup && typeof result === 'string' ? new Markup(result) : result
  }

const whole = (value: Value | undefined, byDefault: number): number => {
  const number = value === undefined || value === null ? byDefault : intOf(value)
  if (number === null) throw new TypeError(`an int is needed, not ${typeName(value ?? null)}`)
  return number
}

const textOr = (value: Value | undefined, byDefault: string, { meter }: Runtime): string =>
  value === undefined ? byDefault : toText(value, meter)

const escape: Method<Value> = (value, _, { meter }) =>
  value instanceof Markup ? value : new Markup(escapeHtml(toText(value, meter)))

function indent(text: string, [width = 4, first = false, blank = false]: Given, { meter }: Runtime): string {
  const filling = stringOf(width) ?? ' '.repeat(Math.min(whole(width, 4), 100_000))
  // A line's end at the end of the text begins another line.
  const lines = text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/)
  meter.characters(text.length + lines.length * filling.length)
  const [head = '', ...rest] = lines
  const indented = rest.map((line) => (line !== '' || isTrue(blank) ? filling + line : line))
  return [isTrue(first) ? filling + head : head, ...indented].join('\n')
}

function truncate(text: string, [length, kill = false, end, leeway]: Given, runtime: Runtime): string {
  const ending = textOr(end, '...', runtime)
  const [most, spare] = [whole(length, 255), whole(leeway, 5)]
  if (most < lengthOf(ending)) throw new Error(`expected length >= ${lengthOf(ending)}, got ${most}`)
  if (spare < 0) throw new Error(`expected leeway >= 0, got ${spare}`)
  const points = [...text]
  if (points.length <= most + spare) return text
  const cut = points.slice(0, most - lengthOf(ending)).join('')
  if (isTrue(kill)) return cut + ending
  const space = cut.lastIndexOf(' ')
  return (space < 0 ? cut : cut.slice(0, space)) + ending
}

const JSON_PARAMETERS = ['ensure_ascii?', 'indent?', 'separators?', 'sort_keys?']

const tojson: Method<Value> = (value, given, { meter }) => {
  const [ascii = false, indentation = null, separators = null, sorts = false] = bind('tojson', JSON_PARAMETERS, given)
  const width = indentation === null ? null : numberOf(indentation)
  if (width !== null && width > 100) throw new RangeError('an indent of more than 100')
  const pair = separators instanceof Tuple ? separators.items : null
  const style = {
    isAscii: isTrue(ascii),
    indent: width === null ? stringOf(indentation) : ' '.repeat(Math.max(0, width)),
    separators: pair
      ? ([toText(pair[0] ?? null, meter), toText(pair[1] ?? null, meter)] as const)
      : ([indentation === null ? ', ' : ',', ': '] as const),
    sortsKeys: isTrue(sorts),
  }
  return toJson(value, style, meter)
}

/** Python's `int(text)`: digits of any script, underscores between them. */
function parseInteger(text: string, base: number): number | null {
  const digits = strip(text, 'both', null)
    .replace(/\p{Nd}/gu, decimalDigit)
    .toLowerCase()
  const [, sign = '', prefix = '', rest = ''] = /^([-+]?)(0[xob])?((?:[\da-z]_?)*[\da-z])$/.exec(digits) ?? []
  const radix = { '0x': 16, '0o': 8, '0b': 2 }[prefix]
  if (rest === '' || (radix !== undefined && radix !== base && base !== 0)) return null
  const used = base || (radix ?? 10)
  const plain = rest.replaceAll('_', '')
  if (![...plain].every((digit) => parseInt(digit, 36) < used)) return null
  return int(parseInt(plain, used) * (sign === '-' ? -1 : 1))
}

/** Ten digits of a script stand one after the other. */
const decimalDigit = (digit: string): string => {
  let zero = digit.codePointAt(0)!
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && digit.codePointAt(0)! - zero < 9) zero--
  return String(digit.codePointAt(0)! - zero)
}

function parseFloatText(text: string): number | null {
  const plain = strip(text, 'both', null).toLowerCase()
  const named = /^([-+]?)(inf|infinity|nan)$/.exec(plain)
  if (named) return named[2] === 'nan' ? NaN : named[1] === '-' ? -Infinity : Infinity
  return /^[-+]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[-+]?\d+)?$/.test(plain)
    ? Number(plain.replaceAll('_', ''))
    : null
}

const toInt: Method<Value> = (value, given) => {
  const [byDefault = 0, base] = bind('int', ['default?', 'base?'], given)
  const number = numberOf(value)
  if (number !== null) return Number.isFinite(number) ? int(Math.trunc(number)) : byDefault
  const text = stringOf(value)
  if (text === null) return byDefault
  const parsed = parseInteger(text, whole(base, 10))
  if (parsed !== null) return parsed
  const real = parseFloatText(text)
  return real !== null && Number.isFinite(real) ? int(Math.trunc(real)) : byDefault
}

const toFloat: Method<Value> = (value, given) => {
  const [byDefault = new Float(0)] = bind('float', ['default?'], given)
  const number = numberOf(value)
  if (number !== null) return new Float(number)
  const text = stringOf(value)
  const real = text === null ? null : parseFloatText(text)
  return real === null ? byDefault : new Float(real)
}

const round: Method<Value> = (value, given) => {
  const [precision = 0, method = 'common'] = bind('round', ['precision?', 'method?'], given)
  const number = numberOf(value)
  if (number === null) throw new TypeError(`type ${typeName(value)} doesn't define __round__ method`)
  const [digits, scale] = [whole(precision, 0), 10 ** whole(precision, 0)]
  if (method === 'ceil') return new Float(Math.ceil(number * scale) / scale)
  if (method === 'floor') return new Float(Math.floor(number * scale) / scale)
  if (method !== 'common') throw new Error('method must be common, ceil or floor')
  const result = roundHalfEven(number, digits)
  return value instanceof Float ? new Float(result) : int(result)
}

/** Python's `round`: what lies exactly in the middle goes to the even side. */
function roundHalfEven(number: number, digits: number): number {
  if (digits < 0) return roundHalfEven(number / 10 ** -digits, 0) * 10 ** -digits
  const scaled = Math.abs(number) * 10 ** digits
  const isMiddle = scaled % 1 === 0.5 && Number.isInteger(Math.abs(number) * 2 ** 20)
  if (!isMiddle) return Number(number.toFixed(Math.min(digits, 100)))
  return (Math.sign(number) * 2 * Math.round(scaled / 2)) / 10 ** digits
}

/** What jinja2 splits at to find the beginnings of words. */
const WORD_STARTS = new RegExp(`([-${SPACES}({[<]+)`, 'u')

const title = (text: string): string =>
  text
    .split(WORD_STARTS)
    .map((part) => capitalized(part))
    .join('')

const urlencode: Method<Value> = (value, _, { meter }) => {
  const quote = (part: Value, isQuery: boolean): string => {
    const encoded = encodeURIComponent(toText(part, meter)).replace(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    )
    return isQuery ? encoded.replaceAll('%20', '+') : encoded.replaceAll('%2F', '/')
  }
  if (!(value instanceof Dict)) return quote(value, false)
  return Array.from(value.entries(), ([key, item]) => `${quote(key, true)}=${quote(item, true)}`).join('&')
}

const replace = (text: string, [wanted, given, count]: Given, runtime: Runtime): string =>
  replaced(
    text,
    [textOr(wanted, '', runtime), textOr(given, '', runtime)],
    count === undefined || count === null ? -1 : whole(count, -1),
    (length) => runtime.meter.characters(length),
  )

const format: Method<Value> = (value, { positional, named }, { meter }) => {
  if (positional.length > 0 && named.size > 0)
    throw new TypeError("can't handle positional and keyword arguments at the same time")
  const given = named.size > 0 ? Dict.of(named) : new Tuple(positional)
  return formatPercent(toText(value, meter), given, meter)
}

const MAX_WIDTH = 100_000

const center = (text: string, [width]: Given): string => {
  const missing = whole(width, 80) - lengthOf(text)
  if (missing > MAX_WIDTH) throw new RangeError(`more than ${MAX_WIDTH} characters`)
  return missing > 0 ? centered(text, missing) : text
}

const WORD = /[\p{L}\p{N}\p{M}_]+/gu

const abs: Method<Value> = (value) => {
  const number = numberOf(value)
  if (number === null) throw new TypeError(`bad operand type for abs(): '${typeName(value)}'`)
  return value instanceof Float ? new Float(Math.abs(number)) : Math.abs(number)
}

const defaultFilter: Method<Value> = (value, given) => {
  const [byDefault = '', forFalse = false] = bind('default', ['default_value?', 'boolean?'], given)
  return value instanceof Undefined || (isTrue(forFalse) && !isTrue(value)) ? byDefault : value
}

export const textFilters: Readonly<Record<string, Method<Value>>> = {
  abs,
  default: defaultFilter,
  d: defaultFilter,
  capitalize: ofText('capitalize', [], capitalized),
  center: ofText('center', ['width?'], center),
  e: escape,
  escape,
  forceescape: (value, _, { meter }) => new Markup(escapeHtml(toText(value, meter))),
  float: toFloat,
  format,
  indent: ofText('indent', ['width?', 'first?', 'blank?'], indent),
  int: toInt,
  lower: ofText('lower', [], (text) => text.toLowerCase()),
  replace: ofText('replace', ['old', 'new', 'count?'], replace),
  round,
  safe: (value, _, { meter }) => new Markup(toText(value, meter)),
  string: (value, _, { meter }) => (value instanceof Markup ? value : toText(value, meter)),
  striptags: ofText('striptags', [], (text) =>
    strip(text.replace(/<!--[^]*?-->/g, '').replace(/<[^>]*>/g, ''), 'both', null).replace(
      new RegExp(`[${SPACES}]+`, 'g'),
      ' ',
    ),
  ),
  title: ofText('title', [], title),
  tojson,
  trim: ofText('trim', ['chars?'], (text, [characters]) => strip(text, 'both', stringOf(characters ?? null))),
  truncate: ofText('truncate', ['length?', 'killwords?', 'end?', 'leeway?'], truncate),
  upper: ofText('upper', [], (text) => text.toUpperCase()),
  urlencode,
  wordcount: ofText('wordcount', [], (text) => text.match(WORD)?.length ?? 0),
}
