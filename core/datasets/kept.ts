import { identifier } from './sql.ts'
import type { DatasetStore } from './store.ts'

/**
 * Tables `kept_1`, `kept_2` … hold what journal entries need to be reversed where it is too much for a text: rows that
 * were taken out, or earlier texts of cells. Everything here is SQL; no row comes into memory here.
 */

/** Larger changes write the rows anew instead of updating them: DuckDB keeps the texts of an update in memory. */
const UPDATED_BYTES = 64 * 1024 ** 2

/** What a row takes in a kept table besides its texts: keys and positions are packed. */
const ROW_BYTES = 6

/** Fewer rows that were taken out are not worth the work. */
const COMPACTED_ROWS = 300_000

/** A name for a new kept table. */
export async function newTable(store: DatasetStore): Promise<string> {
  const [row] = await store.all(`SELECT nextval('kept_ids')`)
  return `kept_${Number(row?.[0])}`
}

/** Rough size of the texts that these tables keep, in bytes; a table that is not there counts nothing. */
export async function bytesOf(store: DatasetStore, tables: readonly string[]): Promise<number> {
  let bytes = 0
  for (const table of tables) {
    const columns = (await columnsOf(store, table)).filter(({ type }) => type === 'VARCHAR')
    if (!(await exists(store, table))) continue
    const texts = columns.map(({ name }) => ` + coalesce(sum(strlen(${identifier(name)})), 0)`).join('')
    const [row] = await store.all(`SELECT (count(*) * ${ROW_BYTES}${texts})::BIGINT FROM ${table}`)
    bytes += Number(row?.[0])
  }
  return bytes
}

/**
 * Writes the table's cells into the rows of the same key, and keeps in the table what was there: doing it twice changes
 * nothing. The table has `row_id` and the columns that it changes (`position` among them where it orders rows).
 */
export async function exchangeCells(store: DatasetStore, table: string): Promise<void> {
  const columns = (await columnsOf(store, table))
    .map(({ name }) => identifier(name))
    .filter((name) => name !== '"row_id"')
  await store.run(
    `CREATE TABLE ${table}_before AS SELECT row_id, ${columns.join(', ')} FROM rows WHERE row_id IN (SELECT row_id FROM ${table})`,
  )
  if ((await bytesOf(store, [table, `${table}_before`])) > UPDATED_BYTES) await rewriteRows(store, table, columns)
  else
    await store.run(
      `UPDATE rows SET ${columns.map((name) => `${name} = new.${name}`).join(', ')} FROM ${table} AS new WHERE rows.row_id = new.row_id`,
    )
  await store.run(`DROP TABLE ${table}`)
  await store.run(`ALTER TABLE ${table}_before RENAME TO ${table}`)
}

/**
 * Writes the whole table of rows anew: unlike an update, this keeps neither the old nor the new texts in memory until
 * the step ends.
 */
async function rewriteRows(store: DatasetStore, table: string, changed: readonly string[]): Promise<void> {
  const stored = (await store.storedColumns()).map(identifier)
  const valueOf = (name: string) =>
    changed.includes(name) ? `CASE WHEN new.row_id IS NULL THEN old.${name} ELSE new.${name} END` : `old.${name}`
  await store.run(
    `CREATE TABLE rows_new (row_id BIGINT NOT NULL, position BIGINT NOT NULL${stored.map((name) => `, ${name} VARCHAR`).join('')})`,
  )
  const cells = ['"position"', ...stored].map((name) => `, ${valueOf(name)}`).join('')
  await store.run(
    `INSERT INTO rows_new SELECT old.row_id${cells} FROM rows AS old LEFT JOIN ${table} AS new ON old.row_id = new.row_id`,
  )
  await store.run('DROP TABLE rows')
  await store.run('ALTER TABLE rows_new RENAME TO rows')
  await store.indexRows()
}

/**
 * Frees room after a step that keeps so many bytes: what a large one replaced, and the rows that were taken out once
 * they outnumber those that are left (DuckDB does not do so by itself while there is an index).
 */
export async function compactRows(store: DatasetStore, bytes: number): Promise<void> {
  const [row] = await store.all('SELECT coalesce(max(rowid) + 1, 0), count(*) FROM rows')
  const [taken, count] = [Number(row?.[0]) - Number(row?.[1]), Number(row?.[1])]
  const isSparse = taken > Math.max(count, COMPACTED_ROWS)
  if (!isSparse && bytes <= UPDATED_BYTES) return
  if (isSparse) await store.run('DROP INDEX IF EXISTS rows_by_id')
  await store.run('CHECKPOINT')
  await store.indexRows()
}

/**
 * Takes the rows that the table holds out of the dataset and closes the gaps. Where the table is not there yet, it is
 * made of the rows at positions from … to-1.
 */
export async function takeRows(
  store: DatasetStore,
  table: string,
  range?: { readonly from: number; readonly to: number },
): Promise<void> {
  if (range && !(await exists(store, table)))
    await store.run(
      `CREATE TABLE ${table} AS SELECT * FROM rows WHERE position >= ${range.from} AND position < ${range.to}`,
    )
  const block = await blockOf(store, table)
  await store.run(`DELETE FROM rows WHERE row_id IN (SELECT row_id FROM ${table})`)
  if (block.adjoining)
    await store.run(`UPDATE rows SET position = position - ${block.count} WHERE position > ${block.last}`)
  else
    await store.run(
      `UPDATE rows SET position = new.position FROM (SELECT row_id, row_number() OVER (ORDER BY position) - 1 AS position FROM rows) AS new
       WHERE rows.row_id = new.row_id AND rows.position <> new.position`,
    )
}

/** Puts the table's rows back to the positions that they had. The table stays. */
export async function putRows(store: DatasetStore, table: string): Promise<void> {
  const block = await blockOf(store, table)
  if (block.adjoining)
    await store.run(`UPDATE rows SET position = position + ${block.count} WHERE position >= ${block.first}`)
  else
    await store.run(
      `UPDATE rows SET position = free.position FROM (
         SELECT place.position, row_number() OVER (ORDER BY place.position) - 1 AS number
         FROM (SELECT unnest(range((SELECT count(*) FROM rows) + ${block.count})) AS position) AS place ANTI JOIN ${table} USING (position)
       ) AS free WHERE rows.position = free.number AND rows.position <> free.position`,
    )
  await store.run(`INSERT INTO rows BY NAME SELECT * FROM ${table}`)
}

async function blockOf(store: DatasetStore, table: string) {
  const [row] = await store.all(`SELECT count(*), min(position), max(position) FROM ${table}`)
  const [count, first, last] = (row ?? []).map(Number) as [number, number, number]
  return { count, first, last, adjoining: last - first + 1 === count }
}

async function columnsOf(store: DatasetStore, table: string): Promise<{ name: string; type: string }[]> {
  const rows = await store.all(
    `SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $1 AND NOT internal ORDER BY column_index`,
    [table],
  )
  return rows.map(([name, type]) => ({ name: String(name), type: String(type) }))
}

const exists = async (store: DatasetStore, table: string): Promise<boolean> =>
  (await columnsOf(store, table)).length > 0
