import { MAX_CALL_CELLS, UserError, type DatasetEdit, type SortKey } from '../contract/index.ts'
import type { Change } from './changes.ts'
import { newTable } from './kept.ts'
import { sortOrder } from './matching.ts'
import { continueSeries, repeatSeries } from './series.ts'
import { identifier } from './sql.ts'
import type { DatasetStore, Places } from './store.ts'

/**
 * Edits of any number of rows: each makes a table of what changes, in SQL, and returns the change that applies it;
 * nothing where nothing changes.
 */

type EditOf<K extends DatasetEdit['kind']> = Extract<DatasetEdit, { kind: K }>

/** Makes a kept table of a query's rows and returns the change that uses it; where there are no rows, neither. */
export async function keptChange(
  store: DatasetStore,
  kind: 'exchangeCells' | 'takeRows',
  query: string,
): Promise<{ changes: Change[]; count: number }> {
  const table = await newTable(store)
  await store.run(`CREATE TABLE ${table} AS ${query}`)
  const [row] = await store.all(`SELECT count(*) FROM ${table}`)
  const count = Number(row?.[0])
  if (count === 0) await store.run(`DROP TABLE ${table}`)
  return { changes: count === 0 ? [] : [{ kind, table }], count }
}

/** Throws UserError `dataset/range-too-large` where a block is too large for one message. */
export function checkCells(rows: number, columns: number): void {
  if (rows * columns > MAX_CALL_CELLS)
    throw new UserError('dataset/range-too-large', { found: rows * columns, limit: MAX_CALL_CELLS })
}

/** Takes the rows at places from … to-1 of a view out of the dataset. */
export async function deleteInView(store: DatasetStore, places: Places, from: number, to: number): Promise<Change[]> {
  const query = `SELECT * FROM rows WHERE row_id IN (SELECT row_id FROM ${places.table} WHERE place >= ${from} AND place < ${to})`
  return (await keptChange(store, 'takeRows', query)).changes
}

export async function clearChanges(
  store: DatasetStore,
  places: Places,
  edit: EditOf<'clear'>,
  columnIds: readonly string[],
): Promise<Change[]> {
  const cleared = columnIds.slice(edit.fromColumn, edit.toColumn + 1)
  if (cleared.length === 0) return []
  const query = `SELECT row_id, ${cleared.map((id) => `'' AS ${identifier(id)}`).join(', ')} FROM ${places.cells}
    WHERE place >= ${edit.fromRow} AND place <= ${edit.toRow} AND (${cleared.map((id) => `${identifier(id)} <> ''`).join(' OR ')})`
  return (await keptChange(store, 'exchangeCells', query)).changes
}

/** Throws UserError `dataset/range-too-large` where the block that is continued is too large. */
export function fillChanges(
  store: DatasetStore,
  places: Places,
  edit: EditOf<'fill'>,
  columnIds: readonly string[],
): Promise<Change[]> {
  return edit.toward === 'down' || edit.toward === 'up'
    ? fillRows(store, places, edit, columnIds)
    : fillColumns(store, places, edit, columnIds)
}

/** The cells' rows lie `count` places from `first` on; `key` says which of the values in temp.filled a place gets. */
async function filledCells(
  store: DatasetStore,
  places: Places,
  columnIds: readonly string[],
  { first, count, key }: { first: number; count: number; key: string },
): Promise<Change[]> {
  const query = `SELECT row_id, ${columnIds.map((id, index) => `v${index} AS ${identifier(id)}`).join(', ')} FROM ${places.table} AS shown
    JOIN temp.filled ON filled.key = ${key} WHERE shown.place >= ${first} AND shown.place < ${first + count}`
  const { changes } = await keptChange(store, 'exchangeCells', query)
  await store.run('DROP TABLE temp.filled')
  return changes
}

