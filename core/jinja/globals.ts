// What every template can call.
import { bind, type Runtime } from './runtime.ts'
import { strftime } from './strftime.ts'
import { toText } from './text.ts'
import {
  Callable,
  Dict,
  intOf,
  iterate,
  Namespace,
  Range,
  stringOf,
  Thing,
  typeName,
  type Arguments,
  type Value,
} from './values.ts'

const MAX_RANGE = 10_000

function range({ positional }: Arguments): Range {
  const numbers = positional.map((value) => {
    const number = intOf(value)
    if (number === null) throw new TypeError(`'${typeName(value)}' object cannot be interpreted as an integer`)
    return number
  })
  if (numbers.length < 1 || numbers.length > 3) throw new TypeError('range expected 1 to 3 arguments')
  const [first, second, step = 1] = numbers as [number, number?, number?]
  const [start, stop] = second === undefined ? [0, first] : [first, second]
  if (step === 0) throw new RangeError('range() step must not be zero')
  if (Math.ceil((stop - start) / step) > MAX_RANGE) throw new RangeError(`range() of more than ${MAX_RANGE} numbers`)
  return new Range(start, stop, step)
}

/** A dict's entries, pairs, and named ones, in this order. */
function pairsOf({ positional, named }: Arguments): (readonly [Value, Value])[] {
  const given = positional[0] ?? null
  const own = given instanceof Dict ? [...given.entries()] : given === null ? [] : iterate(given).map(pairOf)
  return [...own, ...named]
}

function pairOf(value: Value): readonly [Value, Value] {
  const [key, item, ...more] = iterate(value)
  if (key === undefined || item === undefined || more.length > 0) throw new TypeError('a pair is needed')
  return [key, item]
}

function namespace(given: Arguments, { meter }: Runtime): Namespace {
  const made = new Namespace()
  for (const [name, value] of pairsOf(given)) made.attributes.set(toText(name, meter), value)
  return made
}

/** Gives its values one after the other, and begins anew. */
function cycler({ positional }: Arguments): Thing {
  if (positional.length === 0) throw new TypeError('at least one item has to be provided')
  let place = 0
  const methods: Readonly<Record<string, () => Value>> = {
    next: () => positional[place++ % positional.length]!,
    reset: () => {
      place = 0
      return null
    },
  }
  return new Thing('Cycler', (name) => {
    if (name === 'current') return positional[place % positional.length]
    return Object.hasOwn(methods, name) ? new Callable(name, methods[name]!) : undefined
  })
}

/** Nothing at the first call, the separator from then on. */
function joiner(given: Arguments): Thing {
  const [separator = ', '] = bind('joiner', ['sep?'], given)
  let isUsed = false
  return new Thing(
    'Joiner',
    () => undefined,
    () => {
      const result = isUsed ? separator : ''
      isUsed = true
      return result
    },
  )
}

/** jinja2's globals and those of transformers. `raise_exception` throws Error with the template's own reason. */
export const globalsOf = (runtime: Runtime): Map<string, Value> =>
  new Map(
    Object.entries<(given: Arguments) => Value>({
      range,
      dict: (given) => Dict.of(pairsOf(given)),
      namespace: (given) => namespace(given, runtime),
      cycler,
      joiner,
      raise_exception: (given) => {
        throw new Error(toText(bind('raise_exception', ['message'], given)[0]!, runtime.meter))
      },
      strftime_now: (given) => {
        const format = stringOf(bind('strftime_now', ['format'], given)[0]!)
        if (format === null) throw new TypeError('strftime() argument 1 must be str')
        return strftime(runtime.now(), format)
      },
    }).map(([name, call]) => [name, new Callable(name, call)]),
  )
