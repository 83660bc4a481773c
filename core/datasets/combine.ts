import { basename } from 'node:path'
import { text, type Language } from '../../texts/index.ts'
import { UserError, type Column, type ColumnTarget, type DatasetSource, type DatasetSplit } from '../contract/index.ts'
import { keptChange } from './bulk-edits.ts'
import { targetsOf } from './column-matching.ts'
import { confinedDuckDB, READING_MEMORY_LIMIT } from './duckdb.ts'
import { textOf } from './exact-text.ts'
import { inOneMove, makeStore } from './filling.ts'
import { requireRegular } from './formats/contents.ts'
import { readFailure } from './formats/parquet.ts'
import { newTable } from './kept.ts'
import { journalled } from './journal.ts'
import { requireColumns } from './matching.ts'
import { addSources, sourcesOf } from './sources.ts'
import { identifier, literal } from './sql.ts'
import { DatasetStore, type KeptRow } from './store.ts'
import { exact } from './stored-cells.ts'

/**
 * Datasets are files of their own: rows go from one to another through a temporary Parquet file, never through memory.
 */

/**
 * Rows of a dataset on their way to another: a Parquet file whose columns are named by column id, in the dataset's
 * order.
 */
export interface RowsFile {
  readonly file: string
  readonly columns: readonly Column[]
  readonly sources: readonly DatasetSource[]
}

const MAX_PARTS = 100
const PART_ROWS = 'part_rows'

/** Writes the dataset's rows, or those of one part, to a file. */
export async function writeRows(store: DatasetStore, file: string, part?: number): Promise<RowsFile> {
  const columns = await store.columns()
  const chosen =
    part === undefined ? '' : ` WHERE row_id IN (SELECT row_id FROM temp.${PART_ROWS} WHERE part = ${part})`
  const cells = columns.map(({ id }) => `, ${identifier(id)}`).join('')
  await store.run(
    `COPY (SELECT row_id, position${cells} FROM rows${chosen} ORDER BY position) TO ${literal(file)} (FORMAT parquet)`,
  )
  return { file, columns, sources: await sourcesOf(store) }
}

/** The rows of such a file in their order, read by itself: work on the dataset goes on meanwhile. */
export async function* keptRows({ file, columns }: RowsFile): AsyncGenerator<KeptRow> {
  const { connection, close } = await confinedDuckDB({ files: [file], memoryLimit: READING_MEMORY_LIMIT })
  try {
    const result = await connection.stream(
      `SELECT row_id${columns.map(({ id }) => `, ${exact(id)}`).join('')} FROM read_parquet(${literal(file)})`,
    )
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      for (const [rowId, ...texts] of chunk.getRows()) yield { rowId: Number(rowId), cells: texts.map(textOf) }
    }
  } finally {
    close()
  }
}

const readRows = ({ file }: RowsFile): string => `read_parquet(${literal(file)}, file_row_number = true)`

/**
 * Makes a dataset of the file's rows at `target`; it appears there only when it is complete. Throws UserError
 * `dataset/parquet-damaged`.
 */
export async function createFromRows(target: string, name: string, rows: RowsFile): Promise<void> {
  await requireRegular(rows.file)
  await makeStore(
    target,
    (store) =>
      inOneMove(store, { name, from: rows.sources }, async () => {
        const ids: string[] = []
        for (const [at, column] of rows.columns.entries())
          ids.push(await store.insertColumn(at, { name: column.name, role: column.role }))
        const cells = rows.columns
          .map(({ id }, index) => `, ${identifier(id)} AS ${identifier(ids[index] as string)}`)
          .join('')
        await store
          .run(
            `INSERT INTO rows BY NAME SELECT file_row_number + 1 AS row_id, file_row_number AS position${cells} FROM ${readRows(rows)}`,
          )
          .catch((error: unknown) => {
            throw readFailure(error, basename(rows.file))
          })
        return store.rowCount()
      }),
    [rows.file],
  )
}

/** What rows are added as, and where their columns go. */
interface Appending {
  readonly act?: 'append' | 'appendFile'
  /** Columns that are not named here are matched (`matchColumns`). */
  readonly targets?: readonly ColumnTarget[] | undefined
}

