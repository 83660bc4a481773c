// Which regular expressions of a tokenizer.json are taken.

/** Alternatives and groups of one pattern. */
const MAX_PATTERN_LENGTH = 100_000

/** The patterns anywhere in a part of a tokenizer.json: what stands under `Regex`. */
export function patternsIn(json: unknown): string[] {
  if (typeof json !== 'object' || json === null) return []
  return Object.entries(json).flatMap(([key, value]) =>
    key === 'Regex' && typeof value === 'string' ? [value] : patternsIn(value),
  )
}

/**
 * True where a pattern can take time that doubles with every character: a group that is repeated without limit and
 * holds something that is, such as (.+)+. No published tokenizer has such a group. What takes longer than it should for
 * other reasons is found by trying.
 */
export function isExplosive(source: string): boolean {
  if (source.length > MAX_PATTERN_LENGTH) return true
  // Of the open groups: whether they hold a repetition.
  const groups = [false]
  let closed = false
  for (let i = 0; i < source.length; i++) {
    const character = source[i]!
    const wasClosed = closed
    closed = false
    if (character === '\\') i++
    else if (character === '[') i = endOfClass(source, i)
    else if (character === '(') groups.push(false)
    else if (character === ')') {
      closed = groups.length > 1 && groups.pop() === true
      if (closed) groups[groups.length - 1] = true
    } else if (UNLIMITED.test(source.slice(i, i + MAX_QUANTIFIER_LENGTH))) {
      if (wasClosed) return true
      groups[groups.length - 1] = true
    }
  }
  return false
}

/** A pattern with a hundred repetitions inside another is as good as unlimited. */
const UNLIMITED = /^(?:[*+]|\{\d*,\}|\{(?:\d*,)?\d{3,}\})/
const MAX_QUANTIFIER_LENGTH = 24

/** Classes may hold others (Oniguruma). */
function endOfClass(source: string, start: number): number {
  let depth = 0
  for (let i = start; i < source.length; i++) {
    if (source[i] === '\\') i++
    else if (source[i] === '[') depth++
    else if (source[i] === ']' && --depth === 0) return i
  }
  return source.length
}
