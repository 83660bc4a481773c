/**
 * Tables as HTML, for programs that prefer it and for sources that give no plain text. A small tokenizer of our own:
 * nothing of a foreign page is ever run or loaded.
 */

const escapeText = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

// "same-cell" keeps a break inside Excel's cell; the text format keeps 007 and =1+2 as they are.
const BREAK = '<br style="mso-data-placement:same-cell">'
const CELL = `<td style="mso-number-format:'\\@';white-space:pre-wrap">`

/** A table as an HTML clipboard fragment; missing cells become empty ones. */
export const toHtml = (table: readonly (readonly (string | null)[])[]): string =>
  `<meta charset="utf-8"><table>${table
    .map(
      (row) =>
        `<tr>${row.map((value) => `${CELL}${escapeText(value ?? '').replace(/\r\n?|\n/g, BREAK)}</td>`).join('')}</tr>`,
    )
    .join('')}</table>`

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole
      const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal)
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
    },
  )
}

/** HTML shows any run of white space as one space; only `pre` styles keep it. */
const collapse = (text: string): string => text.replace(/[ \t\r\n\f]+/g, ' ')

const TOKEN =
  /<!--[\s\S]*?-->|<(style|script|title)\b[\s\S]*?<\/\1\s*>|<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>|([^<]+|<)/gi

interface Reader {
  readonly rows: string[][]
  readonly cell: { text: string; span: number; keepSpace: boolean } | null
  readonly depth: number
}

const spanOf = (attributes: string): number =>
  Math.min(1000, Math.max(1, Number(/\bcolspan\s*=\s*["']?(\d+)/i.exec(attributes)?.[1] ?? 1)))

function closeCell(reader: Reader): Reader {
  if (!reader.cell) return reader
  const { text, span, keepSpace } = reader.cell
  const shown = keepSpace ? text : text.replace(/ *\n */g, '\n').trim()
  reader.rows.at(-1)?.push(shown, ...Array<string>(span - 1).fill(''))
  return { ...reader, cell: null }
}

function openTag(reader: Reader, tag: string, attributes: string): Reader {
  if (tag === 'table') return { ...reader, depth: reader.depth + 1 }
  if (reader.depth !== 1) return reader
  if (tag === 'tr') {
    const closed = closeCell(reader)
    closed.rows.push([])
    return closed
  }
  if (tag === 'td' || tag === 'th') {
    const closed = closeCell(reader)
    if (closed.rows.length === 0) closed.rows.push([])
    return {
      ...closed,
      cell: { text: '', span: spanOf(attributes), keepSpace: /white-space\s*:\s*(pre|break-spaces)/i.test(attributes) },
    }
  }
  return isBreak(tag) ? addText(reader, '\n') : reader
}

const isBreak = (tag: string): boolean => tag === 'br'

function closeTag(reader: Reader, tag: string): Reader {
  if (tag === 'table') return { ...(reader.depth === 1 ? closeCell(reader) : reader), depth: reader.depth - 1 }
  return reader.depth === 1 && (tag === 'td' || tag === 'th' || tag === 'tr') ? closeCell(reader) : reader
}

const addText = (reader: Reader, text: string): Reader =>
  reader.cell ? { ...reader, cell: { ...reader.cell, text: reader.cell.text + text } } : reader

/**
 * The first table of an HTML clipboard text, or null where there is none. `<br>` becomes a line break, white space is
 * collapsed as a browser shows it.
 */
export function parseHtml(html: string): string[][] | null {
  let reader: Reader = { rows: [], cell: null, depth: 0 }
  for (const [, , slash, tag, attributes, text] of html.matchAll(TOKEN)) {
    if (text !== undefined)
      reader = addText(reader, reader.cell?.keepSpace ? decodeEntities(text) : decodeEntities(collapse(text)))
    else if (tag !== undefined)
      reader = slash ? closeTag(reader, tag.toLowerCase()) : openTag(reader, tag.toLowerCase(), attributes ?? '')
    if (reader.depth < 1 && reader.rows.length > 0) break
  }
  const rows = closeCell(reader).rows.filter((row) => row.length > 0)
  return rows.length > 0 ? rows : null
}
