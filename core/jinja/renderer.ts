// Runs a template's statements.
import { Evaluator } from './evaluator.ts'
import { loopThing } from './loop.ts'
import type { Meter } from './meter.ts'
import type { Body, Expression, ForLoop, MacroBody, Statement, Target } from './nodes.ts'
import { Scope } from './scope.ts'
import { toText } from './text.ts'
import { Dict, iterate, Namespace, orUndefined, Thing, Tuple, Undefined, type Arguments, type Value } from './values.ts'

/** What ends the round of a loop. */
type Leaves = 'break' | 'continue' | null

export class Renderer {
  readonly #evaluator: Evaluator
  readonly #meter: Meter
  /** The text that is being written; blocks and macros write one of their own. */
  #written: string[] = []
  #length = 0

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator
    this.#meter = evaluator.meter
  }

  /** The text of a body, written apart. */
  text(body: Body, scope: Scope): string {
    const outer = [this.#written, this.#length] as const
    this.#written = []
    this.#length = 0
    this.#run(body, scope)
    const text = this.#written.join('')
    ;[this.#written, this.#length] = outer
    return text
  }

  #write(text: string): void {
    this.#length += text.length
    this.#meter.characters(this.#length > text.length ? this.#length : text.length)
    this.#written.push(text)
  }

  #run(body: Body, scope: Scope): Leaves {
    return this.#meter.deeper(() => {
      for (const statement of body) {
        this.#meter.step()
        const leaves = this.#statement(statement, scope)
        if (leaves) return leaves
      }
      return null
    })
  }

  #statement(statement: Statement, scope: Scope): Leaves {
    switch (statement.kind) {
      case 'text':
        this.#write(statement.text)
        return null
      case 'print':
        this.#write(toText(this.#evaluator.evaluate(statement.value, scope), this.#meter))
        return null
      case 'set':
        this.#assign(statement.target, this.#evaluator.evaluate(statement.value, scope), scope)
        return null
      case 'if': {
        const branch = statement.branches.find(({ test }) => !test || this.#evaluator.isTrue(test, scope))
        return branch ? this.#run(branch.body, scope) : null
      }
      case 'for':
        return this.#loop(statement, scope)
      case 'break':
      case 'continue':
        return statement.kind
      default:
        return this.#block(statement, scope)
    }
  }

  #block(statement: Exclude<Statement, { kind: Simple }>, scope: Scope): Leaves {
    switch (statement.kind) {
      case 'set-block': {
        const text = this.text(statement.body, new Scope(scope))
        const value = statement.filter ? this.#evaluator.filtered(statement.filter, text, scope) : text
        this.#assign(statement.target, value, scope)
        return null
      }
      case 'macro':
        scope.set(statement.name, this.#macro(statement.name, statement.macro, scope))
        return null
      case 'call-block': {
        const { callee, given } = statement.call
        const { positional, named } = this.#evaluator.arguments(given, scope)
        const caller = this.#macro('caller', statement.macro, scope)
        const result = this.#evaluator.call(this.#evaluator.evaluate(callee, scope), {
          positional,
          named: new Map([...named, ['caller', caller]]),
        })
        this.#write(toText(result, this.#meter))
        return null
      }
      case 'filter-block': {
        const text = this.text(statement.body, new Scope(scope))
        this.#write(toText(this.#evaluator.filtered(statement.filter, text, scope), this.#meter))
        return null
      }
      case 'with': {
        const inner = new Scope(scope)
        const values = statement.values.map(([, value]) => this.#evaluator.evaluate(value, scope))
        for (const [i, [target]] of statement.values.entries()) this.#assign(target, values[i]!, inner)
        return this.#run(statement.body, inner)
      }
      case 'scope':
        return this.#run(statement.body, new Scope(scope))
    }
  }

  #assign(target: Target, value: Value, scope: Scope): void {
    if (target.kind === 'name') return scope.set(target.name, value)
    if (target.kind === 'attribute') {
      const namespace = scope.get(target.namespace)
      if (!(namespace instanceof Namespace)) throw new TypeError('cannot assign attribute on non-namespace object')
      namespace.attributes.set(target.name, value)
      return
    }
    const values = iterate(value)
    if (values.length !== target.items.length)
      throw new RangeError(`${values.length} values to unpack (expected ${target.items.length})`)
    for (const [i, one] of target.items.entries()) this.#assign(one, values[i]!, scope)
  }

  #loop(statement: ForLoop, scope: Scope): Leaves {
    const list = this.#evaluator.evaluate(statement.list, scope)
    this.#rounds(statement, list, { scope, depth: 0 })
    return null
  }

  #rounds(statement: ForLoop, list: Value, { scope, depth }: { readonly scope: Scope; readonly depth: number }): void {
    const all = iterate(list)
    this.#meter.items(all.length)
    const items = statement.test ? all.filter((item) => this.#passes(statement, item, scope)) : all
    const recurse = statement.isRecursive
      ? (children: Value): string => this.#recursion(statement, children, { scope, depth: depth + 1 })
      : null
    const { thing, goTo } = loopThing(items, { depth, recurse, meter: this.#meter })
    for (const [index, item] of items.entries()) {
      goTo(index)
      const round = new Scope(scope, [['loop', thing]])
      this.#assign(statement.target, item, round)
      if (this.#run(statement.body, round) === 'break') break
    }
    if (items.length === 0) this.#run(statement.otherwise, new Scope(scope))
  }

  #passes({ target, test }: ForLoop, item: Value, scope: Scope): boolean {
    const inner = new Scope(scope)
    this.#assign(target, item, inner)
    return this.#evaluator.isTrue(test as Expression, inner)
  }

  #recursion(statement: ForLoop, children: Value, place: { readonly scope: Scope; readonly depth: number }): string {
    const outer = [this.#written, this.#length] as const
    this.#written = []
    this.#length = 0
    this.#meter.deeper(() => this.#rounds(statement, children, place))
    const text = this.#written.join('')
    ;[this.#written, this.#length] = outer
    return text
  }

  #macro(name: string, { parameters, body }: MacroBody, scope: Scope): Thing {
    const call = (given: Arguments): Value => {
      const inner = new Scope(scope)
      const { positional, named } = given
      const names = parameters.map((parameter) => parameter.name)
      for (const [i, parameter] of parameters.entries()) {
        const value = i < positional.length ? positional[i] : named.get(parameter.name)
        if (value !== undefined) inner.set(parameter.name, value)
        else if (parameter.byDefault) inner.set(parameter.name, this.#evaluator.evaluate(parameter.byDefault, inner))
        else inner.set(parameter.name, new Undefined(`parameter '${parameter.name}' was not provided`))
      }
      const more = new Map([...named].filter(([key]) => !names.includes(key)))
      inner.set('caller', orUndefined(more.get('caller'), 'No caller defined'))
      more.delete('caller')
      inner.set('varargs', new Tuple(positional.slice(parameters.length)))
      inner.set('kwargs', Dict.of(more))
      return this.text(body, inner)
    }
    const attributes: Readonly<Record<string, Value>> = {
      name,
      arguments: new Tuple(parameters.map((parameter) => parameter.name)),
    }
    return new Thing(`Macro '${name}'`, (key) => (Object.hasOwn(attributes, key) ? attributes[key] : undefined), call)
  }
}

type Simple = 'text' | 'print' | 'set' | 'if' | 'for' | 'break' | 'continue'
