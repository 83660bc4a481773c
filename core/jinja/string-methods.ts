// The methods of Python's str.
import { formatBraces } from './brace-format.ts'
import { bind, type Method } from './runtime.ts'
import { lengthOf, pointsOf, SPACES, strip, toText } from './text.ts'
import { Dict, intOf, iterate, List, stringOf, Tuple, typeName, type Arguments, type Value } from './values.ts'

/** A method with these parameters; `?` behind a name: it may be missing. */
const method =
  (
    name: string,
    parameters: readonly string[],
    run: (text: string, given: readonly (Value | undefined)[], runtime: Parameters<Method<string>>[2]) => Value,
  ): Method<string> =>
  (text, given, runtime) => {
    runtime.meter.characters(text.length)
    return run(text, bind(name, parameters, given), runtime)
  }

/** Of a parameter that may be None or missing. */
const textOrNull = (value: Value | undefined): string | null => {
  if (value === undefined || value === null) return null
  return textOf(value)
}

function textOf(value: Value | undefined): string {
  const text = stringOf(value ?? null)
  if (text === null) throw new TypeError(`a str is needed, not ${typeName(value ?? null)}`)
  return text
}

function countOf(value: Value | undefined, byDefault: number): number {
  const number = value === undefined ? byDefault : intOf(value)
  if (number === null) throw new TypeError(`'${typeName(value ?? null)}' object cannot be interpreted as an integer`)
  return number
}

const plain = (run: (text: string) => Value): Method<string> => method('str', [], run)

const SPACE_RUN = new RegExp(`[${SPACES}]+`)
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g

export const titled = (text: string): string => text.replace(/[\p{Lu}\p{Ll}\p{Lt}]+/gu, (word) => capitalized(word))

export const capitalized = (text: string): string => {
  const [first = '', ...rest] = text
  return first.toUpperCase() + rest.join('').toLowerCase()
}

/** Python's `split` without a separator: by white space. */
function splitBySpaces(text: string, most: number): string[] {
  const words: string[] = []
  let rest = strip(text, 'left', null)
  for (let cut = SPACE_RUN.exec(rest); cut && (most < 0 || words.length < most); cut = SPACE_RUN.exec(rest)) {
    words.push(rest.slice(0, cut.index))
    rest = rest.slice(cut.index + cut[0].length)
  }
  return rest === '' ? words : [...words, most < 0 ? rest : strip(rest, 'right', null)]
}

const reversedText = (text: string): string => [...text].reverse().join('')

function split(text: string, separator: string | null, most: number, fromRight: boolean): string[] {
  if (separator === '') throw new Error('empty separator')
  if (separator === null && fromRight) return splitBySpaces(reversedText(text), most).map(reversedText).reverse()
  if (separator === null) return splitBySpaces(text, most)
  const parts = text.split(separator)
  if (most < 0 || parts.length <= most + 1) return parts
  const cut = parts.length - most
  return fromRight
    ? [parts.slice(0, cut).join(separator), ...parts.slice(cut)]
    : [...parts.slice(0, most), parts.slice(most).join(separator)]
}

const splitter = (name: string, fromRight: boolean): Method<string> =>
  method(name, ['sep?', 'maxsplit?'], (text, [separator, most], { meter }) => {
    const parts = split(text, textOrNull(separator), countOf(most, -1), fromRight)
    meter.items(parts.length)
    return new List(parts)
  })

function partition(text: string, separator: string, fromRight: boolean): Tuple {
  if (separator === '') throw new Error('empty separator')
  const place = fromRight ? text.lastIndexOf(separator) : text.indexOf(separator)
  if (place < 0) return new Tuple(fromRight ? ['', '', text] : [text, '', ''])
  return new Tuple([text.slice(0, place), separator, text.slice(place + separator.length)])
}

/** A prefix or suffix, or a tuple of which one fits; with `start` and `end` of the part. */
const affix = (name: string, fits: (text: string, affix: string) => boolean): Method<string> =>
  method(name, ['affix', 'start?', 'end?'], (text, [wanted, start, end]) => {
    const part = cut(text, start, end)
    return wanted instanceof Tuple ? wanted.items.some((one) => fits(part, textOf(one))) : fits(part, textOf(wanted))
  })

function cut(text: string, start: Value | undefined, end: Value | undefined): string {
  if ((start ?? null) === null && (end ?? null) === null) return text
  return [...text].slice(countOf(start ?? 0, 0), countOf(end ?? Infinity, Infinity)).join('')
}

