import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { UserError } from '../../contract/index.ts'
import { copyFileAtomic } from '../../files/atomic.ts'
import { disk } from '../../files/disk.ts'
import { toDiskError } from '../../files/disk-errors.ts'
import { confinedDuckDB, READING_MEMORY_LIMIT } from '../duckdb.ts'
import { exactText, textOf } from '../exact-text.ts'
import { identifier, literal } from '../sql.ts'
import { pause, requireRegular } from './contents.ts'
import { defineFormat, type Cells, type FileContents, type Relation } from './table-format.ts'
import { distinctColumns, type WritingStore, type WritingWork } from './writing.ts'

/** `PAR1`, and `PARE` where the footer is encrypted. */
const MARKS = ['PAR1', 'PARE']
/** What DuckDB says of the dataset that it fills, and not of the file that it reads. */
const WRITING =
  /could not (write|fsync|truncate|create|remove|move)|no space left on device|not enough space on the disk|file too large/i
/** What DuckDB numbers the rows by. */
const ROW_NUMBER = 'file_row_number'

/** Parquet, read and written by DuckDB; lists and structures become JSON. */
export const parquet = defineFormat({
  id: 'parquet',
  endings: ['parquet', 'pq'],
  options: [],
  writes: [{ id: 'parquet', endings: ['parquet', 'pq'], write: writeParquet }],
  detect: ({ beginning }) => MARKS.includes(Buffer.from(beginning.subarray(0, 4)).toString('latin1')),
  async read({ path, ...file }) {
    if (path === null) return { options: {}, portions: () => readParquet({ path, ...file }) }
    const columns = await withConnection(file, path, (connection) => columnsOf(connection, path))
    return {
      options: {},
      structured: columns.flatMap(({ name, isStructured }) => (isStructured ? [name] : [])),
      portions: () => readParquet({ path, ...file }),
      relation: () => Promise.resolve(relationOf(file.name, path, columns)),
    }
  },
})

/** Null where the file has a column of the row number's name. */
function relationOf(file: string, path: string, columns: readonly ParquetColumn[]): Relation | null {
  if (columns.some(({ name }) => name.toLowerCase() === ROW_NUMBER)) return null
  return {
    header: columns.map(({ name }) => name),
    cells: columns.map(({ text }) => text),
    source: `read_parquet(${literal(path)}, ${ROW_NUMBER} = true)`,
    toError: (error) => readFailure(error, file),
  }
}

/** A file's column and the SQL of its text. */
interface ParquetColumn {
  readonly name: string
  readonly text: string
  /** Its values are lists or objects. */
  readonly isStructured: boolean
}

async function* readParquet(file: FileContents): AsyncGenerator<readonly Cells[]> {
  const path = file.path ?? join(tmpdir(), `terakoya-${randomUUID()}.parquet`)
  if (file.path === null)
    await writeFile(path, await file.whole()).catch((error: unknown) => {
      throw toDiskError(error, tmpdir())
    })
  else await requireRegular(path)
  const { connection, close } = await confinedDuckDB({ files: [path], memoryLimit: READING_MEMORY_LIMIT })
  try {
    const columns = await columnsOf(connection, path)
    yield [columns.map(({ name }) => name)]
    const result = await connection.stream(
      `SELECT ${columns.map(({ text }) => exactText(text)).join(', ')} FROM read_parquet(${literal(path)})`,
    )
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      file.throwIfCancelled()
      yield chunk.getRows().map((row) => row.map(textOf))
      await pause()
    }
  } catch (error) {
    throw toDamage(error, file)
  } finally {
    close()
    if (file.path === null) await rm(path, { force: true })
  }
}

async function withConnection<T>(
  file: Omit<FileContents, 'path'>,
  path: string,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  await requireRegular(path)
  const { connection, close } = await confinedDuckDB({ files: [path], memoryLimit: READING_MEMORY_LIMIT })
  try {
    return await work(connection)
  } catch (error) {
    throw toDamage(error, file)
  } finally {
    close()
  }
}

