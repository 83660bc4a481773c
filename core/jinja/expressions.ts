// Expressions, with jinja2's precedence.
import type { BinaryOperator, CallArguments, Comparison, Expression } from './nodes.ts'
import type { TokenStream } from './token-stream.ts'
import { Float } from './values.ts'

/** An expression; `{ ifs: false }` leaves a following `if` to the statement. */
export function parseExpression(tokens: TokenStream, { ifs = true }: { readonly ifs?: boolean } = {}): Expression {
  return tokens.deeper(() => {
    let expression = parseOr(tokens)
    while (ifs && tokens.skip('name', 'if')) {
      const test = parseOr(tokens)
      const otherwise = tokens.skip('name', 'else') ? parseExpression(tokens) : null
      expression = { kind: 'if', test, then: expression, otherwise }
    }
    return expression
  })
}

/** One expression, or several with commas between them, which are a tuple. `end` is a name that ends it. */
export function parseTuple(
  tokens: TokenStream,
  {
    ifs = true,
    end,
    mayBeEmpty = false,
  }: { readonly ifs?: boolean; readonly end?: string; readonly mayBeEmpty?: boolean } = {},
): Expression {
  const isEnd = (): boolean =>
    tokens.is('variable_end') ||
    tokens.is('block_end') ||
    tokens.is('operator', ')') ||
    (end !== undefined && tokens.is('name', end))
  const items: Expression[] = []
  let isTuple = false
  while (!isEnd()) {
    items.push(parseExpression(tokens, { ifs }))
    if (!tokens.skip('operator', ',')) break
    isTuple = true
  }
  if (!isTuple && items[0]) return items[0]
  if (!isTuple && !mayBeEmpty) throw tokens.problem(`Expected an expression, got '${tokens.current.value}'`)
  return { kind: 'tuple', items }
}

function parseOr(tokens: TokenStream): Expression {
  let left = parseAnd(tokens)
  while (tokens.skip('name', 'or')) left = { kind: 'or', left, right: parseAnd(tokens) }
  return left
}

function parseAnd(tokens: TokenStream): Expression {
  let left = parseNot(tokens)
  while (tokens.skip('name', 'and')) left = { kind: 'and', left, right: parseNot(tokens) }
  return left
}

function parseNot(tokens: TokenStream): Expression {
  if (!tokens.skip('name', 'not')) return parseCompare(tokens)
  return { kind: 'not', operand: tokens.deeper(() => parseNot(tokens)) }
}

function parseCompare(tokens: TokenStream): Expression {
  const first = parseSum(tokens)
  const rest: [Comparison, Expression][] = []
  for (let operator = comparison(tokens); operator; operator = comparison(tokens))
    rest.push([operator, parseSum(tokens)])
  return rest.length > 0 ? { kind: 'compare', first, rest } : first
}

function comparison(tokens: TokenStream): Comparison | null {
  if (tokens.is('operator', '==', '!=', '<', '<=', '>', '>=')) return tokens.next().value as Comparison
  if (tokens.skip('name', 'in')) return 'in'
  if (!tokens.is('name', 'not') || !tokens.isNext('name', 'in')) return null
  tokens.next()
  tokens.next()
  return 'not in'
}

/** Operators of one precedence, from left to right. */
const leftToRight =
  (operators: readonly BinaryOperator[], parseOperand: (tokens: TokenStream) => Expression) =>
  (tokens: TokenStream): Expression => {
    let left = parseOperand(tokens)
    while (tokens.is('operator', ...operators)) {
      const operator = tokens.next().value as BinaryOperator
      left = { kind: 'binary', operator, left, right: parseOperand(tokens) }
    }
    return left
  }

const parsePower = leftToRight(['**'], (tokens) => parseUnary(tokens, true))
const parseProduct = leftToRight(['*', '/', '//', '%'], parsePower)
const parseSum = leftToRight(['+', '-'], parseConcat)

function parseConcat(tokens: TokenStream): Expression {
  const items = [parseProduct(tokens)]
  while (tokens.skip('operator', '~')) items.push(parseProduct(tokens))
  return items.length === 1 ? items[0]! : { kind: 'concat', items }
}

function parseUnary(tokens: TokenStream, withFilters: boolean): Expression {
  const operator = tokens.is('operator', '-', '+') ? tokens.next().value : null
  const operand: Expression = operator
    ? { kind: operator === '-' ? 'negative' : 'positive', operand: tokens.deeper(() => parseUnary(tokens, false)) }
    : parsePrimary(tokens)
  const whole = parsePostfix(tokens, operand)
  return withFilters ? parseFilters(tokens, whole) : whole
}

const CONSTANTS: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
}

/** A name, a constant, or what stands in brackets. */
export function parsePrimary(tokens: TokenStream): Expression {
  const { type, value } = tokens.current
  if (type === 'name') {
    tokens.next()
    return Object.hasOwn(CONSTANTS, value)
      ? { kind: 'constant', value: CONSTANTS[value]! }
      : { kind: 'name', name: value }
  }
  if (type === 'string') {
    let text = ''
    while (tokens.is('string')) text += tokens.next().value
    return { kind: 'constant', value: text }
  }
  if (type === 'integer' || type === 'float') return { kind: 'constant', value: parseNumber(tokens) }
  if (tokens.skip('operator', '(')) {
    const tuple = parseTuple(tokens, { mayBeEmpty: true })
    tokens.expect('operator', ')')
    return tuple
  }
  if (tokens.skip('operator', '[')) return { kind: 'list', items: parseItems(tokens, ']', parseExpression) }
  if (tokens.skip('operator', '{')) return { kind: 'dict', entries: parseItems(tokens, '}', parseEntry) }
  throw tokens.problem(`unexpected '${value}'`)
}

