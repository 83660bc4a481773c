import type { Meter } from './meter.ts'
import type { Arguments, Value } from './values.ts'

/** What filters, tests and methods can ask of the engine. */
export interface Runtime {
  readonly meter: Meter
  /** `object.name`: an attribute, else an item. */
  attribute(object: Value, name: string): Value
  /** `object[key]`: an item, else an attribute. */
  item(object: Value, key: Value): Value
  filter(name: string, value: Value, given: Arguments): Value
  test(name: string, value: Value, given: Arguments): boolean
  now(): Date
}

/** The values given for these parameters; `?` behind a name: it may be missing. Throws Error as Python does. */
export function bind(
  what: string,
  parameters: readonly string[],
  { positional, named }: Arguments,
): (Value | undefined)[] {
  const names = parameters.map((name) => name.replace('?', ''))
  if (positional.length > names.length)
    throw new TypeError(`${what}() takes ${names.length} arguments but ${positional.length} were given`)
  for (const name of named.keys()) {
    const place = names.indexOf(name)
    if (place < 0) throw new TypeError(`${what}() got an unexpected keyword argument '${name}'`)
    if (place < positional.length) throw new TypeError(`${what}() got multiple values for argument '${name}'`)
  }
  return parameters.map((parameter, place) => {
    const given = place < positional.length ? positional[place] : named.get(names[place]!)
    if (given === undefined && !parameter.endsWith('?'))
      throw new TypeError(`${what}() missing 1 required argument: '${names[place]}'`)
    return given
  })
}

export const NO_ARGUMENTS: Arguments = { positional: [], named: new Map() }

export type Method<T> = (value: T, given: Arguments, runtime: Runtime) => Value