/**
 * Adds the file's rows below, as one undo step. Throws UserError `dataset/column-not-found` where a target is no column.
 */
export async function appendRows(
  store: DatasetStore,
  rows: RowsFile,
  { act = 'append', targets }: Appending = {},
): Promise<void> {
  await journalled(store, act, async (apply) => {
    const columns = await store.columns()
    const places = targetsOf(columns, rows.columns, targets)
    requireColumns(
      columns,
      places.filter((to) => to !== 'new' && to !== 'none'),
    )
    let added = 0
    let cells = ''
    for (const [index, { id, name, role }] of rows.columns.entries()) {
      let to = places[index] as string
      if (to === 'none') continue
      if (to === 'new')
        for (const change of await apply({ kind: 'insertColumn', at: columns.length + added++, name, role }))
          to = (change as { id: string }).id
      cells += `, ${identifier(id)} AS ${identifier(to)}`
    }
    const from = await store.rowCount()
    const [count] = await store.all(`SELECT count(*) FROM ${readRows(rows)}`)
    if (cells === '' || Number(count?.[0]) === 0) return
    const table = await newTable(store)
    const [next] = await store.all('SELECT next_row FROM meta')
    await store.run(
      `CREATE TABLE ${table} AS SELECT file_row_number + ${next?.[0]} AS row_id, file_row_number + ${from} AS position${cells} FROM ${readRows(rows)}`,
    )
    await store.run('UPDATE meta SET next_row = next_row + $1', [count?.[0] as bigint])
    await addSources(store, rows.sources)
    await apply({ kind: 'putRows', table })
  })
}

export interface Join {
  readonly columnId: string
  readonly fromColumnId: string
  readonly take?: readonly string[]
  readonly duplicates: 'refuse' | 'first'
}

/**
 * Adds columns of the file to the rows with the same text in the two columns, as one undo step. Throws UserError
 * `dataset/column-not-found`, and
 * `dataset/join-duplicates` where a text of this dataset is there several times (unless the first counts).
 */
export async function joinRows(
  store: DatasetStore,
  rows: RowsFile,
  { columnId, fromColumnId, take, duplicates }: Join,
): Promise<void> {
  requireColumns(await store.columns(), [columnId])
  requireColumns(rows.columns, [fromColumnId, ...(take ?? [])])
  const key = rows.columns.find(({ id }) => id === fromColumnId) as Column
  if (duplicates === 'refuse') await refuseDuplicates(store, rows, key, columnId)
  await journalled(store, 'join', async (apply) => {
    const taken = rows.columns.filter(({ id }) => (take ? take.includes(id) : id !== fromColumnId))
    const before = await store.columns()
    const names = new Set(before.map(({ name }) => name))
    const ids: string[] = []
    for (const [index, { name, role }] of taken.entries()) {
      const change = { kind: 'insertColumn', at: before.length + index, name: freeName(name, names), role } as const
      for (const done of await apply(change)) ids.push((done as { id: string }).id)
    }
    if (taken.length === 0) return
    await addSources(store, rows.sources)
    const cells = taken
      .map(({ id }, index) => `, other.${identifier(id)} AS ${identifier(ids[index] as string)}`)
      .join('')
    const first = `SELECT * FROM ${readRows(rows)} WHERE file_row_number IN (SELECT min(file_row_number) FROM ${readRows(rows)} GROUP BY ${identifier(fromColumnId)})`
    const query = `SELECT rows.row_id${cells} FROM rows JOIN (${first}) AS other ON rows.${identifier(columnId)} = other.${identifier(fromColumnId)}`
    for (const change of (await keptChange(store, 'exchangeCells', query)).changes) await apply(change)
  })
}

