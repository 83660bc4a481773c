import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api'
import { CLIP_CHARACTERS, type Column, type ColumnId, type ColumnRole, type Page, type Row, type RowId } from '../contract/index.ts'

/** Version of the tables; `migrations[n]` leads from n to n + 1. */
const migrations: readonly string[] = [
  `CREATE TABLE meta (name VARCHAR NOT NULL, version BIGINT NOT NULL, next_row BIGINT NOT NULL, next_column BIGINT NOT NULL, updated_at VARCHAR NOT NULL);
   CREATE TABLE columns (id VARCHAR NOT NULL, position INTEGER NOT NULL, name VARCHAR NOT NULL, role VARCHAR NOT NULL);
   CREATE TABLE rows (row_id BIGINT NOT NULL, position BIGINT NOT NULL);
   CREATE SEQUENCE journal_ids;
   CREATE TABLE journal (id BIGINT NOT NULL DEFAULT nextval('journal_ids'), done BOOLEAN NOT NULL, undo VARCHAR NOT NULL, redo VARCHAR NOT NULL);`,
]

const LOCAL_ONLY = { autoinstall_known_extensions: 'false', autoload_known_extensions: 'false', enable_external_access: 'true' }

export interface StoreMeta {
  readonly name: string
  readonly version: number
  readonly updatedAt: string
}

/** Rows at consecutive positions with their keys: what deleting remembers and undoing inserts again. */
export interface KeptRow {
  readonly rowId: number
  readonly cells: readonly (string | null)[]
}

/**
 * One dataset as a DuckDB file. Rows have a stable key and a position 0 … n-1 without gaps, so that a page is one range scan. Cells are text columns
 * named by column id; NULL is a missing cell. Every method is one statement or runs in the caller's transaction.
 */