/** Where a part stands, counted in characters; -1 for nowhere. */
const finder = (name: string, find: (text: string, part: string) => number, mustBe: boolean): Method<string> =>
  method(name, ['sub', 'start?', 'end?'], (text, [part, start, end]) => {
    const place = find(cut(text, start, end), textOf(part))
    if (place < 0 && mustBe) throw new Error('substring not found')
    if (place < 0) return -1
    const from = countOf(start ?? 0, 0)
    return lengthOf(text.slice(0, place)) + (from < 0 ? Math.max(0, from + lengthOf(text)) : from)
  })

/** Python's `replace`; a count below 0 means all. */
export function replaced(
  text: string,
  [wanted, given]: readonly [string, string],
  count: number,
  characters: (length: number) => void,
): string {
  const places = wanted === '' ? lengthOf(text) + 1 : text.split(wanted).length - 1
  const times = count < 0 ? places : Math.min(count, places)
  characters(text.length + times * given.length)
  if (wanted === '') {
    const points = [...text]
    return points.map((point, i) => (i < times ? given + point : point)).join('') + (times > points.length ? given : '')
  }
  let left = times
  return text.replaceAll(wanted, (part) => (left-- > 0 ? given : part))
}

const MAX_WIDTH = 1_000_000

/** Filled up to a width on the left, the right, or both sides. */
const filled = (name: string, fillTo: (text: string, missing: number, fill: string) => string): Method<string> =>
  method(name, ['width', 'fillchar?'], (text, [width, fill]) => {
    const missing = countOf(width, 0) - lengthOf(text)
    if (missing > MAX_WIDTH) throw new RangeError(`more than ${MAX_WIDTH} characters`)
    return missing > 0 ? fillTo(text, missing, textOrNull(fill) ?? ' ') : text
  })

/** As Python: of an odd number the left side gets the smaller part, unless the width is odd. */
export const centered = (text: string, missing: number, fill = ' '): string => {
  const left = (missing >> 1) + (missing & (lengthOf(text) + missing) & 1)
  return fill.repeat(left) + text + fill.repeat(missing - left)
}

const all = (name: string, pattern: RegExp): Method<string> => method(name, [], (text) => pattern.test(text))
const stripper = (name: string, side: 'left' | 'right' | 'both'): Method<string> =>
  method(name, ['chars?'], (text, [characters]) => strip(text, side, textOrNull(characters)))

/** Characters that have cases: all of those there are must be of one. */
const isCased =
  (wanted: RegExp, other: RegExp): ((text: string) => boolean) =>
  (text) =>
    wanted.test(text) && !other.test(text)

export const isUpper = isCased(/\p{Uppercase}/u, /\p{Lowercase}|\p{Lt}/u)
export const isLower = isCased(/\p{Lowercase}/u, /\p{Uppercase}|\p{Lt}/u)

/** Nd, and what else Unicode calls a digit. */
const DIGITS =
  '\\p{Nd}\\u00b2\\u00b3\\u00b9\\u1369-\\u1371\\u19da\\u2070\\u2074-\\u2079\\u2080-\\u2089\\u2460-\\u2468\\u2474-\\u247c\\u2488-\\u2490\\u24ea\\u24f5-\\u24fd\\u24ff\\u2776-\\u277e\\u2780-\\u2788\\u278a-\\u2792'

