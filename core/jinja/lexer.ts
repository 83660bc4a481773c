// Jinja's tokens, as jinja2's lexer cuts them with trim_blocks and lstrip_blocks.
import { SPACES } from './text.ts'

export type TokenType =
  | 'data'
  | 'block_begin'
  | 'block_end'
  | 'variable_begin'
  | 'variable_end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'operator'
  | 'end'

export interface Token {
  readonly type: TokenType
  /** Of a string what it stands for, of anything else the text. */
  readonly value: string
  readonly line: number
}

/** A template that is not Jinja; `line` counts from 1. */
export class SyntaxProblem extends Error {
  constructor(reason: string, line: number) {
    super(`line ${line}: ${reason}`)
  }
}

const S = `[${SPACES}]`
const TAG = new RegExp(`\\{%([-+]?)${S}*raw${S}*(?:-%\\}${S}*|%\\})|\\{(?:%|\\{|#)([-+]?)`, 'gu')
const RAW_END = new RegExp(`\\{%([-+]?)${S}*endraw${S}*(?:\\+%\\}|-%\\}${S}*|%\\}\\n?)`, 'gu')
const COMMENT_END = new RegExp(`\\+#\\}|-#\\}${S}*|#\\}\\n?`, 'gu')
const BLOCK_END = new RegExp(`\\+%\\}|-%\\}${S}*|%\\}\\n?`, 'yu')
const VARIABLE_END = new RegExp(`-\\}\\}${S}*|\\}\\}`, 'yu')