async function columnsOf(connection: DuckDBConnection, path: string): Promise<ParquetColumn[]> {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${literal(path)})`)
  return described
    .getRows()
    .map(([name, type]) => ({
      name: String(name),
      text: textSql(identifier(String(name)), String(type)),
      isStructured: STRUCTURE.test(String(type)),
    }))
}

const STRUCTURE = /\[|^(STRUCT|MAP|LIST|UNION)\b/

/** Bytes that are UTF-8 are text: many programs do not say so. */
function textSql(column: string, type: string): string {
  const bytes = (sql: string) => `coalesce(TRY(decode(${sql})), ${sql}::VARCHAR)`
  if (type === 'BLOB') return bytes(column)
  if (type === 'BLOB[]') return `to_json(list_transform(${column}, lambda item: ${bytes('item')}))::VARCHAR`
  return STRUCTURE.test(type) ? `to_json(${column})::VARCHAR` : `${column}::VARCHAR`
}

/** Whatever DuckDB says while it reads nothing but the file. */
function toDamage(error: unknown, file: Omit<FileContents, 'path'>): Error {
  file.throwIfCancelled()
  return error instanceof UserError ? error : damageOf(error, file.name)
}

/** What DuckDB says while it fills a dataset from a Parquet file: the file's damage, or what failed in writing. */
export const readFailure = (error: unknown, file: string): unknown =>
  error instanceof UserError || WRITING.test(String(error)) ? error : damageOf(error, file)

/** What DuckDB says of files that are sound and that it does not read all the same. */
const refusals = [
  [/encrypt/i, 'dataset/parquet-encrypted'],
  [/out of memory|failed to allocate/i, 'dataset/parquet-memory'],
  [/unsupported|not supported|only supported|not implemented/i, 'dataset/parquet-unsupported'],
] as const

const damageOf = (error: unknown, file: string): UserError =>
  new UserError(refusals.find(([words]) => words.test(String(error)))?.[1] ?? 'dataset/parquet-damaged', { file })

/** DuckDB takes names that differ in case for one. */
const lowerCase = (name: string): string => name.toLowerCase()

/**
 * The SQL of a column's lists and objects, which trainers take; of its texts where they do not come back exactly as they
 * are.
 */
async function structureSql(store: WritingStore, column: string): Promise<string> {
  const filled = `FROM rows WHERE ${column} IS NOT NULL`
  const [[invalid, valid] = []] = await store.all(
    `SELECT count(*) FILTER (NOT json_valid(${column})), count(*) ${filled}`,
  )
  if (Number(invalid) > 0 || Number(valid) === 0) return column
  const [[structure] = []] = await store.all(`SELECT json_group_structure(${column}::JSON)::VARCHAR ${filled}`)
  if (!/^[[{]/.test(String(structure)) || /"(NULL|JSON)"/.test(String(structure))) return column
  const value = `from_json(${column}, ${literal(String(structure))})`
  const [[changed] = []] = await store.all(
    `SELECT count(*) ${filled} AND to_json(TRY(${value}))::VARCHAR IS DISTINCT FROM ${column}`,
  )
  return Number(changed) === 0 ? value : column
}

async function writeParquet({ store, target, columns, structured, signal }: WritingWork): Promise<void> {
  const written = join(store.workFolder, `${randomUUID()}.tmp`)
  const stop = () => store.interrupt()
  signal?.addEventListener('abort', stop)
  try {
    const cells: string[] = []
    for (const { id, name, role } of distinctColumns(columns, lowerCase)) {
      const holdsJson = role === 'conversation' || structured.has(id)
      const cell = holdsJson ? await structureSql(store, identifier(id)) : identifier(id)
      cells.push(`${cell} AS ${identifier(name)}`)
    }
    await store.run(
      `COPY (SELECT ${cells.join(', ')} FROM rows ORDER BY position) TO ${literal(written)} (FORMAT parquet, COMPRESSION zstd)`,
    )
    await copyFileAtomic(written, target)
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
    await disk.rm(written, { force: true })
  }
}
