// `object.name` and `object[key]` as jinja2's immutable sandbox looks them up.
import { isEqual, slice } from './operators.ts'
import { bind, type Method, type Runtime } from './runtime.ts'
import { stringMethods } from './string-methods.ts'
import { pointsOf } from './text.ts'
import {
  Callable,
  Dict,
  Float,
  intOf,
  itemsOf,
  List,
  Namespace,
  numberOf,
  orUndefined,
  Range,
  stringOf,
  Thing,
  Tuple,
  typeName,
  Undefined,
  View,
  type Value,
} from './values.ts'

const dictMethods: Readonly<Record<string, Method<Dict>>> = {
  get: (dict, given) => {
    const [key, byDefault = null] = bind('get', ['key', 'default?'], given)
    const value = dict.get(key!)
    return value === undefined ? byDefault : value
  },
  keys: (dict) => new View('dict_keys', dict.keys()),
  values: (dict) =>
    new View(
      'dict_values',
      Array.from(dict.entries(), ([, value]) => value),
    ),
  items: (dict) =>
    new View(
      'dict_items',
      Array.from(dict.entries(), (entry) => new Tuple(entry)),
    ),
  copy: (dict) => Dict.of(dict.entries()),
}

const sequenceMethods: Readonly<Record<string, Method<List | Tuple | Range>>> = {
  count: (list, given, { meter }) => {
    const [wanted] = bind('count', ['value'], given)
    return list.items.filter((item) => isEqual(item, wanted!, meter)).length
  },
  index: (list, given, { meter }) => {
    const [wanted, start = 0] = bind('index', ['value', 'start?'], given)
    const place = list.items.findIndex((item, i) => i >= (intOf(start) ?? 0) && isEqual(item, wanted!, meter))
    if (place < 0) throw new Error('value is not in list')
    return place
  },
}

const listMethods: Readonly<Record<string, Method<List>>> = {
  ...sequenceMethods,
  copy: (list) => new List([...list.items]),
}

const numberMethods: Readonly<Record<string, Method<number>>> = { is_integer: (number) => Number.isInteger(number) }

/** What changes a list or a dict: a template must not. */
const CHANGING: Readonly<Record<string, readonly string[]>> = {
  list: ['append', 'clear', 'extend', 'insert', 'pop', 'remove', 'reverse', 'sort'],
  dict: ['clear', 'pop', 'popitem', 'setdefault', 'update'],
}

function methodOf<T>(
  methods: Readonly<Record<string, Method<T>>>,
  value: T,
  name: string,
  runtime: Runtime,
): Value | undefined {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined
  return method && new Callable(name, (given) => method(value, given, runtime))
}

/** An attribute in Python's sense: methods, and what `loop`, macros and namespaces hold. */
function ownAttribute(object: Value, name: string, runtime: Runtime): Value | undefined {
  const type = typeName(object)
  if (name.startsWith('_') || CHANGING[type]?.includes(name))
    return new Undefined(`access to attribute '${name}' of '${type}' object is unsafe`)
  const text = stringOf(object)
  if (text !== null) return methodOf(stringMethods, text, name, runtime)
  if (object instanceof Dict) return methodOf(dictMethods, object, name, runtime)
  if (object instanceof List) return methodOf(listMethods, object, name, runtime)
  if (object instanceof Tuple && object.names.includes(name)) return object.items[object.names.indexOf(name)]
  if (object instanceof Tuple || object instanceof Range) return methodOf(sequenceMethods, object, name, runtime)
  if (object instanceof Thing) return object.attribute(name)
  if (object instanceof Namespace) return object.attributes.get(name)
  const number = numberOf(object)
  return number !== null ? methodOf(numberMethods, number, name, runtime) : undefined
}

/** An item in Python's sense. */
function ownItem(object: Value, key: Value, runtime: Runtime): Value | undefined {
  if (key instanceof Tuple && key.items.length === 0) return undefined
  if (object instanceof Dict) return hashable(key) ? object.get(key) : undefined
  const place = key instanceof Float ? null : intOf(key)
  if (place === null) return undefined
  const text = stringOf(object)
  if (text !== null) runtime.meter.characters(text.length)
  const items = text === null ? (object instanceof View ? null : itemsOf(object)) : pointsOf(text)
  return items?.[place < 0 ? place + items.length : place]
}

const hashable = (key: Value): boolean =>
  !(key instanceof List || key instanceof Dict || key instanceof Namespace) &&
  (!(key instanceof Tuple) || key.items.every(hashable))

const orMissing = (value: Value | undefined, object: Value, name: string): Value =>
  orUndefined(
    value,
    object === null ? `'None' has no attribute '${name}'` : `'${typeName(object)} object' has no attribute '${name}'`,
  )

/** `object.name`: an attribute, else an item, else Undefined. Throws Error where the object is undefined. */
export function attribute(object: Value, name: string, runtime: Runtime): Value {
  if (object instanceof Undefined) throw new Error(object.reason)
  const found = ownAttribute(object, name, runtime)
  return found === undefined ? orMissing(ownItem(object, name, runtime), object, name) : found
}

/** `object[key]`: an item, else an attribute, else Undefined. Throws Error where the object is undefined. */
export function item(object: Value, key: Value, runtime: Runtime): Value {
  if (object instanceof Undefined) throw new Error(object.reason)
  const found = ownItem(object, key, runtime)
  if (found !== undefined) return found
  const name = stringOf(key)
  if (name === null) return new Undefined(`${typeName(object)} object has no element ${typeName(key)}`)
  return orMissing(ownAttribute(object, name, runtime), object, name)
}

/** object[start:stop:step], or Undefined. */
export function part(object: Value, bounds: Parameters<typeof slice>[1], { meter }: Runtime): Value {
  if (object instanceof Undefined) throw new Error(object.reason)
  return slice(object, bounds, meter) ?? new Undefined(`${typeName(object)} object cannot be cut`)
}

/** What `a.b.0` leads to, for filters that are given such a path. */
export function attributePath(path: Value, runtime: Runtime, byDefault?: Value): (object: Value) => Value {
  const text = stringOf(path)
  const keys: Value[] = text === null ? [path] : text.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key))
  return (object) =>
    keys.reduce<Value>((value, key) => {
      const found = item(value, key, runtime)
      return found instanceof Undefined && byDefault !== undefined ? byDefault : found
    }, object)
}
