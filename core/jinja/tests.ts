// The tests behind `is`.
import { compare, contains, isEqual } from './operators.ts'
import { bind, type Runtime } from './runtime.ts'
import { isLower, isUpper } from './string-methods.ts'
import { toText } from './text.ts'
import {
  Callable,
  Dict,
  Float,
  itemsOf,
  Markup,
  numberOf,
  Once,
  stringOf,
  Thing,
  Undefined,
  View,
  type Arguments,
  type Value,
} from './values.ts'

type Test = (value: Value, given: Arguments, runtime: Runtime) => boolean

const plain =
  (is: (value: Value) => boolean): Test =>
  (value) =>
    is(value)

const compared =
  (operator: Parameters<typeof compare>[0]): Test =>
  (value, given, { meter }) =>
    compare(operator, value, bind('test', ['other'], given)[0]!, meter)

/** Of the rest of a division. */
const remainder = (value: Value, by: Value | undefined): number => {
  const [number, divisor] = [numberOf(value), numberOf(by ?? null)]
  if (number === null || divisor === null) throw new TypeError('a number is needed')
  if (divisor === 0) throw new RangeError('integer modulo by zero')
  return number % divisor
}

const isText = (value: Value): boolean => stringOf(value) !== null
const isIterable = (value: Value): boolean =>
  isText(value) ||
  itemsOf(value) !== null ||
  value instanceof Dict ||
  value instanceof Once ||
  value instanceof Undefined

const [eq, ne, lt, le, gt, ge] = (['==', '!=', '<', '<=', '>', '>='] as const).map(compared) as [
  Test,
  Test,
  Test,
  Test,
  Test,
  Test,
]

export const tests: Readonly<Record<string, Test>> = {
  boolean: plain((value) => typeof value === 'boolean'),
  callable: plain((value) => value instanceof Callable || (value instanceof Thing && value.call !== undefined)),
  defined: plain((value) => !(value instanceof Undefined)),
  undefined: plain((value) => value instanceof Undefined),
  divisibleby: (value, given) => remainder(value, bind('divisibleby', ['num'], given)[0]) === 0,
  odd: plain((value) => Math.abs(remainder(value, 2)) === 1),
  even: plain((value) => remainder(value, 2) === 0),
  escaped: plain((value) => value instanceof Markup),
  false: plain((value) => value === false),
  true: plain((value) => value === true),
  none: plain((value) => value === null),
  float: plain((value) => value instanceof Float),
  integer: plain((value) => typeof value === 'number'),
  number: plain((value) => numberOf(value) !== null),
  string: plain(isText),
  mapping: plain((value) => value instanceof Dict),
  iterable: plain(isIterable),
  sequence: plain(
    (value) =>
      isText(value) ||
      value instanceof Dict ||
      value instanceof Undefined ||
      (itemsOf(value) !== null && !(value instanceof View)),
  ),
  lower: (value, _, { meter }) => isLower(toText(value, meter)),
  upper: (value, _, { meter }) => isUpper(toText(value, meter)),
  in: (value, given, { meter }) => contains(bind('in', ['seq'], given)[0]!, value, meter),
  sameas: (value, given, { meter }) => {
    const [other] = bind('sameas', ['other'], given)
    return value === other || (isText(value) && isText(other!) && isEqual(value, other!, meter))
  },
  eq,
  equalto: eq,
  '==': eq,
  ne,
  '!=': ne,
  lt,
  lessthan: lt,
  '<': lt,
  le,
  '<=': le,
  gt,
  greaterthan: gt,
  '>': gt,
  ge,
  '>=': ge,
}
