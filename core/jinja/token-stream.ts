import { SyntaxProblem, type Token, type TokenType } from './lexer.ts'

/** So deep may a template be nested. */
const MAX_NESTING = 200

/** Tokens as a parser goes through them. */
export class TokenStream {
  readonly #tokens: readonly Token[]
  #index = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get current(): Token {
    return this.#tokens[this.#index]!
  }

  /** The current token, which is gone past. */
  next(): Token {
    const token = this.current
    if (token.type !== 'end') this.#index++
    return token
  }

  is(type: TokenType, ...values: readonly string[]): boolean {
    return this.current.type === type && (values.length === 0 || values.includes(this.current.value))
  }

  /** Of the token behind the current one. */
  isNext(type: TokenType, value: string): boolean {
    const token = this.#tokens[this.#index + 1]
    return token?.type === type && token.value === value
  }

  /** Goes past the current token if it is this one. */
  skip(type: TokenType, value: string): boolean {
    const found = this.is(type, value)
    if (found) this.#index++
    return found
  }

  expect(type: TokenType, value?: string): Token {
    if (!this.is(type, ...(value === undefined ? [] : [value])))
      throw this.problem(`expected '${value ?? type}', got '${this.current.value}'`)
    return this.next()
  }

  deeper<R>(parse: () => R): R {
    if (++this.#depth > MAX_NESTING) throw this.problem(`more than ${MAX_NESTING} levels`)
    const result = parse()
    this.#depth--
    return result
  }

  problem(reason: string): SyntaxProblem {
    return new SyntaxProblem(reason, this.current.line)
  }
}
