// Statements.
import { parseExpression, parseFilter, parsePostfix, parsePrimary, parseTuple } from './expressions.ts'
import { tokensOf } from './lexer.ts'
import type { Body, Expression, MacroBody, Parameter, Statement, Target } from './nodes.ts'
import { TokenStream } from './token-stream.ts'

/** Parses a template. Throws SyntaxProblem. */
export function parseSource(source: string): Body {
  const tokens = new TokenStream(tokensOf(source))
  return parseBody(tokens, [])
}

/** Statements up to a tag of one of these names, which becomes the current token; without names up to the end. */
function parseBody(tokens: TokenStream, ends: readonly string[]): Body {
  return tokens.deeper(() => {
    const body: Statement[] = []
    for (;;) {
      if (tokens.is('data')) body.push({ kind: 'text', text: tokens.next().value })
      else if (tokens.is('variable_begin')) {
        tokens.next()
        body.push({ kind: 'print', value: parseTuple(tokens) })
        tokens.expect('variable_end')
      } else if (tokens.is('block_begin')) {
        tokens.next()
        if (ends.length > 0 && tokens.is('name', ...ends)) return body
        body.push(...parseStatement(tokens))
        tokens.expect('block_end')
      } else {
        if (ends.length > 0) throw tokens.problem(`Unexpected end of template. Looking for '${ends.join("' or '")}'`)
        return body
      }
    }
  })
}

/** A block up to its end tag, of which the name is gone past. */
function parseBlock(tokens: TokenStream, ...ends: readonly [string, ...string[]]): Body {
  tokens.skip('operator', ':')
  tokens.expect('block_end')
  const body = parseBody(tokens, ends)
  if (ends.length === 1) tokens.next()
  return body
}

type Parse = (tokens: TokenStream) => readonly Statement[]

const statements: Readonly<Record<string, Parse>> = {
  set: parseSet,
  for: parseFor,
  if: parseIf,
  with: parseWith,
  macro: parseMacro,
  call: parseCallBlock,
  filter: parseFilterBlock,
  block: parseNamedBlock,
  print: parsePrint,
  autoescape: parseAutoescape,
  generation: (tokens) => [{ kind: 'scope', body: parseBlock(tokens, 'endgeneration') }],
  break: () => [{ kind: 'break' }],
  continue: () => [{ kind: 'continue' }],
}

function parseStatement(tokens: TokenStream): readonly Statement[] {
  const { value } = tokens.expect('name')
  if (!Object.hasOwn(statements, value)) throw tokens.problem(`Encountered unknown tag '${value}'`)
  return statements[value]!(tokens)
}

/** Names with commas between them; `mayBeAttribute` also takes `namespace.attribute`. */
function parseTarget(
  tokens: TokenStream,
  { end, mayBeAttribute = false }: { end?: string; mayBeAttribute?: boolean } = {},
): Target {
  const items: Target[] = []
  let isTuple = false
  const isEnd = () =>
    tokens.is('block_end') || tokens.is('operator', ')') || (end !== undefined && tokens.is('name', end))
  while (!isEnd()) {
    items.push(parseOneTarget(tokens, mayBeAttribute))
    if (!tokens.skip('operator', ',')) break
    isTuple = true
  }
  if (isTuple) return { kind: 'tuple', items }
  if (!items[0]) throw tokens.problem(`unexpected '${tokens.current.value}'`)
  return items[0]
}

function parseOneTarget(tokens: TokenStream, mayBeAttribute: boolean): Target {
  if (tokens.skip('operator', '(')) {
    const target = parseTarget(tokens)
    tokens.expect('operator', ')')
    return target
  }
  const name = parseName(tokens)
  if (!mayBeAttribute || !tokens.skip('operator', '.')) return { kind: 'name', name }
  return { kind: 'attribute', namespace: name, name: tokens.expect('name').value }
}

function parseName(tokens: TokenStream): string {
  const { value } = tokens.expect('name')
  if (/^(?:[tT]rue|[fF]alse|[nN]one)$/.test(value)) throw tokens.problem(`can't assign to '${value}'`)
  return value
}

function parseSet(tokens: TokenStream): Statement[] {
  const target = parseTarget(tokens, { mayBeAttribute: true })
  if (tokens.skip('operator', '=')) return [{ kind: 'set', target, value: parseTuple(tokens) }]
  const filter = parseFilter(tokens, null)
  return [{ kind: 'set-block', target, filter, body: parseBlock(tokens, 'endset') }]
}

