import type { ImportNote } from '../../contract/import.ts'
import { detectRole } from '../roles.ts'
import type { Cells } from './cells.ts'
import { isText, type SheetRows, type Workbook } from './sheet-rows.ts'

/** The sheet that is read, and why it is not the first one with contents. */
export interface ChosenSheet {
  /** Undefined where there is nothing in the workbook. */
  readonly sheet: string | undefined
  readonly notes?: readonly ImportNote[]
}

/**
 * The wanted sheet, else the visible one whose header names columns to learn from, else the first visible one with
 * contents; a hidden one only where the others are empty.
 */
export async function chooseSheet(book: Workbook, wanted: string | undefined, skipRows: number): Promise<ChosenSheet> {
  const head = (name: string) => headOf(book.heads?.get(name) ?? book.rows(name), skipRows)
  const named = book.sheets.find(({ name }) => name === wanted)
  if (named) return { sheet: (await headOf(book.rows(named.name), 0)).length > 0 ? named.name : undefined }
  const heads: { readonly name: string; readonly rows: readonly Cells[] }[] = []
  for (const { name, isHidden } of book.sheets) {
    if (isHidden) continue
    const rows = await head(name)
    if (rows.slice(0, 1).some(isTrainable)) return chosen(name, heads[0]?.name)
    if (rows.length > 0) heads.push({ name, rows })
  }
  const below = heads.find(({ rows }) => rows.some(isTrainable)) ?? heads[0]
  if (below) return chosen(below.name, heads[0]?.name)
  for (const { name } of book.sheets)
    if ((await head(name)).length > 0) return { sheet: name, notes: [{ code: 'sheet-hidden', facts: { sheet: name } }] }
  return { sheet: undefined }
}

const chosen = (sheet: string, first: string | undefined): ChosenSheet => ({
  sheet,
  ...(first !== undefined &&
    first !== sheet && { notes: [{ code: 'sheet-with-columns', facts: { sheet, passedOver: first } }] }),
})

/** A title and notes stand in fewer rows above a header. */
export const HEAD_ROWS = 10

/** The first rows with text. */
async function headOf(rows: SheetRows, skipRows: number): Promise<Cells[]> {
  const head: Cells[] = []
  for await (const { number, cells } of rows) {
    if (number <= skipRows || !cells.some(isText)) continue
    head.push(cells)
    if (head.length === HEAD_ROWS) break
  }
  return head
}

/** True for a header that names a question and an answer, or a conversation. */
function isTrainable(header: Cells): boolean {
  const roles = new Set(header.map((name) => detectRole(name ?? '')))
  return roles.has('conversation') || (roles.has('prompt') && roles.has('answer'))
}