export class DatasetStore {
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance
    this.#connection = connection
  }

  /** Opens or creates the file and brings its tables up to date. */
  static async open(file: string): Promise<DatasetStore> {
    const instance = await DuckDBInstance.create(file, LOCAL_ONLY)
    const store = new DatasetStore(instance, await instance.connect())
    await store.#migrate()
    return store
  }

  close(): void {
    this.#connection.closeSync()
    this.#instance.closeSync()
  }

  async #migrate(): Promise<void> {
    await this.run('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)')
    const [found] = await this.all('SELECT version FROM schema_version')
    const version = Number(found?.[0] ?? 0)
    for (const [index, statements] of migrations.entries()) if (index >= version) await this.#connection.run(statements)
    if (version === migrations.length) return
    await this.run(found ? 'UPDATE schema_version SET version = $1' : 'INSERT INTO schema_version VALUES ($1)', [migrations.length])
  }

  async run(sql: string, values: readonly DuckDBValue[] = []): Promise<void> {
    await this.#connection.run(sql, [...values])
  }

  async all(sql: string, values: readonly DuckDBValue[] = []): Promise<DuckDBValue[][]> {
    return (await this.#connection.runAndReadAll(sql, [...values])).getRows()
  }

  /** Runs `work` as a whole or not at all. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.run('BEGIN')
    try {
      const result = await work()
      await this.run('COMMIT')
      return result
    } catch (error) {
      await this.run('ROLLBACK')
      throw error
    }
  }

  async meta(): Promise<StoreMeta> {
    const [row] = await this.all('SELECT name, version, updated_at FROM meta')
    return { name: String(row?.[0]), version: Number(row?.[1]), updatedAt: String(row?.[2]) }
  }

  async touch(): Promise<void> {
    await this.run('UPDATE meta SET version = version + 1, updated_at = $1', [new Date().toISOString()])
  }

  async columns(): Promise<Column[]> {
    const rows = await this.all('SELECT id, name, role FROM columns ORDER BY position')
    return rows.map(([id, name, role]) => ({ id: String(id) as ColumnId, name: String(name), role: String(role) as ColumnRole }))
  }

  async rowCount(): Promise<number> {
    return Number((await this.all('SELECT count(*) FROM rows'))[0]?.[0])
  }

  /** A page of rows with clipped texts. */
  async page(offset: number, limit: number): Promise<Page> {
    const columns = await this.columns()
    const cells = columns.map(({ id }) => `left(${exact(id)}, ${CLIP_CHARACTERS + 1}), length("${id}") > ${CLIP_CHARACTERS}`).join(', ')
    const rows = await this.all(`SELECT row_id${cells ? `, ${cells}` : ''} FROM rows WHERE position >= $1 AND position < $2 ORDER BY position`, [BigInt(offset), BigInt(offset + limit)])
    const { version } = await this.meta()
    return { offset, rows: rows.map(toRow), rowCount: await this.rowCount(), version }
  }

  async cell(rowId: number, columnId: string): Promise<string | null> {
    const [row] = await this.all(`SELECT ${exact(columnId)} FROM rows WHERE row_id = $1`, [BigInt(rowId)])
    return textOf(row?.[0])
  }

  /** Whole texts of the rows at positions from … to-1, in the order of the given columns. */
  async texts(from: number, to: number, columnIds: readonly string[]): Promise<KeptRow[]> {
    const cells = columnIds.map((id) => `, ${exact(id)}`).join('')
    const rows = await this.all(`SELECT row_id${cells} FROM rows WHERE position >= $1 AND position < $2 ORDER BY position`, [BigInt(from), BigInt(to)])
    return rows.map(([rowId, ...texts]) => ({ rowId: Number(rowId), cells: texts.map(textOf) }))
  }

  /** Writes one column's texts by row key and returns what was there, in the same order. */
  async swapCells(columnId: string, cells: readonly { readonly rowId: number; readonly value: string | null }[]): Promise<(string | null)[]> {
    await this.run('CREATE TEMP TABLE IF NOT EXISTS edited (row_id BIGINT, value VARCHAR)')
    await this.run('DELETE FROM edited')
    const appender = await this.#connection.createAppender('edited', undefined, 'temp')
    for (const { rowId, value } of cells) {
      appender.appendBigInt(BigInt(rowId))
      if (value === null) appender.appendNull()
      else appender.appendVarchar(value)
      appender.endRow()
    }
    appender.closeSync()
    const before = new Map((await this.all(`SELECT row_id, ${exact(columnId)} FROM rows SEMI JOIN edited USING (row_id)`)).map(([rowId, text]) => [Number(rowId), textOf(text)]))
    await this.run(`UPDATE rows SET "${columnId}" = edited.value FROM edited WHERE rows.row_id = edited.row_id`)
    return cells.map(({ rowId }) => before.get(rowId) ?? null)
  }

  /** Makes room at a position and puts rows there; those without a key get new ones. Returns the keys. */
  async insertRows(at: number, rows: readonly { readonly rowId?: number; readonly cells: readonly (string | null)[] }[], columnIds: readonly string[]): Promise<number[]> {
    await this.run('UPDATE rows SET position = position + $1 WHERE position >= $2', [BigInt(rows.length), BigInt(at)])
    const [next] = await this.all('SELECT next_row FROM meta')
    let fresh = Number(next?.[0])
    const ids = rows.map(({ rowId }) => rowId ?? fresh++)
    await this.run('UPDATE meta SET next_row = $1', [BigInt(fresh)])
    const appender = await this.#connection.createAppender('rows')
    const stored = await this.storedColumns()
    for (const [index, { cells }] of rows.entries()) {
      appender.appendBigInt(BigInt(ids[index] as number))
      appender.appendBigInt(BigInt(at + index))
      for (const id of stored) {
        const value = cells[columnIds.indexOf(id)] ?? null
        if (value === null) appender.appendNull()
        else appender.appendVarchar(value)
      }
      appender.endRow()
    }
    appender.closeSync()
    return ids
  }

  /** Removes the rows at positions from … to-1 and closes the gap. */
  async deleteRows(from: number, to: number): Promise<void> {
    await this.run('DELETE FROM rows WHERE position >= $1 AND position < $2', [BigInt(from), BigInt(to)])
    await this.run('UPDATE rows SET position = position - $1 WHERE position >= $2', [BigInt(to - from), BigInt(to)])
  }

  /** Adds a column, or brings a hidden one back under its id. Returns the id. */
  async insertColumn(at: number, column: { readonly id?: string; readonly name: string; readonly role: ColumnRole }): Promise<string> {
    const id = column.id ?? `c${await this.nextColumn()}`
    if (!column.id) {
      await this.run('UPDATE meta SET next_column = next_column + 1')
      await this.run(`ALTER TABLE rows ADD COLUMN "${id}" VARCHAR`)
    }
    await this.run('UPDATE columns SET position = position + 1 WHERE position >= $1', [at])
    await this.run('INSERT INTO columns VALUES ($1, $2, $3, $4)', [id, at, column.name, column.role])
    return id
  }

  /** Takes a column out of the dataset; its texts stay in the file so that undoing is exact. */
  async hideColumn(id: string): Promise<void> {
    const [row] = await this.all('SELECT position FROM columns WHERE id = $1', [id])
    await this.run('DELETE FROM columns WHERE id = $1', [id])
    await this.run('UPDATE columns SET position = position - 1 WHERE position > $1', [Number(row?.[0])])
  }

  async updateColumn(id: string, change: { readonly name?: string; readonly role?: ColumnRole }): Promise<void> {
    if (change.name !== undefined) await this.run('UPDATE columns SET name = $1 WHERE id = $2', [change.name, id])
    if (change.role !== undefined) await this.run('UPDATE columns SET role = $1 WHERE id = $2', [change.role, id])
  }

  /** Number of the next new column. */
  async nextColumn(): Promise<number> {
    return Number((await this.all('SELECT next_column FROM meta'))[0]?.[0])
  }

  /** Ids of every column whose texts are in the file, hidden ones included. */
  async storedColumns(): Promise<string[]> {
    const rows = await this.all(`SELECT column_name FROM information_schema.columns WHERE table_name = 'rows' ORDER BY ordinal_position`)
    return rows.map(([name]) => String(name)).slice(2)
  }
}

/** The binding's decoder drops a byte order mark at the start of a text; behind another character it stays. */
const exact = (columnId: string): string => `'.' || "${columnId}"`

const textOf = (value: DuckDBValue | undefined): string | null => (typeof value === 'string' ? value.slice(1) : null)

function toRow([rowId, ...values]: DuckDBValue[]): Row {
  const cells: (string | null)[] = []
  const clipped: number[] = []
  for (let index = 0; index < values.length; index += 2) {
    if (values[index + 1] === true) clipped.push(cells.length)
    cells.push(textOf(values[index]))
  }
  return { rowId: Number(rowId) as RowId, cells, ...(clipped.length > 0 ? { clipped } : {}) }
}
