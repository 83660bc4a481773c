/**
 * Tab-separated text as Excel, Numbers, LibreOffice and Google Sheets put it on the clipboard: fields with breaks are
 * quoted, rows end in CRLF.
 */

/** The table in a clipboard text. Every field stays text (`007`, `=1+2`); line breaks inside a field become `\n`. */
export function parseTsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let position = 0
  while (position < text.length) {
    const field = text[position] === '"' ? quotedField(text, position) : plainField(text, position)
    row.push(field.value)
    position = field.end
    const separator = text[position]
    if (separator === '\t') {
      position += 1
      if (position === text.length) row.push('')
      continue
    }
    position += separator === '\r' && text[position + 1] === '\n' ? 2 : 1
    rows.push(row)
    row = []
  }
  if (row.length > 0) rows.push(row)
  return rows
}

interface Field {
  readonly value: string
  /** Index of the separator after the field, or the text's length. */
  readonly end: number
}

function plainField(text: string, start: number): Field {
  let end = start
  while (end < text.length && text[end] !== '\t' && text[end] !== '\r' && text[end] !== '\n') end += 1
  return { value: text.slice(start, end), end }
}

/**
 * A field that begins with a quote. Excel quotes only fields with breaks, tabs or quotes; plain text such as `"はい"と言った`
 * also begins with one. So it counts as quoted only where its closing quote stands before a separator; otherwise the
 * quotes are part of the text.
 */
function quotedField(text: string, start: number): Field {
  let end = start + 1
  for (;;) {
    end = text.indexOf('"', end)
    if (end < 0) return plainField(text, start)
    if (text[end + 1] !== '"') break
    end += 2
  }
  const after = text[end + 1]
  if (after !== undefined && after !== '\t' && after !== '\r' && after !== '\n') return plainField(text, start)
  return {
    value: text
      .slice(start + 1, end)
      .replaceAll('""', '"')
      .replace(/\r\n?/g, '\n'),
    end: end + 1,
  }
}

const quoteField = (value: string): string => (/[\t\n\r"]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)

/** A table as clipboard text; missing cells become empty fields. */
export const toTsv = (table: readonly (readonly (string | null)[])[]): string =>
  table.map((row) => `${row.map((value) => quoteField(value ?? '')).join('\t')}\r\n`).join('')
