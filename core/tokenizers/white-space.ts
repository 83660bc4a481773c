// White space as Rust counts it: Unicode's White_Space. JavaScript's own `trim` and `\s` take the byte order mark too,
// which belongs to the text.
const SPACES = /\p{White_Space}+/uy
const SPACE = /\p{White_Space}/u

/** Index of the first character at or after `start` that is no space. */
export function skipSpaces(text: string, start: number): number {
  SPACES.lastIndex = start
  return SPACES.test(text) ? SPACES.lastIndex : start
}

/** The text without the spaces at its beginning. */
export const withoutLeadingSpaces = (text: string): string => text.slice(skipSpaces(text, 0))

/** The text without the spaces at its end. */
export function withoutTrailingSpaces(text: string): string {
  let end = text.length
  while (end > 0 && SPACE.test(text[end - 1]!)) end--
  return text.slice(0, end)
}

/** The words between spaces. */
export const wordsBetweenSpaces = (text: string): string[] =>
  text.split(/\p{White_Space}+/u).filter((word) => word !== '')
