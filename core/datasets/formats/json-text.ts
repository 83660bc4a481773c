import { UserError } from '../../contract/index.ts'

/** A number that a double may not keep, or what Python writes for one that JSON does not have. */
const UNUSUAL = /[:,[\s](?:-?(?:NaN|Infinity)|-?\d[\d.]{15,}|-?[\d.]+[eE])/
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?(?:NaN|Infinity)|-?\d[\d.eE+-]*/g
/** Digits that a double surely keeps. */
const SAFE_DIGITS = 15

/**
 * The value of a JSON text; undefined where it is none. Numbers that JavaScript would change (ids of other systems with
 * many digits, 1e400) and NaN and Infinity, which Python writes, become texts.
 */
export function tryJson(text: string): unknown {
  try {
    return JSON.parse(UNUSUAL.test(text) ? text.replace(TOKEN, exact) : text) as unknown
  } catch {
    return undefined
  }
}

/** As `tryJson`. Throws UserError naming the line where the text is no JSON; its own first line is `line`. */
export function parseJson(text: string, file: string, line: number): unknown {
  const value = tryJson(text)
  if (value === undefined) throw jsonError(text, file, line)
  return value
}

/** The user's error for a text that is no JSON. */
export function jsonError(text: string, file: string, line: number): UserError {
  const at = invalidPlace(text)
  return new UserError(/^(?:\/[/*]|#)/.test(text.slice(at, at + 2)) ? 'dataset/json-comment' : 'dataset/json-invalid', {
    file,
    line: line + (text.slice(0, at).match(/\n/g)?.length ?? 0),
  })
}

const NUMBER = /^-?(?:0|[1-9]\d*)(\.\d+)?(?:[eE][+-]?\d+)?$/

function exact(token: string): string {
  if (token.startsWith('"')) return token
  if (/[NI]/.test(token)) return `"${token}"`
  if (!NUMBER.test(token)) return token
  const value = Number(token)
  const digits = token.replace(/[eE].*$/, '').replaceAll(/\D/g, '')
  const isLost =
    !Number.isFinite(value) ||
    (value === 0 && /[1-9]/.test(digits)) ||
    (digits.length > SAFE_DIGITS && String(value) !== token)
  return isLost ? `"${token}"` : token
}

const PART =
  /[ \t\r\n]*(?:("[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|true\b|false\b|null\b|-?NaN\b|-?Infinity\b)|([[\]{},:]))/y

/** What may come next: a value, a key, what stands between them, or the end of the list or object. */
type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end'

/** Where a text stops to be JSON; its end where only the rest is missing. */
function invalidPlace(text: string): number {
  const open: ('{' | '[')[] = []
  let expected: Expected = 'value'
  for (let at = 0; ; at = PART.lastIndex) {
    PART.lastIndex = at
    const part = PART.exec(text)
    const start = behindBlank(text, at)
    if (!part) return start < text.length ? start : text.trimEnd().length
    const next = following(part, expected, open)
    if (next === null) return start
    expected = next
  }
}

function behindBlank(text: string, at: number): number {
  let start = at
  while (start < text.length && ' \t\r\n'.includes(text[start] as string)) start++
  return start
}

/** What may follow a part, and the lists and objects that are open behind it; null where the part may not stand. */
function following(
  [, string, scalar, mark]: RegExpExecArray,
  expected: Expected,
  open: ('{' | '[')[],
): Expected | null {
  const isValue = expected === 'value' || expected === 'value or end'
  if (string !== undefined && expected.startsWith('key')) return 'colon'
  if (string !== undefined || scalar !== undefined) return isValue ? 'comma or end' : null
  if (mark === '{' || mark === '[') {
    if (!isValue) return null
    open.push(mark)
    return mark === '{' ? 'key or end' : 'value or end'
  }
  if (mark === ':') return expected === 'colon' ? 'value' : null
  if (mark === ',')
    return expected === 'comma or end' && open.length > 0 ? (open.at(-1) === '{' ? 'key' : 'value') : null
  if (!expected.endsWith('end') || open.pop() !== (mark === '}' ? '{' : '[')) return null
  return 'comma or end'
}
