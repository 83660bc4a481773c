import { MAX_CALL_CELLS, UserError, type DatasetEdit, type SortKey } from '../contract/index.ts'
import type { Change } from './changes.ts'
import { newTable } from './kept.ts'
import { sortOrder } from './matching.ts'
import { continueSeries } from './series.ts'
import type { DatasetStore, Places } from './store.ts'

/** Edits of any number of rows: each makes a table of what changes, in SQL, and returns the change that applies it; nothing where nothing changes. */

type EditOf<K extends DatasetEdit['kind']> = Extract<DatasetEdit, { kind: K }>

/** Makes a kept table of a query's rows and returns the change that uses it; where there are no rows, neither. */
export async function keptChange(store: DatasetStore, kind: 'exchangeCells' | 'takeRows', query: string): Promise<{ changes: Change[]; count: number }> {
  const table = await newTable(store)
  await store.run(`CREATE TABLE ${table} AS ${query}`)
  const [row] = await store.all(`SELECT count(*) FROM ${table}`)
  const count = Number(row?.[0])
  if (count === 0) await store.run(`DROP TABLE ${table}`)
  return { changes: count === 0 ? [] : [{ kind, table }], count }
}

/** Throws UserError `dataset/range-too-large` where a block is too large for one message. */
export function checkCells(rows: number, columns: number): void {
  if (rows * columns > MAX_CALL_CELLS) throw new UserError('dataset/range-too-large', { found: rows * columns, limit: MAX_CALL_CELLS })
}

/** Takes the rows at places from … to-1 of a view out of the dataset. */
export async function deleteInView(store: DatasetStore, places: Places, from: number, to: number): Promise<Change[]> {
  const query = `SELECT * FROM rows WHERE row_id IN (SELECT row_id FROM ${places.table} WHERE place >= ${from} AND place < ${to})`
  return (await keptChange(store, 'takeRows', query)).changes
}

export async function clearChanges(store: DatasetStore, places: Places, edit: EditOf<'clear'>, columnIds: readonly string[]): Promise<Change[]> {
  const cleared = columnIds.slice(edit.fromColumn, edit.toColumn + 1)
  if (cleared.length === 0) return []
  const query = `SELECT row_id, ${cleared.map((id) => `'' AS "${id}"`).join(', ')} FROM ${places.cells}
    WHERE place >= ${edit.fromRow} AND place <= ${edit.toRow} AND (${cleared.map((id) => `"${id}" <> ''`).join(' OR ')})`
  return (await keptChange(store, 'exchangeCells', query)).changes
}

/** Throws UserError `dataset/range-too-large` where the block that is continued is too large; rows below the last one are not made. */
export async function fillChanges(store: DatasetStore, places: Places, edit: EditOf<'fill'>, columnIds: readonly string[]): Promise<Change[]> {
  const filled = columnIds.slice(edit.fromColumn, edit.toColumn + 1)
  const first = edit.toRow + 1
  const count = Math.min(edit.downTo + 1, places.count) - first
  const period = first - edit.fromRow
  if (filled.length === 0 || count <= 0 || period <= 0) return []
  checkCells(period, filled.length)
  const source = await store.texts(edit.fromRow, first, filled, places)
  const isRepeat = edit.how === 'repeat'
  await store.loadTemp('filled', filled.length, isRepeat ? source.map(({ cells }, key) => [key, cells] as const) : continued(source.map(({ cells }) => cells), filled.length, count))
  const query = `SELECT row_id, ${filled.map((id, index) => `v${index} AS "${id}"`).join(', ')} FROM ${places.table} AS shown
    JOIN temp.filled ON filled.key = ${isRepeat ? `(shown.place - ${first}) % ${period}` : `shown.place - ${first}`} WHERE shown.place >= ${first} AND shown.place < ${first + count}`
  const { changes } = await keptChange(store, 'exchangeCells', query)
  await store.run('DROP TABLE temp.filled')
  return changes
}

function* continued(source: readonly (readonly (string | null)[])[], width: number, count: number) {
  const columns = Array.from({ length: width }, (_, column) => continueSeries(source.map((cells) => cells[column] ?? null)))
  for (let index = 0; index < count; index++) yield [index, columns.map((series) => series(index))] as const
}

/** Puts all rows in the order of the keys. */
export async function sortChanges(store: DatasetStore, keys: readonly SortKey[]): Promise<Change[]> {
  const ordered = `SELECT row_id, position AS old, row_number() OVER (ORDER BY ${sortOrder(keys)}) - 1 AS position FROM rows`
  return (await keptChange(store, 'exchangeCells', `SELECT row_id, position FROM (${ordered}) WHERE old <> position`)).changes
}

/** Takes out rows whose texts in the columns were there before; texts are told apart by their MD5, a missing one from an empty one. */
export async function duplicateChanges(store: DatasetStore, columnIds: readonly string[]): Promise<Change[]> {
  const key = `md5_number(to_json([${columnIds.map((id) => `"${id}"`).join(', ')}])::VARCHAR)`
  const repeated = `SELECT row_id FROM (SELECT row_id, position, ${key} AS key FROM rows) QUALIFY row_number() OVER (PARTITION BY key ORDER BY position) > 1`
  return (await keptChange(store, 'takeRows', `SELECT * FROM rows WHERE row_id IN (${repeated})`)).changes
}
