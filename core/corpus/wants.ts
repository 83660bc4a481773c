type Cells = readonly (string | null)[]

const counts: Readonly<Record<string, number>> = { no: 0, one: 1, two: 2, three: 3, four: 4, five: 5 }

/**
 * Compares a table (its header first) with what a person wrote down: `column=value` stands in some row, `two rows` are
 * there. Null where nothing of the note can be compared.
 */
export function meetsWant(want: string, rows: readonly Cells[]): boolean | null {
  const [header = [], ...body] = rows
  const met: boolean[] = []
  for (const [place, name] of header.entries()) {
    const marked = name === null || name === '' ? -1 : want.search(new RegExp(`(?<![\\w."])${escaped(name)}=`))
    if (marked < 0) continue
    const rest = want.slice(marked + (name ?? '').length + 1)
    met.push(body.some((row) => isSaid(rest, row[place] ?? null)))
  }
  const count = /\b(no|one|two|three|four|five|\d+) rows?\b/i.exec(want.replaceAll(/row \d+/gi, ''))?.[1]
  if (count !== undefined) met.push(body.length === (counts[count.toLowerCase()] ?? Number(count)))
  return met.length === 0 ? null : met.every(Boolean)
}

const escaped = (name: string): string => name.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** The note goes on with the cell's text, and behind it with no more of a word. */
function isSaid(rest: string, cell: string | null): boolean {
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(rest)?.[1]
  if (quoted !== undefined) return cell === quoted.replaceAll('\\0', '\0').replaceAll('\\n', '\n')
  return cell !== null && cell !== '' && rest.startsWith(cell) && /^(?:$|[\s,;.()、。/])/.test(rest.slice(cell.length))
}
