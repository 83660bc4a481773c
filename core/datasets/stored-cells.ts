import type { DuckDBAppender, DuckDBValue } from '@duckdb/node-api'
import type { Row, RowId } from '../contract/index.ts'
import { exactText, textOf } from './exact-text.ts'
import { identifier } from './sql.ts'

export function appendText(appender: DuckDBAppender, value: string | null): void {
  if (value === null) appender.appendNull()
  else appender.appendVarchar(value)
}

/** The SQL of a column's text as `textOf` reads it. */
export const exact = (columnId: string): string => exactText(identifier(columnId))

export function toRow([rowId, position, ...values]: DuckDBValue[], withIndex: boolean): Row {
  const cells: (string | null)[] = []
  const clipped: number[] = []
  for (let index = 0; index < values.length; index += 2) {
    if (values[index + 1] === true) clipped.push(cells.length)
    cells.push(textOf(values[index]))
  }
  return {
    rowId: Number(rowId) as RowId,
    cells,
    ...(clipped.length > 0 ? { clipped } : {}),
    ...(withIndex ? { index: Number(position) } : {}),
  }
}
