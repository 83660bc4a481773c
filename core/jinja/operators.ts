// Python's operators.
import type { BinaryOperator, Comparison } from './nodes.ts'
import type { Meter } from './meter.ts'
import { formatPercent } from './percent-format.ts'
import { compareText, pointsOf, toText } from './text.ts'
import {
  Dict,
  Float,
  intOf,
  isTrue,
  iterate,
  itemsOf,
  List,
  Markup,
  numberOf,
  Range,
  refuseUnsafe,
  stringOf,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from './values.ts'

/** The int; beyond 2^53 JavaScript would round it. */
export function int(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError('a number beyond 2^53')
  return value === 0 ? 0 : value
}

/** Fails for a name without a value, as nearly everything with it does. */
export function defined(value: Value): Value {
  if (value instanceof Undefined) throw new Error(value.reason)
  return value
}

/** left ∘ right. Throws Error where Python does. */
export function binary(operator: BinaryOperator, left: Value, right: Value, meter: Meter): Value {
  defined(left)
  defined(right)
  const text = stringOf(left)
  if (operator === '%' && text !== null) return formatPercent(text, right, meter)
  const [a, b] = [numberOf(left), numberOf(right)]
  if (a !== null && b !== null) return arithmetic(operator, a, b, left instanceof Float || right instanceof Float)
  const result = operator === '+' ? add(left, right, meter) : operator === '*' ? repeat(left, right, meter) : null
  if (result === null)
    throw new TypeError(`unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`)
  return result
}

function arithmetic(operator: BinaryOperator, a: number, b: number, isFloat: boolean): number | Float {
  if (b === 0 && ['/', '//', '%'].includes(operator)) throw new RangeError('division by zero')
  const give = (value: number): number | Float => (isFloat ? new Float(value) : int(value))
  switch (operator) {
    case '+':
      return give(a + b)
    case '-':
      return give(a - b)
    case '*':
      return give(a * b)
    case '/':
      return new Float(a / b)
    case '//':
      return give(Math.floor(a / b))
    case '%':
      return give(a - b * Math.floor(a / b))
    case '**':
      return isFloat || b < 0 ? new Float(a ** b) : int(a ** b)
  }
}

function add(left: Value, right: Value, meter: Meter): Value | null {
  const [a, b] = [stringOf(left), stringOf(right)]
  if (a !== null && b !== null) {
    meter.characters(a.length + b.length)
    return left instanceof Markup || right instanceof Markup ? new Markup(escaped(left) + escaped(right)) : a + b
  }
  if (left instanceof List && right instanceof List) return new List(together(left.items, right.items, meter))
  return left instanceof Tuple && right instanceof Tuple ? new Tuple(together(left.items, right.items, meter)) : null
}

function together(a: readonly Value[], b: readonly Value[], meter: Meter): Value[] {
  meter.items(a.length + b.length)
  return [...a, ...b]
}

const escaped = (value: Value): string => (value instanceof Markup ? value.text : escapeHtml(String(value)))

export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('>', '&gt;')
    .replaceAll('<', '&lt;')
    .replaceAll("'", '&#39;')
    .replaceAll('"', '&#34;')

function repeat(left: Value, right: Value, meter: Meter): Value | null {
  const [sequence, count] = intOf(right) === null ? [right, intOf(left)] : [left, intOf(right)]
  if (count === null) return null
  const times = Math.max(0, count)
  const text = stringOf(sequence)
  if (text !== null) {
    meter.characters(text.length * times)
    return sequence instanceof Markup ? new Markup(text.repeat(times)) : text.repeat(times)
  }
  if (!(sequence instanceof List || sequence instanceof Tuple)) return null
  meter.items(sequence.items.length * times)
  const items = Array.from({ length: times }, () => sequence.items).flat()
  return sequence instanceof List ? new List(items) : new Tuple(items)
}

/** a ~ b ~ …: the texts one after the other. Unlike +, it escapes nothing where autoescape is off. */
export function concat(values: readonly Value[], meter: Meter): Value {
  const texts = values.map((value) => toText(value, meter))
  meter.characters(texts.reduce((sum, text) => sum + text.length, 0))
  return texts.join('')
}

export function negative(value: Value): Value {
  const number = numberOf(defined(value))
  if (number === null) throw new TypeError(`bad operand type for unary -: '${typeName(value)}'`)
  return value instanceof Float ? new Float(-number) : int(-number)
}

export function compare(operator: Comparison, left: Value, right: Value, meter: Meter): boolean {
  switch (operator) {
    case '==':
      return isEqual(left, right, meter)
    case '!=':
      return !isEqual(left, right, meter)
    case 'in':
      return contains(right, left, meter)
    case 'not in':
      return !contains(right, left, meter)
    case '<':
      return order(left, right, '<', meter) < 0
    case '<=':
      return order(left, right, '<=', meter) <= 0
    case '>':
      return order(left, right, '>', meter) > 0
    case '>=':
      return order(left, right, '>=', meter) >= 0
  }
}

/** Python's `==`. */
export function isEqual(left: Value, right: Value, meter: Meter): boolean {
  meter.step()
  const [a, b] = [stringOf(left), stringOf(right)]
  if (a !== null || b !== null) return a === b
  const [x, y] = [numberOf(left), numberOf(right)]
  if (x !== null || y !== null) return x === y
  if (left instanceof Undefined && right instanceof Undefined) return true
  if (left instanceof Dict && right instanceof Dict) return isEqualDict(left, right, meter)
  const same = [List, Tuple, Range].some((type) => left instanceof type && right instanceof type)
  const [items, others] = same ? [itemsOf(left), itemsOf(right)] : [null, null]
  if (!items || !others) return left === right
  return (
    items.length === others.length && items.every((item, i) => meter.deeper(() => isEqual(item, others[i]!, meter)))
  )
}

function isEqualDict(left: Dict, right: Dict, meter: Meter): boolean {
  if (left.size !== right.size) return false
  for (const [key, value] of left.entries()) {
    const other = right.get(key)
    if (other === undefined || !meter.deeper(() => isEqual(value, other, meter))) return false
  }
  return true
}

/** Below 0 where left comes first, above 0 where right does. Throws Error for what Python does not order. */
export function order(left: Value, right: Value, operator: string, meter: Meter): number {
  meter.step()
  defined(left)
  defined(right)
  const [x, y] = [numberOf(left), numberOf(right)]
  if (x !== null && y !== null) return x - y
  const [a, b] = [stringOf(left), stringOf(right)]
  if (a !== null && b !== null) {
    meter.characters(Math.min(a.length, b.length))
    return compareText(a, b)
  }
  const same = [List, Tuple].some((type) => left instanceof type && right instanceof type)
  const [items, others] = same ? [itemsOf(left), itemsOf(right)] : [null, null]
  if (!items || !others)
    throw new TypeError(`'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`)
  for (const [i, item] of items.slice(0, others.length).entries())
    if (!isEqual(item, others[i]!, meter)) return meter.deeper(() => order(item, others[i]!, operator, meter))
  return items.length - others.length
}

/** Python's `item in container`. */
export function contains(container: Value, item: Value, meter: Meter): boolean {
  const text = stringOf(container)
  if (text !== null) {
    const part = stringOf(defined(item))
    if (part === null) throw new TypeError(`'in <string>' requires string as left operand, not ${typeName(item)}`)
    meter.characters(text.length)
    return text.includes(part)
  }
  if (container instanceof Dict) return item instanceof Undefined ? false : container.has(item)
  if (numberOf(container) !== null || container === null)
    throw new TypeError(`argument of type '${typeName(container)}' is not iterable`)
  return iterate(container).some((one) => isEqual(one, item, meter))
}

export interface Bounds {
  readonly start: Value
  readonly stop: Value
  readonly step: Value
}

/** value[start:stop:step]; null for what cannot be cut. */
export function slice(value: Value, { start, stop, step }: Bounds, meter: Meter): Value | null {
  const text = stringOf(value)
  const items = text === null ? itemsOf(value) : pointsOf(text)
  if (!items || !(text !== null || value instanceof List || value instanceof Tuple || value instanceof Range))
    return null
  meter.items(Math.min(items.length, 8))
  meter.characters(text?.length ?? 0)
  const places = slicePlaces(items.length, { start, stop, step })
  if (text !== null) return Array.from(places, (place) => items[place] as string).join('')
  const chosen = places.map((place) => items[place] as Value)
  return value instanceof List ? new List(chosen) : new Tuple(chosen)
}

function slicePlaces(length: number, { start, stop, step }: Bounds): number[] {
  const bound = (value: Value, byDefault: number): number => {
    if (value === null) return byDefault
    const number = intOf(value)
    if (number === null) throw new TypeError('slice indices must be integers or None')
    return number
  }
  const by = bound(step, 1)
  if (by === 0) throw new RangeError('slice step cannot be zero')
  const clamp = (place: number): number => {
    const fromStart = place < 0 ? place + length : place
    return by > 0 ? Math.min(Math.max(fromStart, 0), length) : Math.min(Math.max(fromStart, -1), length - 1)
  }
  const from = start === null ? (by > 0 ? 0 : length - 1) : clamp(bound(start, 0))
  const to = stop === null ? (by > 0 ? length : -1) : clamp(bound(stop, 0))
  const count = Math.max(0, Math.ceil((to - from) / by))
  return Array.from({ length: count }, (_, index) => from + index * by)
}

/** `left and right`, `left or right` give one of them; whether the left one decides. */
export const decides = (kind: 'and' | 'or', left: Value): boolean => isTrue(defineless(left)) === (kind === 'or')

const defineless = (value: Value): Value => (value instanceof Undefined ? refuseUnsafe(value, value) : value)
