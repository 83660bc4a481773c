import type { CheckId, Column, ColumnId, ColumnRole } from '../../contract/index.ts'
import { identifier } from '../sql.ts'

/** Columns as the checks see them. */
export interface CheckedTable {
  /** All but those that are not used. */
  readonly used: readonly Column[]
  readonly columns: readonly Column[]
  byRole(role: ColumnRole): readonly Column[]
  /**
   * SQL of what a row says in the columns of a role, joined; '' where it says nothing. Null where there are no such
   * columns.
   */
  textOf(role: ColumnRole): string | null
}

/** Rows that have a problem. */
export interface Finding {
  /** Where it is shown; null for the row as a whole. */
  readonly columnId: ColumnId | null
  /** SQL of a relation of `row_id` and `position`. */
  readonly rows: string
}

/** One kind of problem: how rows that have it are found, and how it is put right. */
export interface Check {
  readonly id: CheckId
  readonly severity: 'warning' | 'info'
  find(table: CheckedTable): readonly Finding[]
  /** Narrows what SQL finds: whether a text really has the problem. */
  readonly confirm?: (text: string) => boolean
  /**
   * `fix`: the text as it should be; `remove`: the rows go; `join`: each row takes the answer of the row below, which
   * goes.
   */
  readonly repair?:
    | { readonly kind: 'fix'; readonly fix: (text: string) => string }
    | { readonly kind: 'remove' }
    | { readonly kind: 'join' }
}

/** What the checks see of a dataset's columns. */
export function checkedTable(columns: readonly Column[]): CheckedTable {
  const byRole = (role: ColumnRole) => columns.filter((column) => column.role === role)
  return {
    columns,
    used: columns.filter(({ role }) => role !== 'ignore'),
    byRole,
    textOf(role) {
      const parts = byRole(role).map(({ id }) => `nullif(${identifier(id)}, '')`)
      return parts.length === 0 ? null : `concat_ws(chr(10), ${parts.join(', ')})`
    },
  }
}

/** SQL: a text that is missing or nothing but white space, the full-width one too. */
export const isBlank = (sql: string): string => String.raw`NOT regexp_matches(coalesce(${sql}, ''), '[^\s\p{Z}]')`

/** The rows for which a condition holds. */
export const rowsWhere = (condition: string): string => `SELECT row_id, position FROM rows WHERE ${condition}`

/** A finding for each column whose texts are learnt from or read, by a condition on the column. */
export const inTexts = ({ used }: CheckedTable, condition: (column: string) => string): Finding[] =>
  used
    .filter(({ role }) => role === 'prompt' || role === 'answer' || role === 'system')
    .map(({ id }) => ({ columnId: id, rows: rowsWhere(condition(identifier(id))) }))
