import type { TrainingRow } from '../samples/sample-files.ts'
import { rowReader } from './roles.ts'
import { identifier } from './sql.ts'
import type { DatasetStore } from './store.ts'

/** Longer conversations are shown from here on. */
const MAX_ROWS = 100

/** Names of rows are compared as training does: without blanks, 3.0 as 3. */
const nameOf = (column: string): string =>
  String.raw`regexp_replace(trim(${identifier(column)}), '^(-?\d+)\.0+$', '\1')`

/**
 * The conversation of the row at a position of the dataset, from its first row to the row itself, as training reads
 * them. Empty where there is no such row.
 */
export async function chainOf(store: DatasetStore, position: number): Promise<TrainingRow[]> {
  const columns = await store.columns()
  const read = rowReader(columns)
  const ids = columns.filter(({ role }) => role === 'id').map(({ id }) => id)
  const rows: TrainingRow[] = []
  const seen = new Set<number>()
  for (let next: number | null = position; next !== null && !seen.has(next) && rows.length < MAX_ROWS;) {
    const [row] = await store.texts(
      next,
      next + 1,
      columns.map(({ id }) => id),
    )
    if (!row) break
    seen.add(next)
    const texts = read(row.cells)
    rows.unshift({ rowId: row.rowId, rowNumber: next + 1, ...texts })
    next = texts.parentId === undefined ? null : await positionOf(store, ids, texts.parentId)
  }
  return rows
}

/** The first row of that name. */
async function positionOf(store: DatasetStore, ids: readonly string[], name: string): Promise<number | null> {
  if (ids.length === 0) return null
  const own = `coalesce(${ids.map((id) => `nullif(${nameOf(id)}, '')`).join(', ')})`
  const [found] = await store.all(
    String.raw`SELECT position FROM rows WHERE ${own} = regexp_replace(trim($1), '^(-?\d+)\.0+$', '\1') ORDER BY position LIMIT 1`,
    [name],
  )
  return found ? Number(found[0]) : null
}