/** In this order. */
const INSIDE: readonly (readonly [TokenType | 'space', RegExp])[] = [
  ['space', new RegExp(`${S}+`, 'yu')],
  ['float', /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iuy],
  ['integer', /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iuy],
  ['name', /[\p{L}\p{N}\p{M}_]+/uy],
  ['string', /'[^'\\]*(?:\\[^][^'\\]*)*'|"[^"\\]*(?:\\[^][^"\\]*)*"/uy],
  ['operator', /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/uy],
]
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** The tokens of a template, the last of type `end`. Throws SyntaxProblem. */
export function tokensOf(template: string): Token[] {
  return new Lexer(template.replace(/\r\n|\r/g, '\n').replace(/\n$/, '')).tokens()
}

class Lexer {
  readonly #source: string
  readonly #tokens: Token[] = []
  #position = 0
  #line = 1
  #countedTo = 0
  /** True where the last thing read ended a line. */
  #isLineStart = true

  constructor(source: string) {
    this.#source = source
  }

  tokens(): Token[] {
    for (let tag = this.#find(TAG); tag; tag = this.#find(TAG)) {
      const [whole, rawSign, sign = rawSign] = tag
      const isVariable = whole.startsWith('{{')
      this.#data(this.#source.slice(this.#position, tag.index), { sign: sign ?? '', isVariable })
      this.#advance(tag.index + whole.length)
      if (rawSign !== undefined) this.#raw()
      else if (whole.startsWith('{#')) this.#comment()
      else if (isVariable) this.#inside('variable_begin', 'variable_end', VARIABLE_END)
      else this.#inside('block_begin', 'block_end', BLOCK_END)
    }
    this.#add('data', this.#source.slice(this.#position))
    this.#add('end', 'end of template')
    return this.#tokens
  }

  #find(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position
    return pattern.exec(this.#source)
  }

  #add(type: TokenType, value: string): void {
    if (type !== 'data' || value !== '') this.#tokens.push({ type, value, line: this.#currentLine() })
  }

  #currentLine(): number {
    for (; this.#countedTo < this.#position; this.#countedTo++) if (this.#source[this.#countedTo] === '\n') this.#line++
    return this.#line
  }

  #advance(position: number): void {
    if (position > this.#position) this.#isLineStart = this.#source[position - 1] === '\n'
    this.#position = position
  }

  /** Text before a tag: `-` takes all white space off its end, a block's tag what stands before it in its line. */
  #data(text: string, { sign, isVariable }: { readonly sign: string; readonly isVariable: boolean }): void {
    if (sign === '-') return this.#add('data', text.replace(TRAILING_SPACES, ''))
    const lineStart = text.lastIndexOf('\n') + 1
    const isStripped =
      sign !== '+' && !isVariable && (lineStart > 0 || this.#isLineStart) && ONLY_SPACES.test(text.slice(lineStart))
    this.#add('data', isStripped ? text.slice(0, lineStart) : text)
  }

  #raw(): void {
    const end = this.#find(RAW_END)
    if (!end) throw this.#problem('Missing end of raw directive')
    this.#data(this.#source.slice(this.#position, end.index), { sign: end[1] ?? '', isVariable: false })
    this.#advance(end.index + end[0].length)
  }

  #comment(): void {
    const end = this.#find(COMMENT_END)
    if (!end) throw this.#problem('Missing end of comment tag')
    this.#advance(end.index + end[0].length)
  }

  /** What stands in a tag, up to its end outside of brackets. */
  #inside(begin: TokenType, end: TokenType, endPattern: RegExp): void {
    this.#add(begin, begin)
    const open: string[] = []
    for (;;) {
      const closes = open.length === 0 ? this.#find(endPattern) : null
      if (closes) {
        this.#add(end, end)
        return this.#advance(this.#position + closes[0].length)
      }
      this.#token(open)
    }
  }

  #token(open: string[]): void {
    for (const [type, pattern] of INSIDE) {
      const text = this.#find(pattern)?.[0]
      if (text === undefined) continue
      if (type === 'operator') this.#balance(text, open)
      if (type === 'string') this.#add(type, this.#unescaped(text.slice(1, -1)))
      else if (type !== 'space') this.#add(type, text)
      return this.#advance(this.#position + text.length)
    }
    throw this.#problem(
      this.#position < this.#source.length
        ? `unexpected char '${this.#source[this.#position]}'`
        : 'unexpected end of template',
    )
  }

  #balance(text: string, open: string[]): void {
    const closing = CLOSING[text]
    if (closing) open.push(closing)
    else if (')]}'.includes(text) && open.pop() !== text) throw this.#problem(`unexpected '${text}'`)
  }

  /** Python's escapes. Unknown ones stay as they are, a backslash before a line's end joins the lines. */
  #unescaped(text: string): string {
    return text.replace(ESCAPE, (whole: string, code: string) => {
      if (code === '\n') return ''
      if (SIMPLE[code] !== undefined) return SIMPLE[code]
      if (/^[0-7]/.test(code)) return String.fromCodePoint(parseInt(code, 8))
      const hex = /^[xuU]([\da-fA-F]+)$/.exec(code)?.[1]
      const value = parseInt(hex ?? '', 16)
      if (value <= 0x10ffff) return String.fromCodePoint(value)
      if (/^[xuUN]/.test(code)) throw this.#problem(`unknown escape '${whole}'`)
      // jinja2 spells the character in ASCII first, whose escape the backslash then takes away.
      const point = code.codePointAt(0)!
      return point < 0x80 ? whole : `\\${asciiEscape(point)}`
    })
  }

  #problem(reason: string): SyntaxProblem {
    return new SyntaxProblem(reason, this.#currentLine())
  }
}

const TRAILING_SPACES = new RegExp(`(?<!${S})${S}+$`, 'u')
const ONLY_SPACES = new RegExp(`^${S}+$`, 'u')
const ESCAPE = /\\([0-7]{1,3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[^])/gu
const SIMPLE: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

const asciiEscape = (point: number): string =>
  point < 0x100
    ? `x${point.toString(16)}`
    : point < 0x10000
      ? `u${point.toString(16).padStart(4, '0')}`
      : `U${point.toString(16).padStart(8, '0')}`
