import { UserError } from '../../contract/index.ts'
import { isObject, type Json } from './conversations.ts'
import { jsonError, tryJson } from './json-text.ts'
import { rememberKeys } from './key-order.ts'

/** A value of more characters is more than JavaScript can parse at once. */
export const MAX_CHARACTERS = 1 << 28

/** A list or an object, and the line where it begins. */
export interface LocatedValue {
  readonly value: readonly unknown[] | Json
  readonly line: number
}

/** What may stand between two values: RFC 7464 has a record separator, and some write commas. */
const BETWEEN = /[\s\u001e\ufeff,]/

/**
 * Lists and objects that follow each other: one a line (JSON Lines), over several lines each, several in a line, or each
 * behind a record separator (RFC 7464). Yields those that end in each piece. Throws UserError naming the line where the
 * text is no JSON.
 */
export async function* valuesIn(pieces: AsyncIterable<string>, file: string): AsyncGenerator<LocatedValue[]> {
  const reader = new ValueReader(file)
  let rest = ''
  for await (const piece of pieces) {
    const lines = piece.split('\n')
    if (lines.length === 1) {
      rest += piece
      if (rest.length > MAX_CHARACTERS) throw reader.tooLong()
      continue
    }
    lines[0] = rest + (lines[0] as string)
    rest = lines.pop() as string
    for (const line of lines) reader.read(line)
    yield reader.take()
  }
  if (rest !== '') reader.read(rest)
  reader.end()
  yield reader.take()
}

class ValueReader {
  readonly #file: string
  #values: LocatedValue[] = []
  #line = 0
  /** A value that has begun and not ended: its lines, and where it began. */
  #begun: string[] = []
  #begunAt = 0
  #size = 0
  /** The value that has begun seems to be one broken line: the line behind it is a value itself. */
  #isSuspect = false
  readonly #end = new ValueEnd()

  constructor(file: string) {
    this.#file = file
  }

  take(): LocatedValue[] {
    const values = this.#values
    this.#values = []
    return values
  }

  read(line: string): void {
    this.#line++
    const isAlone = /^\s*[[{]/.test(line)
    const value = isAlone && (this.#begun.length === 0 || this.#begun.length === 1) ? tryJson(line) : undefined
    if (value !== undefined && this.#begun.length === 0) return this.#add(value, line, this.#line)
    this.#isSuspect ||= isObject(value) && (this.#begun[0] ?? '').trim() !== '{' && this.#begun.length === 1
    this.#scan(`${line}\n`)
    if (this.#end.isInString) throw this.#damage()
    if (this.#size > MAX_CHARACTERS) throw this.#isSuspect ? this.#damage() : this.tooLong()
  }

  end(): void {
    if (this.#begun.length > 0) throw this.#damage()
  }

  tooLong(): UserError {
    return new UserError('dataset/row-too-long', { file: this.#file, line: this.#line + 1, limit: MAX_CHARACTERS })
  }

  /** The values that end in a line, and the beginning of one that does not. */
  #scan(text: string): void {
    let at = 0
    for (;;) {
      if (this.#begun.length === 0) {
        while (at < text.length && BETWEEN.test(text[at] as string)) at++
        if (at === text.length) return
        this.#begunAt = this.#line
        if (!/[[{]/.test(text[at] as string)) throw jsonError(text.slice(at), this.#file, this.#line)
      }
      const end = this.#end.find(text, at)
      this.#begun.push(text.slice(at, end ?? text.length))
      this.#size += (end ?? text.length) - at
      if (end === null) return
      const whole = this.#begun.join('')
      const value = tryJson(whole)
      if (value === undefined) throw this.#damage()
      this.#add(value, whole, this.#begunAt)
      this.#begun = []
      this.#size = 0
      this.#isSuspect = false
      at = end
    }
  }

  #add(value: unknown, text: string, line: number): void {
    if (isObject(value)) rememberKeys(value, text)
    this.#values.push({ value: value as LocatedValue['value'], line })
  }

  #damage(): UserError {
    return jsonError(this.#isSuspect ? (this.#begun[0] as string) : this.#begun.join(''), this.#file, this.#begunAt)
  }
}

/** Looks for the end of a list or an object that comes line by line. */
class ValueEnd {
  #depth = 0
  #isInString = false

  /** A text goes on at a line's end, which JSON does not have. */
  get isInString(): boolean {
    return this.#isInString
  }

  /** The index behind the bracket that closes the value; null where it goes on. */
  find(text: string, from: number): number | null {
    for (let at = from; at < text.length; at++) {
      const character = text[at]
      if (this.#isInString) {
        if (character === '\\') at++
        else if (character === '"') this.#isInString = false
      } else if (character === '"') this.#isInString = true
      else if (character === '{' || character === '[') this.#depth++
      else if ((character === '}' || character === ']') && --this.#depth === 0) return at + 1
    }
    return null
  }
}
