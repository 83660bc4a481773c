import { identifier, literal } from './sql.ts'
import type { StoreStatements } from './store-statements.ts'

/** The comment on a column whose cells are JSON: the file's other tables and older studios know nothing of it. */
const STRUCTURED = 'json'

/** Remembers that a column's cells came as lists and objects, so that they are written as such. */
export const markStructured = (store: StoreStatements, id: string): Promise<void> =>
  store.run(`COMMENT ON COLUMN rows.${identifier(id)} IS ${literal(STRUCTURED)}`)

/** Ids of the columns whose cells came as lists and objects. */
export async function structuredColumns(store: StoreStatements): Promise<ReadonlySet<string>> {
  const rows = await store.all(
    `SELECT column_name FROM system.main.duckdb_columns() WHERE table_name = 'rows' AND comment = ${literal(STRUCTURED)}`,
  )
  return new Set(rows.map(([id]) => String(id)))
}