async function refuseDuplicates(store: DatasetStore, rows: RowsFile, key: Column, columnId: string): Promise<void> {
  const [found] = await store.all(
    `SELECT '.' || left(key, 40), count FROM (SELECT ${identifier(key.id)} AS key, count(*) AS count, min(file_row_number) AS first FROM ${readRows(rows)} GROUP BY 1 HAVING count(*) > 1)
     WHERE key IN (SELECT ${identifier(columnId)} FROM rows) ORDER BY first LIMIT 1`,
  )
  if (found)
    throw new UserError('dataset/join-duplicates', {
      column: key.name,
      value: String(found[0]).slice(1),
      count: Number(found[1]),
    })
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted
  for (let number = 2; taken.has(name); number++) name = `${wanted} ${number}`
  taken.add(name)
  return name
}

/**
 * Notes which part each row goes to, for `writeRows`; returns the parts' names. Throws UserError where a part has no
 * rows, or where there are too many.
 */
export async function markParts(
  store: DatasetStore,
  by: DatasetSplit,
  names: { readonly name: string; readonly language: Language },
): Promise<string[]> {
  return by.kind === 'share' ? markShares(store, by.parts, by.seed) : markValues(store, by.columnId, names)
}

/** Rows in an order of chance that a seed repeats on every machine. */
const shuffled = (seed: number): string =>
  `SELECT row_id, row_number() OVER (ORDER BY md5('${seed}:' || row_id), row_id) - 1 AS number FROM rows`

async function markShares(
  store: DatasetStore,
  parts: readonly { readonly name: string; readonly share: number }[],
  seed: number,
): Promise<string[]> {
  const total = parts.reduce((sum, { share }) => sum + share, 0)
  if (total > 1 + 1e-9) throw new UserError('dataset/shares-too-large', { total: Math.round(total * 1000) / 10 })
  const rowCount = await store.rowCount()
  let share = 0
  const bounds = [0, ...parts.map((part) => Math.round((share += part.share) * rowCount))]
  for (const [index, part] of parts.entries())
    if (bounds[index] === bounds[index + 1])
      throw new UserError('dataset/part-empty', { name: part.name, rows: rowCount })
  const cases = parts.map((_, index) => `WHEN number < ${bounds[index + 1]} THEN ${index}`).join(' ')
  await store.run(
    `CREATE OR REPLACE TEMP TABLE ${PART_ROWS} AS SELECT row_id, CASE ${cases} END AS part FROM (${shuffled(seed)})`,
  )
  return parts.map((part) => part.name)
}

async function markValues(
  store: DatasetStore,
  columnId: string,
  { name, language }: { readonly name: string; readonly language: Language },
): Promise<string[]> {
  const columns = await store.columns()
  requireColumns(columns, [columnId])
  const value = `coalesce(${identifier(columnId)}, '')`
  const [found] = await store.all(`SELECT count(DISTINCT ${value}) FROM rows`)
  const column = columns.find(({ id }) => id === columnId) as Column
  if (Number(found?.[0]) > MAX_PARTS)
    throw new UserError('dataset/too-many-parts', { column: column.name, found: Number(found?.[0]), limit: MAX_PARTS })
  if (Number(found?.[0]) === 0) throw new UserError('dataset/part-empty', { name, rows: 0 })
  const values = `SELECT ${value} AS value, row_number() OVER (ORDER BY min(position)) - 1 AS part FROM rows GROUP BY 1`
  await store.run(
    `CREATE OR REPLACE TEMP TABLE ${PART_ROWS} AS SELECT row_id, part FROM rows JOIN (${values}) AS known ON known.value = ${value}`,
  )
  const names = await store.all(`SELECT '.' || left(value, 40) FROM (${values}) ORDER BY part`)
  const { blank } = text(language).names
  return names.map(([shown]) => `${name} ${String(shown).slice(1).trim() || blank}`)
}

/** Notes a sample as part 0. Throws UserError `dataset/part-empty` where there are no rows. */
export async function markSample(store: DatasetStore, name: string, rows: number, seed: number): Promise<void> {
  if ((await store.rowCount()) === 0) throw new UserError('dataset/part-empty', { name, rows: 0 })
  await store.run(
    `CREATE OR REPLACE TEMP TABLE ${PART_ROWS} AS SELECT row_id, CASE WHEN number < ${rows} THEN 0 END AS part FROM (${shuffled(seed)})`,
  )
}