function parseFor(tokens: TokenStream): Statement[] {
  const target = parseTarget(tokens, { end: 'in' })
  tokens.expect('name', 'in')
  const list = parseTuple(tokens, { ifs: false, end: 'recursive' })
  const test = tokens.skip('name', 'if') ? parseExpression(tokens) : null
  const isRecursive = tokens.skip('name', 'recursive')
  const body = parseBlock(tokens, 'endfor', 'else')
  const otherwise = tokens.next().value === 'else' ? parseBlock(tokens, 'endfor') : []
  return [{ kind: 'for', target, list, test, isRecursive, body, otherwise }]
}

function parseIf(tokens: TokenStream): Statement[] {
  const branches: { test: Expression | null; body: Body }[] = []
  for (;;) {
    const test = parseTuple(tokens, { ifs: false })
    branches.push({ test, body: parseBlock(tokens, 'elif', 'else', 'endif') })
    const { value } = tokens.next()
    if (value === 'elif') continue
    if (value === 'else') branches.push({ test: null, body: parseBlock(tokens, 'endif') })
    return [{ kind: 'if', branches }]
  }
}

function parseWith(tokens: TokenStream): Statement[] {
  const values: [Target, Expression][] = []
  while (!tokens.is('block_end')) {
    if (values.length > 0) tokens.expect('operator', ',')
    const target = parseOneTarget(tokens, false)
    tokens.expect('operator', '=')
    values.push([target, parseExpression(tokens)])
  }
  return [{ kind: 'with', values, body: parseBlock(tokens, 'endwith') }]
}

function parseParameters(tokens: TokenStream): Parameter[] {
  const parameters: Parameter[] = []
  tokens.expect('operator', '(')
  while (!tokens.is('operator', ')')) {
    if (parameters.length > 0) tokens.expect('operator', ',')
    const name = parseName(tokens)
    const byDefault = tokens.skip('operator', '=') ? parseExpression(tokens) : null
    if (!byDefault && parameters.some((parameter) => parameter.byDefault))
      throw tokens.problem('non-default argument follows default argument')
    parameters.push({ name, byDefault })
  }
  tokens.next()
  return parameters
}

function parseMacro(tokens: TokenStream): Statement[] {
  const name = parseName(tokens)
  const parameters = parseParameters(tokens)
  return [{ kind: 'macro', name, macro: { parameters, body: parseBlock(tokens, 'endmacro') } }]
}

function parseCallBlock(tokens: TokenStream): Statement[] {
  const parameters = tokens.is('operator', '(') ? parseParameters(tokens) : []
  const call = parsePostfix(tokens, parsePrimary(tokens))
  if (call.kind !== 'call') throw tokens.problem('expected call')
  const macro: MacroBody = { parameters, body: parseBlock(tokens, 'endcall') }
  return [{ kind: 'call-block', call, macro }]
}

function parseFilterBlock(tokens: TokenStream): Statement[] {
  const filter = parseFilter(tokens, null, { isFirst: true })!
  return [{ kind: 'filter-block', filter, body: parseBlock(tokens, 'endfilter') }]
}

function parseNamedBlock(tokens: TokenStream): Statement[] {
  const { value: name } = tokens.expect('name')
  tokens.skip('name', 'scoped')
  tokens.skip('name', 'required')
  const body = parseBlock(tokens, 'endblock')
  tokens.skip('name', name)
  return [{ kind: 'scope', body }]
}

function parsePrint(tokens: TokenStream): Statement[] {
  const printed: Statement[] = []
  while (!tokens.is('block_end')) {
    if (printed.length > 0) tokens.expect('operator', ',')
    printed.push({ kind: 'print', value: parseExpression(tokens) })
  }
  return printed
}

/** Nothing is escaped in the text of a conversation: `autoescape true` is refused. */
function parseAutoescape(tokens: TokenStream): Statement[] {
  const isOn = parseExpression(tokens)
  if (isOn.kind !== 'constant' || isOn.value !== false) throw tokens.problem('autoescape is not supported')
  return [{ kind: 'scope', body: parseBlock(tokens, 'endautoescape') }]
}
