import { bind } from './runtime.ts'
import type { Meter } from './meter.ts'
import { isEqual } from './operators.ts'
import { Callable, orUndefined, Thing, Tuple, type Arguments, type Value } from './values.ts'

interface LoopOptions {
  /** Of loops that call themselves; 0 for the outermost. */
  readonly depth: number
  /** `loop(children)` of a recursive loop. */
  readonly recurse: ((children: Value) => string) | null
  readonly meter: Meter
}

/** `loop` of a loop through these items; `goTo` says which round it is. */
export function loopThing(
  items: readonly Value[],
  { depth, recurse, meter }: LoopOptions,
): { readonly thing: Thing; readonly goTo: (index: number) => void } {
  let index = 0
  let lastSeen: Tuple | null = null
  const { length } = items
  const changed = ({ positional }: Arguments): Value => {
    const seen = new Tuple(positional)
    const isSame = lastSeen !== null && isEqual(lastSeen, seen, meter)
    lastSeen = seen
    return !isSame
  }
  const cycle = ({ positional }: Arguments): Value => {
    if (positional.length === 0) throw new TypeError('no items for cycling given')
    return positional[index % positional.length]!
  }
  const attributes: Readonly<Record<string, () => Value>> = {
    index: () => index + 1,
    index0: () => index,
    revindex: () => length - index,
    revindex0: () => length - index - 1,
    first: () => index === 0,
    last: () => index === length - 1,
    length: () => length,
    depth: () => depth + 1,
    depth0: () => depth,
    previtem: () => orUndefined(items[index - 1], 'there is no previous item'),
    nextitem: () => orUndefined(items[index + 1], 'there is no next item'),
    changed: () => new Callable('changed', changed),
    cycle: () => new Callable('cycle', cycle),
  }
  const call = recurse ? (given: Arguments): Value => recurse(bind('loop', ['iterable'], given)[0]!) : undefined
  const thing = new Thing(
    'LoopContext',
    (name) => (Object.hasOwn(attributes, name) ? attributes[name]!() : undefined),
    call,
  )
  return { thing, goTo: (next) => (index = next) }
}
