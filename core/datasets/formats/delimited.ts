import { UserError } from '../../contract/index.ts'

/** Rows are parsed in slices of so many characters; in between the host can answer. */
const SLICE_CHARACTERS = 1 << 19

/**
 * Parses delimited text (RFC 4180): quoted cells may hold delimiters, quotes and line breaks; lines end with LF, CRLF or CR. Yields one row at a time;
 * nothing between two delimiters is a missing cell (null), `""` is an empty one.
 * Throws UserError `dataset/quote-open` naming the line where a quoted cell begins that never ends.
 */
export async function* parseDelimited(text: string, delimiter: string, file: string): AsyncGenerator<(string | null)[]> {
  let row: (string | null)[] = []
  let index = 0
  let line = 1
  let pauseAt = SLICE_CHARACTERS
  while (index < text.length) {
    if (index >= pauseAt) {
      pauseAt = index + SLICE_CHARACTERS
      await new Promise((resolve) => setImmediate(resolve))
    }
    const startLine = line
    let cell: string | null
    if (text[index] === '"') {
      const quoted = readQuoted(text, index)
      if (!quoted) throw new UserError('dataset/quote-open', { file, line: startLine })
      cell = quoted.value
      index = quoted.end
      line += countBreaks(cell)
    } else {
      const end = endOfCell(text, index, delimiter)
      cell = end === index ? null : text.slice(index, end)
      index = end
    }
    row.push(cell)
    const next = text[index]
    if (next === delimiter) {
      index++
      // A delimiter at the very end stands before one more, empty cell.
      if (index === text.length) row.push(null)
      continue
    }
    if (next === '\r' && text[index + 1] === '\n') index++
    if (next !== undefined) index++
    line++
    yield row
    row = []
  }
  if (row.length > 0) yield row
}

/** Reads a quoted cell from its opening quote; text between the closing quote and the delimiter is kept. Null where it never closes. */
function readQuoted(text: string, start: number): { value: string; end: number } | null {
  let value = ''
  let from = start + 1
  for (;;) {
    const quote = text.indexOf('"', from)
    if (quote < 0) return null
    value += text.slice(from, quote)
    if (text[quote + 1] !== '"') return { value, end: quote + 1 }
    value += '"'
    from = quote + 2
  }
}

function endOfCell(text: string, start: number, delimiter: string): number {
  let end = start
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++
  return end
}

const countBreaks = (cell: string): number => cell.match(/\r\n|\r|\n/g)?.length ?? 0

/** The delimiter of a text: the candidate that its first line outside of quotes holds most often. */
export function detectDelimiter(text: string): ',' | '\t' | ';' {
  const firstLine = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text.slice(0, 65_536))?.[0] ?? ''
  const bare = firstLine.replaceAll(/"(?:[^"]|"")*"/g, '')
  const count = (candidate: string) => bare.split(candidate).length
  return ([',', '\t', ';'] as const).reduce((best, candidate) => (count(candidate) > count(best) ? candidate : best))
}

/** One line of delimited text; cells are quoted where they must be. `null` and '' differ: a missing cell is bare, an empty one is quoted. */
export const formatRow = (cells: readonly (string | null)[], delimiter: string): string =>
  cells.map((cell) => (cell === null ? '' : cell === '' || /["\r\n]/.test(cell) || cell.includes(delimiter) || cell !== cell.trim() ? `"${cell.replaceAll('"', '""')}"` : cell)).join(delimiter)
