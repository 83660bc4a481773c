// Filters that go through lists.
import { attributePath } from './attributes.ts'
import { binary, isEqual, order } from './operators.ts'
import { bind, type Method, type Runtime } from './runtime.ts'
import { lengthOf, toText } from './text.ts'
import {
  Dict,
  intOf,
  isTrue,
  iterate,
  itemsOf,
  List,
  Once,
  orUndefined,
  stringOf,
  Tuple,
  typeName,
  Undefined,
  type Arguments,
  type Value,
} from './values.ts'

function through(value: Value, { meter }: Runtime): readonly Value[] {
  const items = iterate(value)
  meter.items(items.length)
  return items
}

/** Python's `len(value)`. */
function length(value: Value): number {
  const text = stringOf(value)
  if (text !== null) return lengthOf(text)
  if (value instanceof Dict) return value.size
  if (value instanceof Undefined) return 0
  const items = itemsOf(value)
  if (!items) throw new TypeError(`object of type '${typeName(value)}' has no len()`)
  return items.length
}

/** Texts count as equal whatever their case. */
const withoutCase = (value: Value): Value => (typeof value === 'string' ? value.toLowerCase() : value)

/** What items are compared by: an attribute, without case unless asked for. */
function keyOf(
  attribute: Value | undefined,
  caseSensitive: Value | undefined,
  runtime: Runtime,
): (item: Value) => Value {
  const own = attribute === undefined || attribute === null ? (item: Value) => item : attributePath(attribute, runtime)
  return caseSensitive !== undefined && isTrue(caseSensitive) ? own : (item) => withoutCase(own(item))
}

interface Keyed {
  readonly item: Value
  readonly keys: readonly Value[]
}

function sorted(
  items: readonly Value[],
  keysOf: (item: Value) => readonly Value[],
  isReverse: boolean,
  runtime: Runtime,
): Value[] {
  const keyed = items.map((item): Keyed => ({ item, keys: keysOf(item) }))
  const sign = isReverse ? -1 : 1
  keyed.sort((a, b) => {
    for (const [i, key] of a.keys.entries()) {
      const difference = order(key, b.keys[i]!, '<', runtime.meter)
      if (difference !== 0) return sign * difference
    }
    return 0
  })
  return keyed.map(({ item }) => item)
}

const sort: Method<Value> = (value, given, runtime) => {
  const [reverse = false, caseSensitive, attribute] = bind('sort', ['reverse?', 'case_sensitive?', 'attribute?'], given)
  const names = attribute === undefined ? null : stringOf(attribute)
  const keys = (names?.split(',') ?? [attribute]).map((one) => keyOf(one, caseSensitive, runtime))
  return new List(sorted(through(value, runtime), (item) => keys.map((key) => key(item)), isTrue(reverse), runtime))
}

const dictsort: Method<Value> = (value, given, runtime) => {
  const [caseSensitive, by = 'key', reverse = false] = bind('dictsort', ['case_sensitive?', 'by?', 'reverse?'], given)
  if (!(value instanceof Dict)) throw new TypeError(`'${typeName(value)}' object has no attribute 'items'`)
  if (by !== 'key' && by !== 'value') throw new Error('You can only sort by either "key" or "value"')
  const key = keyOf(by === 'key' ? 0 : 1, caseSensitive, runtime)
  const pairs = Array.from(value.entries(), (entry) => new Tuple(entry))
  return new List(sorted(pairs, (pair) => [key(pair)], isTrue(reverse), runtime))
}

const groupby: Method<Value> = (value, given, runtime) => {
  const [attribute, byDefault, caseSensitive] = bind('groupby', ['attribute', 'default?', 'case_sensitive?'], given)
  const own = attributePath(attribute!, runtime, byDefault)
  const key = (item: Value): Value =>
    caseSensitive !== undefined && isTrue(caseSensitive) ? own(item) : withoutCase(own(item))
  const groups: { key: Value; shown: Value; items: Value[] }[] = []
  for (const item of sorted(through(value, runtime), (one) => [key(one)], false, runtime)) {
    const last = groups.at(-1)
    if (last && isEqual(last.key, key(item), runtime.meter)) last.items.push(item)
    else groups.push({ key: key(item), shown: own(item), items: [item] })
  }
  return new List(groups.map(({ shown, items }) => new Tuple([shown, new List(items)], ['grouper', 'list'])))
}

const unique: Method<Value> = (value, given, runtime) => {
  const [caseSensitive, attribute] = bind('unique', ['case_sensitive?', 'attribute?'], given)
  const key = keyOf(attribute, caseSensitive, runtime)
  const seen = new Dict()
  const kept = through(value, runtime).filter((item) => {
    const found = seen.has(key(item))
    seen.set(key(item), null)
    return !found
  })
  return new Once(kept)
}

const extreme =
  (name: string, sign: 1 | -1): Method<Value> =>
  (value, given, runtime) => {
    const [caseSensitive, attribute] = bind(name, ['case_sensitive?', 'attribute?'], given)
    const key = keyOf(attribute, caseSensitive, runtime)
    const [first, ...rest] = through(value, runtime)
    if (first === undefined) return new Undefined('No aggregated item, sequence was empty.')
    return rest.reduce(
      (best, item) => (sign * order(key(item), key(best), '<', runtime.meter) < 0 ? item : best),
      first,
    )
  }

