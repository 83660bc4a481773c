/** What JSON.parse makes of a text costs more than its characters: `{}` are two of them, and an object. */

const [QUOTE, COMMA, OPEN_LIST, BACKSLASH, OPEN_OBJECT] = [0x22, 0x2c, 0x5b, 0x5c, 0x7b]

/** What a value counts for, in characters. */
const VALUE_CHARACTERS = 16

/**
 * Lists, objects and commas of a JSON text outside of its strings: not fewer than it has values, but for one. Stops
 * counting beyond `max`.
 */
export function countValues(text: string, max: number): number {
  let count = 0
  for (let at = 0; at < text.length && count <= max; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === COMMA || code === OPEN_LIST || code === OPEN_OBJECT) count++
  }
  return count
}

/** The place of the quote that ends the string that begins at `start`; the text's end where none does. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++
    if (escapes % 2 === 0) return at
  }
  return text.length
}

/** What a call of so many values weighs, in characters. */
export const weightOf = (text: string, values: number): number => text.length + values * VALUE_CHARACTERS