export const stringMethods: Readonly<Record<string, Method<string>>> = {
  lower: plain((text) => text.toLowerCase()),
  upper: plain((text) => text.toUpperCase()),
  casefold: plain((text) => text.toLowerCase().replaceAll('ß', 'ss').replaceAll('ς', 'σ')),
  capitalize: plain(capitalized),
  title: plain(titled),
  swapcase: plain((text) =>
    Array.from(text, (point) => (isUpper(point) ? point.toLowerCase() : point.toUpperCase())).join(''),
  ),
  strip: stripper('strip', 'both'),
  lstrip: stripper('lstrip', 'left'),
  rstrip: stripper('rstrip', 'right'),
  removeprefix: method('removeprefix', ['prefix'], (text, [prefix]) =>
    text.startsWith(textOf(prefix)) ? text.slice(textOf(prefix).length) : text,
  ),
  removesuffix: method('removesuffix', ['suffix'], (text, [suffix]) =>
    text.endsWith(textOf(suffix)) ? text.slice(0, text.length - textOf(suffix).length) : text,
  ),
  split: splitter('split', false),
  rsplit: splitter('rsplit', true),
  splitlines: method('splitlines', ['keepends?'], (text, [keep]) => new List(linesOf(text, keep === true))),
  partition: method('partition', ['sep'], (text, [separator]) => partition(text, textOf(separator), false)),
  rpartition: method('rpartition', ['sep'], (text, [separator]) => partition(text, textOf(separator), true)),
  join: method('join', ['iterable'], (text, [list], { meter }) => {
    const parts = iterate(list!).map(textOf)
    meter.items(parts.length)
    meter.characters(parts.reduce((sum, part) => sum + part.length + text.length, 0))
    return parts.join(text)
  }),
  replace: method('replace', ['old', 'new', 'count?'], (text, [wanted, given, count], { meter }) =>
    replaced(text, [textOf(wanted), textOf(given)], countOf(count, -1), (length) => meter.characters(length)),
  ),
  startswith: affix('startswith', (text, prefix) => text.startsWith(prefix)),
  endswith: affix('endswith', (text, suffix) => text.endsWith(suffix)),
  find: finder('find', (text, part) => text.indexOf(part), false),
  rfind: finder('rfind', (text, part) => text.lastIndexOf(part), false),
  index: finder('index', (text, part) => text.indexOf(part), true),
  rindex: finder('rindex', (text, part) => text.lastIndexOf(part), true),
  count: method('count', ['sub', 'start?', 'end?'], (text, [part, start, end]) => {
    const wanted = textOf(part)
    const searched = cut(text, start, end)
    return wanted === '' ? lengthOf(searched) + 1 : searched.split(wanted).length - 1
  }),
  ljust: filled('ljust', (text, missing, fill) => text + fill.repeat(missing)),
  rjust: filled('rjust', (text, missing, fill) => fill.repeat(missing) + text),
  center: filled('center', centered),
  zfill: filled('zfill', (text, missing) => text.replace(/^[-+]?/, (sign) => sign + '0'.repeat(missing))),
  expandtabs: method('expandtabs', ['tabsize?'], (text, [size], { meter }) => {
    const width = countOf(size, 8)
    meter.characters(text.length * Math.max(1, width))
    return expandTabs(text, width)
  }),
  isspace: all('isspace', new RegExp(`^[${SPACES}]+$`)),
  isalpha: all('isalpha', /^\p{L}+$/u),
  isalnum: all('isalnum', /^[\p{L}\p{N}]+$/u),
  isdecimal: all('isdecimal', /^\p{Nd}+$/u),
  isdigit: all('isdigit', new RegExp(`^[${DIGITS}]+$`, 'u')),
  isnumeric: all('isnumeric', /^\p{N}+$/u),
  isascii: plain((text) => !/[^\x00-\x7f]/.test(text)),
  isupper: plain(isUpper),
  islower: plain(isLower),
  istitle: plain((text) => /[\p{Lu}\p{Lt}]/u.test(text) && titled(text) === text),
  isidentifier: all('isidentifier', /^[\p{XID_Start}_]\p{XID_Continue}*$/u),
  isprintable: plain((text) => !/[\p{C}\p{Zl}\p{Zp}\p{Zs}]/u.test(text.replaceAll(' ', ''))),
  format: (text, given, runtime) => formatBraces(text, given, runtime),
  format_map: (text, given, runtime) => {
    const [map] = bind('format_map', ['mapping'], given)
    if (!(map instanceof Dict)) throw new TypeError('format_map() needs a dict')
    const named = new Map(Array.from(map.entries(), ([key, value]) => [toText(key, runtime.meter), value] as const))
    return formatBraces(text, { positional: [], named } satisfies Arguments, runtime)
  },
}

function linesOf(text: string, keepsEnds: boolean): string[] {
  const lines: string[] = []
  let start = 0
  for (const { 0: end, index } of text.matchAll(LINE_END)) {
    lines.push(text.slice(start, keepsEnds ? index + end.length : index))
    start = index + end.length
  }
  return start < text.length ? [...lines, text.slice(start)] : lines
}

function expandTabs(text: string, width: number): string {
  let column = 0
  let expanded = ''
  for (const point of pointsOf(text) as Iterable<string>) {
    if (point === '\t') {
      const blanks = width > 0 ? width - (column % width) : 0
      expanded += ' '.repeat(blanks)
      column += blanks
    } else {
      expanded += point
      column = /[\n\r]/.test(point) ? 0 : column + 1
    }
  }
  return expanded
}
