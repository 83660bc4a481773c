// What an expression comes to.
import { attribute, item, part } from './attributes.ts'
import { listFilters } from './filters-list.ts'
import { textFilters } from './filters-text.ts'
import type { Meter } from './meter.ts'
import type { CallArguments, Expression } from './nodes.ts'
import { binary, compare, concat, decides, defined, negative } from './operators.ts'
import type { Runtime } from './runtime.ts'
import type { Scope } from './scope.ts'
import { tests } from './tests.ts'
import { toText } from './text.ts'
import {
  Callable,
  Dict,
  Float,
  isTrue,
  iterate,
  List,
  numberOf,
  orUndefined,
  refuseUnsafe,
  Thing,
  Tuple,
  typeName,
  Undefined,
  type Arguments,
  type Value,
} from './values.ts'

const filters = { ...textFilters, ...listFilters }

/** Works out expressions. Every method throws Error where jinja2 does, RangeError beyond the meter's limits. */
export class Evaluator implements Runtime {
  readonly meter: Meter
  readonly now: () => Date

  constructor(meter: Meter, now: () => Date) {
    this.meter = meter
    this.now = now
  }

  attribute(object: Value, name: string): Value {
    return attribute(object, name, this)
  }

  item(object: Value, key: Value): Value {
    return item(object, key, this)
  }

  filter(name: string, value: Value, given: Arguments): Value {
    if (!Object.hasOwn(filters, name)) throw new Error(`No filter named '${name}'.`)
    return filters[name]!(value, given, this)
  }

  test(name: string, value: Value, given: Arguments): boolean {
    if (!Object.hasOwn(tests, name)) throw new Error(`No test named '${name}'.`)
    return tests[name]!(value, given, this)
  }

  isTrue(expression: Expression, scope: Scope): boolean {
    const value = this.evaluate(expression, scope)
    return value instanceof Undefined ? refuseUnsafe(value, false) : isTrue(value)
  }

  evaluate(expression: Expression, scope: Scope): Value {
    this.meter.step()
    return this.meter.deeper(() => this.#evaluate(expression, scope))
  }

  call(callee: Value, given: Arguments): Value {
    if (callee instanceof Callable) return callee.call(given)
    if (callee instanceof Thing && callee.call) return callee.call(given)
    defined(callee)
    throw new TypeError(`'${typeName(callee)}' object is not callable`)
  }

  /** The values of a call's arguments. */
  arguments({ positional, named, rest, namedRest }: CallArguments, scope: Scope): Arguments {
    const values = positional.map((argument) => this.evaluate(argument, scope))
    const names = new Map(named.map(([name, argument]) => [name, this.evaluate(argument, scope)]))
    if (rest) values.push(...iterate(this.evaluate(rest, scope)))
    if (namedRest) {
      const more = this.evaluate(namedRest, scope)
      if (!(more instanceof Dict)) throw new TypeError('argument after ** must be a mapping')
      for (const [name, value] of more.entries()) names.set(toText(name, this.meter), value)
    }
    return { positional: values, named: names }
  }

  /** What filters without an object make of a text. */
  filtered(filter: Expression, text: string, scope: Scope): Value {
    if (filter.kind !== 'filter') return text
    const before = filter.object ? this.filtered(filter.object, text, scope) : text
    return this.filter(filter.name, before, this.arguments(filter.given, scope))
  }

  #evaluate(expression: Expression, scope: Scope): Value {
    switch (expression.kind) {
      case 'constant':
        return expression.value
      case 'name':
        return orUndefined(scope.get(expression.name), `'${expression.name}' is undefined`)
      case 'list':
        return new List(this.#all(expression.items, scope))
      case 'tuple':
        return new Tuple(this.#all(expression.items, scope))
      case 'dict':
        return Dict.of(expression.entries.map((pair) => this.#all(pair, scope) as [Value, Value]))
      case 'attribute':
        return this.attribute(this.evaluate(expression.object, scope), expression.name)
      case 'item':
        return this.#item(expression, scope)
      case 'call':
        return this.call(this.evaluate(expression.callee, scope), this.arguments(expression.given, scope))
      case 'filter':
        return this.filter(
          expression.name,
          expression.object ? this.evaluate(expression.object, scope) : '',
          this.arguments(expression.given, scope),
        )
      case 'test':
        return this.test(
          expression.name,
          this.evaluate(expression.object, scope),
          this.arguments(expression.given, scope),
        )
      case 'slice':
        throw new TypeError('a slice stands for itself')
      default:
        return this.#operation(expression, scope)
    }
  }

  #operation(expression: Exclude<Expression, { kind: Simple }>, scope: Scope): Value {
    switch (expression.kind) {
      case 'if':
        if (this.isTrue(expression.test, scope)) return this.evaluate(expression.then, scope)
        if (expression.otherwise) return this.evaluate(expression.otherwise, scope)
        return new Undefined('the inline if-expression evaluated to false and no else section was defined.')
      case 'and':
      case 'or': {
        const left = this.evaluate(expression.left, scope)
        return decides(expression.kind, left) ? left : this.evaluate(expression.right, scope)
      }
      case 'not':
        return !this.isTrue(expression.operand, scope)
      case 'negative':
        return negative(this.evaluate(expression.operand, scope))
      case 'positive':
        return positive(this.evaluate(expression.operand, scope))
      case 'concat':
        return concat(this.#all(expression.items, scope), this.meter)
      case 'binary': {
        const left = this.evaluate(expression.left, scope)
        return binary(expression.operator, left, this.evaluate(expression.right, scope), this.meter)
      }
      case 'compare': {
        let left = this.evaluate(expression.first, scope)
        for (const [operator, operand] of expression.rest) {
          const right = this.evaluate(operand, scope)
          if (!compare(operator, left, right, this.meter)) return false
          left = right
        }
        return true
      }
    }
  }

  #all(expressions: readonly Expression[], scope: Scope): Value[] {
    return expressions.map((expression) => this.evaluate(expression, scope))
  }

  #item({ object, key }: Expression & { kind: 'item' }, scope: Scope): Value {
    const from = this.evaluate(object, scope)
    if (key.kind !== 'slice') return this.item(from, this.evaluate(key, scope))
    const [start, stop, step] = key.parts.map((bound) => (bound ? this.evaluate(bound, scope) : null)) as [
      Value,
      Value,
      Value,
    ]
    return part(from, { start, stop, step }, this)
  }
}

type Simple =
  'constant' | 'name' | 'list' | 'tuple' | 'dict' | 'attribute' | 'item' | 'call' | 'filter' | 'test' | 'slice'

function positive(value: Value): Value {
  const number = numberOf(defined(value))
  if (number === null) throw new TypeError(`bad operand type for unary +: '${typeName(value)}'`)
  return value instanceof Float ? value : number
}