function parseNumber(tokens: TokenStream): number | Float {
  const { type, value } = tokens.next()
  const number = Number(value.replaceAll('_', ''))
  if (type === 'float') return new Float(number)
  if (!Number.isSafeInteger(number)) throw tokens.problem('a number beyond 2^53')
  return number
}

function parseItems<T>(tokens: TokenStream, end: string, parse: (tokens: TokenStream) => T): T[] {
  const items: T[] = []
  while (!tokens.is('operator', end)) {
    items.push(parse(tokens))
    if (!tokens.is('operator', end)) tokens.expect('operator', ',')
  }
  tokens.next()
  return items
}

function parseEntry(tokens: TokenStream): readonly [Expression, Expression] {
  const key = parseExpression(tokens)
  tokens.expect('operator', ':')
  return [key, parseExpression(tokens)]
}

/** Attributes, items and calls behind an expression. */
export function parsePostfix(tokens: TokenStream, first: Expression): Expression {
  let expression = first
  for (;;) {
    if (tokens.skip('operator', '.')) expression = parseAttribute(tokens, expression)
    else if (tokens.skip('operator', '[')) expression = parseItem(tokens, expression)
    else if (tokens.is('operator', '('))
      expression = { kind: 'call', callee: expression, given: parseArguments(tokens) }
    else return expression
  }
}

function parseAttribute(tokens: TokenStream, object: Expression): Expression {
  if (tokens.is('integer')) return { kind: 'item', object, key: { kind: 'constant', value: parseNumber(tokens) } }
  return { kind: 'attribute', object, name: tokens.expect('name').value }
}

function parseItem(tokens: TokenStream, object: Expression): Expression {
  const keys = parseItems(tokens, ']', parseSubscript)
  return { kind: 'item', object, key: keys.length === 1 ? keys[0]! : { kind: 'tuple', items: keys } }
}

function parseSubscript(tokens: TokenStream): Expression {
  const part = (): Expression | null => (tokens.is('operator', ':', ']', ',') ? null : parseExpression(tokens))
  const start = part()
  if (!tokens.skip('operator', ':')) {
    if (!start) throw tokens.problem(`unexpected '${tokens.current.value}'`)
    return start
  }
  const stop = part()
  return { kind: 'slice', parts: [start, stop, tokens.skip('operator', ':') ? part() : null] }
}

/** Filters, tests and calls behind an expression. */
function parseFilters(tokens: TokenStream, first: Expression): Expression {
  let expression = first
  for (;;) {
    if (tokens.is('operator', '|')) expression = parseFilter(tokens, expression)!
    else if (tokens.skip('name', 'is')) expression = parseTest(tokens, expression)
    else if (tokens.is('operator', '('))
      expression = { kind: 'call', callee: expression, given: parseArguments(tokens) }
    else return expression
  }
}

/** The filters behind an expression, or the first of a block's, before which no `|` stands. */
export function parseFilter(
  tokens: TokenStream,
  object: Expression | null,
  { isFirst = false }: { readonly isFirst?: boolean } = {},
): Expression | null {
  let expression = object
  let isNamed = isFirst
  while (isNamed || tokens.skip('operator', '|')) {
    isNamed = false
    const name = dottedName(tokens)
    const given = tokens.is('operator', '(') ? parseArguments(tokens) : NO_ARGUMENTS
    expression = { kind: 'filter', object: expression, name, given }
  }
  return expression
}

function dottedName(tokens: TokenStream): string {
  let name = tokens.expect('name').value
  while (tokens.skip('operator', '.')) name += `.${tokens.expect('name').value}`
  return name
}

const NO_ARGUMENTS: CallArguments = { positional: [], named: [], rest: null, namedRest: null }

function parseTest(tokens: TokenStream, object: Expression): Expression {
  const isNegated = tokens.skip('name', 'not')
  const name = dottedName(tokens)
  const test: Expression = { kind: 'test', object, name, given: testArguments(tokens) }
  return isNegated ? { kind: 'not', operand: test } : test
}

/** `is divisibleby 3` means `is divisibleby(3)`. */
function testArguments(tokens: TokenStream): CallArguments {
  if (tokens.is('operator', '(')) return parseArguments(tokens)
  const isOperand =
    ['string', 'integer', 'float'].includes(tokens.current.type) ||
    tokens.is('operator', '[', '{') ||
    (tokens.is('name') && !tokens.is('name', 'else', 'or', 'and'))
  if (!isOperand) return NO_ARGUMENTS
  if (tokens.is('name', 'is')) throw tokens.problem('You cannot chain multiple tests with is')
  return { ...NO_ARGUMENTS, positional: [parsePostfix(tokens, parsePrimary(tokens))] }
}

function parseArguments(tokens: TokenStream): CallArguments {
  tokens.expect('operator', '(')
  const positional: Expression[] = []
  const named: [string, Expression][] = []
  let rest: Expression | null = null
  let namedRest: Expression | null = null
  const ensure = (isRight: boolean): void => {
    if (!isRight) throw tokens.problem('invalid syntax for function call expression')
  }
  parseItems(tokens, ')', () => {
    ensure(namedRest === null)
    if (tokens.skip('operator', '*')) {
      ensure(rest === null)
      rest = parseExpression(tokens)
    } else if (tokens.skip('operator', '**')) namedRest = parseExpression(tokens)
    else if (tokens.is('name') && tokens.isNext('operator', '=')) {
      const name = tokens.next().value
      tokens.next()
      named.push([name, parseExpression(tokens)])
    } else {
      ensure(rest === null && named.length === 0)
      positional.push(parseExpression(tokens))
    }
  })
  return { positional, named, rest, namedRest }
}
