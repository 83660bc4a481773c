import { UserError } from '../../contract/index.ts'

/** A number with more digits than a double keeps, somewhere outside or inside of texts. */
const LONG_NUMBER = /[:,[\s]-?\d[\d.]{15,}/
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g
/** Digits that a double surely keeps. */
const SAFE_DIGITS = 15

/**
 * Parses JSON. Numbers with so many digits that JavaScript would change them (ids of other systems) become texts of
 * their digits. Throws UserError `dataset/json-invalid` naming the line, where the text's first line is `line`.
 */
export function parseJson(text: string, file: string, line: number): unknown {
  if (LONG_NUMBER.test(text)) {
    try {
      return JSON.parse(text.replace(TOKEN, exact))
    } catch {
      // The text as it is tells the place.
    }
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UserError('dataset/json-invalid', {
      file,
      line: line + (text.slice(0, placeOf(String(error), text)).match(/\n/g)?.length ?? 0),
    })
  }
}

const exact = (token: string): string =>
  token.startsWith('"') ||
  token.length <= SAFE_DIGITS ||
  !/^-?\d+(\.\d+)?$/.test(token) ||
  String(Number(token)) === token
    ? token
    : `"${token}"`

/** Characters before the place that V8's message shows. */
const SURROUNDINGS = 10

/** Where JSON.parse stopped: its message gives the position, or the surroundings. */
function placeOf(message: string, text: string): number {
  const position = /position (\d+)/.exec(message)?.[1]
  if (position !== undefined) return Number(position)
  if (/Unexpected end/.test(message)) return text.trimEnd().length
  const around = /"([\s\S]*)" is not valid JSON/.exec(message)?.[1]?.replace(/"?\.\.\.$/, '') ?? ''
  const start = around === '' ? -1 : text.indexOf(around)
  return start < 0 ? 0 : start + (message.includes('..."') ? SURROUNDINGS : 0)
}