/** Downwards or upwards: upwards everything counts from the block's last row. */
async function fillRows(
  store: DatasetStore,
  places: Places,
  edit: EditOf<'fill'>,
  columnIds: readonly string[],
): Promise<Change[]> {
  const filled = columnIds.slice(edit.fromColumn, edit.toColumn + 1)
  const isDown = edit.toward === 'down'
  const toRow = Math.min(edit.toRow, places.count - 1)
  const count = Math.min(edit.count, isDown ? places.count - 1 - toRow : edit.fromRow)
  const period = toRow + 1 - edit.fromRow
  if (filled.length === 0 || count <= 0 || period <= 0) return []
  checkCells(period, filled.length)
  const source = (await store.texts(edit.fromRow, toRow + 1, filled, places)).map(({ cells }) => cells)
  if (!isDown) source.reverse()
  const first = isDown ? toRow + 1 : edit.fromRow - count
  const step = isDown ? `shown.place - ${first}` : `${edit.fromRow - 1} - shown.place`
  const isRepeat = edit.how === 'repeat'
  await store.loadTemp(
    'filled',
    filled.length,
    isRepeat
      ? source.map((cells, key) => [key, cells] as const)
      : continued(source, { width: filled.length, count, single: isDown ? 1 : -1 }),
  )
  return filledCells(store, places, filled, { first, count, key: isRepeat ? `(${step}) % ${period}` : step })
}

/** To the right or to the left: every row goes on by itself. */
async function fillColumns(
  store: DatasetStore,
  places: Places,
  edit: EditOf<'fill'>,
  columnIds: readonly string[],
): Promise<Change[]> {
  const isRight = edit.toward === 'right'
  const source = columnIds.slice(edit.fromColumn, edit.toColumn + 1)
  const beside = isRight ? columnIds.slice(edit.toColumn + 1) : columnIds.slice(0, edit.fromColumn).reverse()
  const filled = beside.slice(0, edit.count)
  const toRow = Math.min(edit.toRow, places.count - 1)
  const count = toRow + 1 - edit.fromRow
  if (filled.length === 0 || source.length === 0 || count <= 0) return []
  checkCells(count, source.length + filled.length)
  const rows = await store.texts(edit.fromRow, toRow + 1, source, places)
  const values = rows.map(({ cells }, key) => {
    const texts = isRight ? cells : [...cells].reverse()
    const series = edit.how === 'repeat' ? repeatSeries(texts) : continueSeries(texts, isRight ? 1 : -1)
    return [key, filled.map((_, index) => series(index))] as const
  })
  await store.loadTemp('filled', filled.length, values)
  return filledCells(store, places, filled, { first: edit.fromRow, count, key: `shown.place - ${edit.fromRow}` })
}

function* continued(
  source: readonly (readonly (string | null)[])[],
  { width, count, single }: { width: number; count: number; single: 1 | -1 },
) {
  const columns = Array.from({ length: width }, (_, column) =>
    continueSeries(
      source.map((cells) => cells[column] ?? null),
      single,
    ),
  )
  for (let index = 0; index < count; index++) yield [index, columns.map((series) => series(index))] as const
}

/** Puts all rows in the order of the keys. */
export async function sortChanges(store: DatasetStore, keys: readonly SortKey[]): Promise<Change[]> {
  const ordered = `SELECT row_id, position AS old, row_number() OVER (ORDER BY ${sortOrder(keys)}) - 1 AS position FROM rows`
  return (await keptChange(store, 'exchangeCells', `SELECT row_id, position FROM (${ordered}) WHERE old <> position`))
    .changes
}

/**
 * Takes out rows whose texts in the columns were there before; texts are told apart by their MD5, a missing one from an
 * empty one.
 */
export async function duplicateChanges(store: DatasetStore, columnIds: readonly string[]): Promise<Change[]> {
  const key = `md5_number(to_json([${columnIds.map(identifier).join(', ')}])::VARCHAR)`
  const repeated = `SELECT row_id FROM (SELECT row_id, position, ${key} AS key FROM rows) QUALIFY row_number() OVER (PARTITION BY key ORDER BY position) > 1`
  return (await keptChange(store, 'takeRows', `SELECT * FROM rows WHERE row_id IN (${repeated})`)).changes
}
