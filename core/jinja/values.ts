// Python's values as a template sees them. None is null, bool boolean, int a whole number, str a string; everything
// else is a class of this file.

/** A float, which prints otherwise than an int: 2.0. */
export class Float {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/** Text that `escape` leaves as it is: what `|safe` and `|e` give. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export class List {
  readonly items: Value[]
  constructor(items: Value[]) {
    this.items = items
  }
}

export class Tuple {
  readonly items: readonly Value[]
  /** Attributes by which the items can be had, too. */
  readonly names: readonly string[]
  constructor(items: readonly Value[], names: readonly string[] = []) {
    this.items = items
    this.names = names
  }
}

/** What `range` gives. */
export class Range {
  readonly start: number
  readonly stop: number
  readonly step: number
  readonly items: readonly number[]
  constructor(start: number, stop: number, step: number) {
    this.start = start
    this.stop = stop
    this.step = step
    const length = Math.max(0, Math.ceil((stop - start) / step))
    this.items = Array.from({ length }, (_, index) => start + index * step)
  }
}

/** A dict's keys, values or items. */
export class View {
  readonly name: 'dict_keys' | 'dict_values' | 'dict_items'
  readonly items: readonly Value[]
  constructor(name: View['name'], items: readonly Value[]) {
    this.name = name
    this.items = items
  }
}

/** What `map`, `select` and the like give: it can be gone through once, and has no length. */
export class Once {
  #items: readonly Value[]
  constructor(items: readonly Value[]) {
    this.#items = items
  }
  take(): readonly Value[] {
    const items = this.#items
    this.#items = []
    return items
  }
}

export class Dict {
  readonly #entries = new Map<string, readonly [Value, Value]>()

  static of(entries: Iterable<readonly [Value, Value]>): Dict {
    const dict = new Dict()
    for (const [key, value] of entries) dict.set(key, value)
    return dict
  }
  get size(): number {
    return this.#entries.size
  }
  get(key: Value): Value | undefined {
    return this.#entries.get(hashOf(key))?.[1]
  }
  has(key: Value): boolean {
    return this.#entries.has(hashOf(key))
  }
  /** A key that is there keeps its place and its spelling. */
  set(key: Value, value: Value): void {
    const hash = hashOf(key)
    this.#entries.set(hash, [this.#entries.get(hash)?.[0] ?? key, value])
  }
  entries(): IterableIterator<readonly [Value, Value]> {
    return this.#entries.values()
  }
  keys(): Value[] {
    return Array.from(this.entries(), ([key]) => key)
  }
}

/** A name without a value: it prints as nothing, and whatever else is done with it fails. */
export class Undefined {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}

/** What `namespace()` gives: the one thing whose attributes a template may set. */
export class Namespace {
  readonly attributes = new Map<string, Value>()
}

/** An object of the engine's own: `loop`, a macro. */
export class Thing {
  readonly label: string
  readonly attribute: (name: string) => Value | undefined
  readonly call: Call | undefined
  constructor(label: string, attribute: (name: string) => Value | undefined, call?: Call) {
    this.label = label
    this.attribute = attribute
    this.call = call
  }
}

export interface Arguments {
  readonly positional: readonly Value[]
  readonly named: ReadonlyMap<string, Value>
}
export type Call = (given: Arguments) => Value

export class Callable {
  readonly name: string
  readonly call: Call
  constructor(name: string, call: Call) {
    this.name = name
    this.call = call
  }
}

export type Value =
  | null
  | boolean
  | number
  | string
  | Float
  | Markup
  | List
  | Tuple
  | Range
  | View
  | Once
  | Dict
  | Undefined
  | Namespace
  | Thing
  | Callable

/** The value, or Undefined for this reason where there is none. None is a value. */
export const orUndefined = (value: Value | undefined, reason: string): Value =>
  value === undefined ? new Undefined(reason) : value

/** 1, 1.0 and True are the same key. Throws Error for what Python cannot hash. */
function hashOf(key: Value): string {
  if (typeof key === 'string') return `s${key}`
  if (key instanceof Markup) return `s${key.text}`
  const number = numberOf(key)
  if (number !== null) return `n${number}`
  if (key === null) return 'None'
  if (key instanceof Tuple) return `t${JSON.stringify(key.items.map(hashOf))}`
  throw new TypeError(`unhashable type: '${typeName(key)}'`)
}

/** The number that a value counts as; null for none. A bool is 0 or 1. */
export function numberOf(value: Value): number | null {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  return value instanceof Float ? value.value : null
}

/** An int, or a bool as one; null for anything else. */
export const intOf = (value: Value): number | null => (value instanceof Float ? null : numberOf(value))

/** The text of a str; null for anything else. */
export const stringOf = (value: Value): string | null =>
  typeof value === 'string' ? value : value instanceof Markup ? value.text : null

const typeNames = [
  [Float, 'float'],
  [Markup, 'Markup'],
  [List, 'list'],
  [Tuple, 'tuple'],
  [Range, 'range'],
  [Once, 'generator'],
  [Dict, 'dict'],
  [Undefined, 'Undefined'],
  [Namespace, 'Namespace'],
  [Callable, 'function'],
] as const

/** Python's name of the value's type. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return 'int'
  if (typeof value === 'string') return 'str'
  if (value instanceof View) return value.name
  if (value instanceof Thing) return value.label
  return typeNames.find(([type]) => value instanceof type)?.[1] ?? 'object'
}

export function isTrue(value: Value): boolean {
  const number = numberOf(value)
  if (number !== null) return number !== 0
  if (value === null || value instanceof Undefined) return false
  const text = stringOf(value)
  if (text !== null) return text !== ''
  if (value instanceof Dict) return value.size > 0
  const items = itemsOf(value)
  return items === null || items.length > 0
}

/** The items of what has a length and an order of its own, dicts and texts excepted; null for anything else. */
export const itemsOf = (value: Value): readonly Value[] | null =>
  value instanceof List || value instanceof Tuple || value instanceof Range || value instanceof View
    ? value.items
    : null

/** What a loop goes through. Throws Error where there is nothing to go through. */
export function iterate(value: Value): readonly Value[] {
  const items = itemsOf(value)
  if (items) return items
  const text = stringOf(value)
  if (text !== null) return [...text]
  if (value instanceof Dict) return value.keys()
  if (value instanceof Once) return value.take()
  if (value instanceof Undefined) return refuseUnsafe(value, [])
  throw new TypeError(`'${typeName(value)}' object is not iterable`)
}

/** An attribute that the sandbox hides is not even empty. */
const UNSAFE = 'is unsafe'
export function refuseUnsafe<R>(value: Undefined, result: R): R {
  if (value.reason.endsWith(UNSAFE)) throw new Error(value.reason)
  return result
}

/** Values from outside: of JSON, or undefined. Objects become dicts, whole numbers ints. */
export function fromJson(json: unknown): Value {
  if (json === null || typeof json === 'string' || typeof json === 'boolean') return json
  if (typeof json === 'number') return Number.isSafeInteger(json) ? json : new Float(json)
  if (Array.isArray(json)) return new List(json.map(fromJson))
  if (typeof json === 'object')
    return Dict.of(Object.entries(json).map(([key, value]) => [key, fromJson(value)] as const))
  return null
}
