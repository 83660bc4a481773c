import { UserError } from '../../contract/index.ts'

/**
 * A row of more characters than this ends the import: what follows a quote that never closes must not fill the memory.
 */
const MAX_ROW_CHARACTERS = 1 << 27

type Cells = (string | null)[]
/** A row, the index behind it, and how many lines it took. */
interface ReadRow {
  readonly cells: Cells
  readonly end: number
  readonly lines: number
}

/**
 * Parses delimited text (RFC 4180) that comes in pieces cut anywhere: quoted cells may hold delimiters, quotes and line
 * breaks; lines end with LF, CRLF or CR. Text behind a closing quote belongs to the cell. Yields the rows that end in
 * each piece; nothing between two delimiters is a missing cell (null), `""` is an empty one. Throws UserError
 * `dataset/quote-open` naming the line where a quoted cell begins that never ends, and `dataset/row-too-long`.
 */
export async function* parseDelimited(
  pieces: AsyncIterable<string>,
  delimiter: string,
  file: string,
): AsyncGenerator<Cells[]> {
  const source = pieces[Symbol.asyncIterator]()
  try {
    yield* parsePieces(source, delimiter, file)
  } finally {
    await source.return?.()
  }
}

async function* parsePieces(source: AsyncIterator<string>, delimiter: string, file: string): AsyncGenerator<Cells[]> {
  let text = ''
  let line = 1
  for (let isLast = false; !isLast;) {
    const carried = text.length
    // A row longer than a piece is looked at again only when twice as much of it is there.
    do {
      const next = await source.next()
      if (next.done) isLast = true
      else text += next.value
    } while (!isLast && text.length < 2 * carried)
    const rows: Cells[] = []
    let at = 0
    for (
      let row = readRow(text, at, { delimiter, isLast });
      row !== null;
      row = readRow(text, at, { delimiter, isLast })
    ) {
      if (row === 'open')
        throw new UserError('dataset/quote-open', { file, line: line + openLine(text, at, delimiter) })
      rows.push(row.cells)
      at = row.end
      line += row.lines
    }
    text = text.slice(at)
    if (text.length > MAX_ROW_CHARACTERS)
      throw new UserError('dataset/row-too-long', { file, line, limit: MAX_ROW_CHARACTERS })
    if (rows.length > 0) yield rows
  }
}

/**
 * Reads the row at `start`; null where the text ends before the row surely does, 'open' where a quoted cell never
 * closes.
 */
function readRow(
  text: string,
  start: number,
  { delimiter, isLast }: { delimiter: string; isLast: boolean },
): ReadRow | 'open' | null {
  if (start >= text.length) return null
  const cells: Cells = []
  let index = start
  let lines = 1
  for (;;) {
    const quoted = text[index] === '"' ? readQuoted(text, index) : undefined
    if (quoted === null) return isLast ? 'open' : null
    const end = endOfCell(text, quoted?.end ?? index, delimiter)
    if (quoted) lines += countBreaks(quoted.value)
    cells.push(quoted ? quoted.value + text.slice(quoted.end, end) : end === index ? null : text.slice(index, end))
    if (end === text.length) return isLast ? { cells, end, lines } : null
    index = end + 1
    if (text[end] === delimiter) {
      if (index < text.length) continue
      // A delimiter at the very end stands before one more, missing cell.
      return isLast ? { cells: [...cells, null], end: index, lines } : null
    }
    if (text[end] === '\r' && index === text.length && !isLast) return null
    if (text[end] === '\r' && text[index] === '\n') index++
    return { cells, end: index, lines }
  }
}

/** Reads a quoted cell from its opening quote to behind its closing one. Null where it never closes. */
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

const LINE_FEED = 10
const RETURN = 13

function endOfCell(text: string, start: number, delimiter: string): number {
  const comma = delimiter.charCodeAt(0)
  let end = start
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === comma || code === LINE_FEED || code === RETURN) break
  }
  return end
}

/** Lines between the beginning of an unfinished row and the quoted cell that is still open at its end. */
function openLine(text: string, start: number, delimiter: string): number {
  let index = start
  let lines = 0
  for (let quoted = readQuoted(text, index); text[index] !== '"' || quoted; quoted = readQuoted(text, index)) {
    if (text[index] === '"' && quoted) lines += countBreaks(quoted.value)
    index = endOfCell(text, text[index] === '"' && quoted ? quoted.end : index, delimiter) + 1
  }
  return lines
}

function countBreaks(cell: string): number {
  let count = 0
  for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) count++
  for (let at = cell.indexOf('\r'); at >= 0; at = cell.indexOf('\r', at + 1)) if (cell[at + 1] !== '\n') count++
  return count
}

const DELIMITERS = [',', '\t', ';', '|'] as const
export type Delimiter = (typeof DELIMITERS)[number]

/** Excel's own hint in the first line; it is no row. */
const HINT = /^sep=([,;|\t])(?:\r\n|\r|\n|$)/

/** The delimiter that a text's first line names for Excel (`sep=;`), and how long that line is. */
export function delimiterHint(text: string): { readonly delimiter: Delimiter; readonly length: number } | null {
  const found = HINT.exec(text)
  return found ? { delimiter: found[1] as Delimiter, length: found[0].length } : null
}

/** The delimiter of a text: the candidate that its first line outside of quotes holds most often. */
export function detectDelimiter(text: string): Delimiter {
  const firstLine = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text.slice(0, 65_536).replace(/^[\r\n]+/, ''))?.[0] ?? ''
  const bare = firstLine.replaceAll(/"(?:[^"]|"")*"/g, '')
  const count = (candidate: string) => bare.split(candidate).length
  return DELIMITERS.reduce((best, candidate) => (count(candidate) > count(best) ? candidate : best))
}

/**
 * One line of delimited text; cells are quoted where they must be. `null` and '' differ: a missing cell is bare, an
 * empty one is quoted (as is a missing one that is alone in its line: a blank line would be no row).
 */
export const formatRow = (cells: readonly (string | null)[], delimiter: string): string =>
  cells
    .map((cell) =>
      cell === null
        ? cells.length === 1
          ? '""'
          : ''
        : cell === '' || /["\r\n]/.test(cell) || cell.includes(delimiter) || cell !== cell.trim()
          ? quoted(cell)
          : cell,
    )
    .join(delimiter)

/**
 * The line with the columns' names: those that hold any delimiter are quoted, so that readers who look for it find the
 * right one.
 */
export const formatHeader = (names: readonly string[], delimiter: string): string =>
  names
    .map((name) =>
      DELIMITERS.some((candidate) => name.includes(candidate)) ? quoted(name) : formatRow([name], delimiter),
    )
    .join(delimiter)

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`