const sum: Method<Value> = (value, given, runtime) => {
  const [attribute = null, start = 0] = bind('sum', ['attribute?', 'start?'], given)
  const own = attribute === null ? (item: Value) => item : attributePath(attribute, runtime)
  return through(value, runtime).reduce<Value>((total, item) => binary('+', total, own(item), runtime.meter), start)
}

const join: Method<Value> = (value, given, runtime) => {
  const [separator = '', attribute = null] = bind('join', ['d?', 'attribute?'], given)
  const own = attribute === null ? (item: Value) => item : attributePath(attribute, runtime)
  const between = toText(separator, runtime.meter)
  const texts = through(value, runtime).map((item) => toText(own(item), runtime.meter))
  runtime.meter.characters(texts.reduce((total, text) => total + text.length + between.length, 0))
  return texts.join(between)
}

/** What `map`, `select` and their like go through: of None, 0 and the like nothing. */
const throughTrue = (value: Value, runtime: Runtime): readonly Value[] => (isTrue(value) ? through(value, runtime) : [])

/** `map(attribute=…)`, or a filter of every item. */
const map: Method<Value> = (value, { positional, named }, runtime) => {
  const items = throughTrue(value, runtime)
  const attribute = named.get('attribute')
  if (positional.length === 0 && attribute !== undefined)
    return new Once(items.map(attributePath(attribute, runtime, named.get('default'))))
  const [name, ...rest] = positional
  if (stringOf(name ?? null) === null) throw new Error('map requires a filter argument')
  return new Once(items.map((item) => runtime.filter(stringOf(name!)!, item, { positional: rest, named })))
}

/** Keeps the items, or their attributes, that pass a test; without one those that are true. */
const chooser =
  (isWanted: boolean, hasAttribute: boolean): Method<Value> =>
  (value, { positional, named }, runtime) => {
    const [attribute, ...forTest] = hasAttribute ? positional : [null, ...positional]
    if (attribute === undefined) throw new Error('Missing parameter for attribute name')
    const own = hasAttribute ? attributePath(attribute, runtime) : (item: Value) => item
    const [name, ...rest] = forTest
    const passes = (item: Value): boolean =>
      name === undefined ? isTrue(item) : runtime.test(stringOf(name) ?? '', item, { positional: rest, named })
    return new Once(throughTrue(value, runtime).filter((item) => passes(own(item)) === isWanted))
  }

const batch: Method<Value> = (value, given, runtime) => {
  const [count, fill = null] = bind('batch', ['linecount', 'fill_with?'], given)
  const size = Math.max(1, intOf(count!) ?? 1)
  runtime.meter.items(size)
  const items = through(value, runtime)
  const lines: List[] = []
  for (let start = 0; start < items.length; start += size) {
    const line = items.slice(start, start + size)
    const missing = fill === null ? 0 : size - line.length
    lines.push(new List([...line, ...new Array<Value>(missing).fill(fill)]))
  }
  return new Once(lines)
}

const slices: Method<Value> = (value, given, runtime) => {
  const [count, fill = null] = bind('slice', ['slices', 'fill_with?'], given)
  const size = intOf(count!) ?? 1
  runtime.meter.items(Math.max(0, size))
  const items = through(value, runtime)
  const each = Math.floor(items.length / size)
  const longer = items.length % size
  const columns = Array.from({ length: size }, (_, i) => {
    const start = i * each + Math.min(i, longer)
    const column = items.slice(start, start + each + (i < longer ? 1 : 0))
    return new List(fill !== null && i >= longer ? [...column, fill] : column)
  })
  return new Once(columns)
}

const reverse: Method<Value> = (value, _, runtime) => {
  const text = stringOf(value)
  return text !== null ? [...text].reverse().join('') : new Once([...through(value, runtime)].reverse())
}

const first: Method<Value> = (value, _, runtime) =>
  orUndefined(through(value, runtime)[0], 'No first item, sequence was empty.')

const last: Method<Value> = (value, _, runtime) => {
  if (value instanceof Once) throw new TypeError("'generator' object is not reversible")
  return orUndefined(through(value, runtime).at(-1), 'No last item, sequence was empty.')
}

const items: Method<Value> = (value) => {
  if (value instanceof Undefined) return new Once([])
  if (!(value instanceof Dict)) throw new TypeError('Can only get item pairs from a mapping.')
  return new Once(Array.from(value.entries(), (entry) => new Tuple(entry)))
}

const attr: Method<Value> = (value, given, runtime) => {
  const [name] = bind('attr', ['name'], given)
  const found =
    value instanceof Dict && value.has(name!) ? undefined : runtime.attribute(value, toText(name!, runtime.meter))
  return orUndefined(found, `'${typeName(value)} object' has no attribute`)
}

const count: Method<Value> = (value) => length(value)

export const listFilters: Readonly<Record<string, Method<Value>>> = {
  attr,
  batch,
  count,
  dictsort,
  first,
  groupby,
  items,
  join,
  last,
  length: count,
  list: (value, _: Arguments, runtime) => new List([...through(value, runtime)]),
  map,
  max: extreme('max', -1),
  min: extreme('min', 1),
  reject: chooser(false, false),
  rejectattr: chooser(false, true),
  reverse,
  select: chooser(true, false),
  selectattr: chooser(true, true),
  slice: slices,
  sort,
  sum,
  unique,
}
