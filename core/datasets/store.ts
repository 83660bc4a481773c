import { basename, dirname } from 'node:path'
import type { DuckDBAppender, DuckDBValue } from '@duckdb/node-api'
import {
  CLIP_CHARACTERS,
  cutColumnName,
  UserError,
  type Column,
  type ColumnId,
  type ColumnRole,
  type Page,
} from '../contract/index.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { confinedDuckDB } from './duckdb.ts'
import { textOf } from './exact-text.ts'
import { toFileError } from './file-errors.ts'
import { identifier, literal } from './sql.ts'
import { checkContents, checkSchema, migrations } from './store-schema.ts'
import { StoreStatements } from './store-statements.ts'
import { appendText, exact, toRow } from './stored-cells.ts'
import { workFolderOf } from './work-folder.ts'
import { ensureFolder } from '../files/ensure-folder.ts'

/** A file that a user made has a shorter name. */
const MAX_NAME_CHARACTERS = 300
/** Bounds each open dataset; what does not fit goes to a temporary file in the work folder. */
export const MEMORY_LIMIT = '512MB'

export interface OpenOptions {
  /** Makes a new file; else it must be there and be one of ours. */
  readonly create?: boolean
  /** Nothing is written, not even what an earlier process has left to be replayed. */
  readonly readOnly?: boolean
  /** Files outside of the work folder that rows are read from. */
  readonly reads?: readonly string[]
  readonly memoryLimit?: string
}

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

export interface StoredCell {
  readonly rowId: number
  readonly columnId: string
  readonly value: string | null
}

/** Rows in an order: a relation of `row_id` and `place` (0 … count-1 without gaps). */
export interface Places {
  readonly table: string
  /** The same with the rows' cells. */
  readonly cells: string
  readonly count: number
  readonly isView: boolean
}

const DATASET_ORDER = {
  table: '(SELECT row_id, position AS place FROM rows)',
  cells: '(SELECT *, position AS place FROM rows)',
  isView: false,
}

/** Beyond so many keys DuckDB reads the whole table instead of the index. */
const ROWS_PER_LOOKUP = 1000

/** So many rows are read as quickly as a hundred of them are looked up. */
const SCANNED_ROWS = 500_000

/** DuckDB reads and skips so many rows at once. */
const VECTOR_ROWS = 2048

/** Loading rows pauses so often that the process can answer in between. */
const ROWS_PER_PAUSE = 10_000

/**
 * One dataset as a DuckDB file. Rows have a stable key and a position 0 … n-1 without gaps, so that a page is one range
 * scan. Cells are text columns named by column id; NULL is a missing cell. Every method is one statement or runs in the
 * caller's transaction.
 */
export class DatasetStore extends StoreStatements {
  /**
   * Opens or creates the file and brings its tables up to date. Throws UserError `dataset/foreign` or `dataset/newer`
   * for tables that are not ours, `dataset/locked` while another process has it, and `dataset/damaged`.
   */
  static async open(
    file: string,
    { create = false, readOnly = false, reads = [], memoryLimit = MEMORY_LIMIT }: OpenOptions = {},
  ): Promise<DatasetStore> {
    const work = workFolderOf(dirname(file))
    if (!readOnly) await ensureFolder(work)
    const database = await confinedDuckDB({
      files: [...WRITTEN_ENDINGS.map((ending) => file + ending), ...reads],
      folder: work,
      memoryLimit,
    })
    const store = new DatasetStore(database, work)
    try {
      await store.run(`ATTACH ${literal(file)} AS dataset (TYPE duckdb${readOnly ? ', READ_ONLY' : ''})`)
      await store.run('USE dataset')
      const all = (sql: string) => store.all(sql)
      const version = create ? 0 : await checkSchema(all, basename(file))
      if (!readOnly) await store.#migrate(version)
      if (!create) await checkContents(all, basename(file))
      // Where the disk is full, what is there can be read without it.
      if (!readOnly)
        await store.indexRows().catch((error: unknown) => {
          if (!(toDiskError(error, file) instanceof UserError)) throw error
        })
      return store
    } catch (error) {
      store.close()
      throw create ? error : toFileError(error, basename(file), true)
    }
  }

  async #migrate(version: number): Promise<void> {
    if (version === migrations.length) return
    await this.transaction(async () => {
      await this.run('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)')
      for (const statements of migrations.slice(version)) await this.run(statements)
      await this.run('DELETE FROM schema_version')
      await this.run('INSERT INTO schema_version VALUES ($1)', [migrations.length])
    })
  }

  /** Makes sure of the index by which rows that lie scattered after sorting are quick to fetch. */
  async indexRows(): Promise<void> {
    await this.run('CREATE INDEX IF NOT EXISTS rows_by_id ON rows (row_id)')
  }

  meta(): Promise<StoreMeta> {
    return this.known.once('meta', async () => {
      const [row] = await this.all('SELECT name, version, updated_at FROM meta')
      return {
        name: String(row?.[0]).slice(0, MAX_NAME_CHARACTERS),
        version: Number(row?.[1]),
        updatedAt: String(row?.[2]),
      }
    })
  }

  async touch(): Promise<void> {
    await this.run('UPDATE meta SET version = version + 1, updated_at = $1', [new Date().toISOString()])
  }

  async columns(): Promise<Column[]> {
    const rows = await this.known.once('columns', () =>
      this.all('SELECT id, name, role FROM columns ORDER BY position'),
    )
    return rows.map(([id, name, role]) => ({
      id: String(id) as ColumnId,
      name: cutColumnName(String(name)),
      role: String(role) as ColumnRole,
    }))
  }

  /** The dataset in its own order. */
  async everyRow(): Promise<Places> {
    return { ...DATASET_ORDER, count: await this.rowCount() }
  }

  rowCount(): Promise<number> {
    return this.known.once('rowCount', async () => Number((await this.all('SELECT count(*) FROM rows'))[0]?.[0]))
  }

  /**
   * The page of the relation's rows at places from `offset`, with clipped texts; without one, of the dataset in its own
   * order.
   */
  async page(offset: number, limit: number, places?: Places): Promise<Page> {
    const { version } = await this.meta()
    const cells = (await this.columns())
      .map(({ id }) => `, left(${exact(id)}, ${CLIP_CHARACTERS + 1}), length(${identifier(id)}) > ${CLIP_CHARACTERS}`)
      .join('')
    const rows = await this.#pageRows(offset, offset + limit, { selected: `row_id, position${cells}`, places })
    return {
      offset,
      rows: rows.map((row) => toRow(row, places?.isView === true)),
      rowCount: places?.count ?? (await this.rowCount()),
      version,
    }
  }

  /** What is selected of the rows at places from … to-1, in their order; `row_id` and `position` come first. */
  async #pageRows(
    from: number,
    to: number,
    { selected, places }: { readonly selected: string; readonly places: Places | undefined },
  ): Promise<DuckDBValue[][]> {
    if (!places?.isView && (await this.#liesInOrder())) {
      const rows = await this.all(`SELECT ${selected} FROM rows WHERE position >= ${from} AND position < ${to}`)
      return rows.sort(([, a], [, b]) => Number(a) - Number(b))
    }
    const order = await this.rowIds(from, to, places)
    const found = new Map((await this.#byId(order, selected)).map((row) => [Number(row[0]), row]))
    return order.flatMap((id) => (found.has(id) ? [found.get(id) as DuckDBValue[]] : []))
  }

  /**
   * True where a range of positions is quicker read than looked up row by row: the file skips what lies elsewhere, or
   * there is little to skip.
   */
  async #liesInOrder(): Promise<boolean> {
    if ((await this.rowCount()) <= SCANNED_ROWS) return true
    const spread = `SELECT max(position) - min(position) AS width FROM rows GROUP BY rowid // ${VECTOR_ROWS}`
    return this.known.once(
      'liesInOrder',
      async () =>
        Number((await this.all(`SELECT coalesce(avg(width), 0) FROM (${spread})`))[0]?.[0]) <= 2 * VECTOR_ROWS,
    )
  }

  /** Keys of the rows at places from … to-1. */
  async rowIds(from: number, to: number, places: Pick<Places, 'table'> = DATASET_ORDER): Promise<number[]> {
    const rows = await this.all(`SELECT row_id FROM ${places.table} WHERE place >= $1 AND place < $2 ORDER BY place`, [
      BigInt(from),
      BigInt(to),
    ])
    return rows.map(([id]) => Number(id))
  }

  /** Rows by key through the index, in any order. */
  async #byId(rowIds: readonly number[], selected: string): Promise<DuckDBValue[][]> {
    return rowIds.length === 0 ? [] : this.all(`SELECT ${selected} FROM rows WHERE row_id IN (${rowIds.join(', ')})`)
  }

  async cell(rowId: number, columnId: string): Promise<string | null> {
    const [row] = await this.all(`SELECT ${exact(columnId)} FROM rows WHERE row_id = $1`, [BigInt(rowId)])
    return textOf(row?.[0])
  }

  /**
   * Whole texts of the rows at places from … to-1 of the relation (the dataset's own order without one), in the order
   * of the given columns.
   */
  async texts(from: number, to: number, columnIds: readonly string[], places?: Places): Promise<KeptRow[]> {
    const cells = columnIds.map((id) => `, ${exact(id)}`).join('')
    const toKept = ([rowId, ...texts]: DuckDBValue[]): KeptRow => ({ rowId: Number(rowId), cells: texts.map(textOf) })
    if (to - from > ROWS_PER_LOOKUP) {
      const relation = places?.cells ?? DATASET_ORDER.cells
      return (
        await this.all(`SELECT row_id${cells} FROM ${relation} WHERE place >= $1 AND place < $2 ORDER BY place`, [
          BigInt(from),
          BigInt(to),
        ])
      ).map(toKept)
    }
    const order = await this.rowIds(from, to, places)
    const found = new Map((await this.#byId(order, `row_id${cells}`)).map((row) => [Number(row[0]), toKept(row)]))
    return order.flatMap((rowId) => found.get(rowId) ?? [])
  }

  /**
   * Writes cells by row key and returns what was there, in the same order. For a few cells: each is looked up by
   * itself.
   */
  async swapCells(cells: readonly StoredCell[]): Promise<(string | null)[]> {
    const before: (string | null)[] = []
    for (const { rowId, columnId, value } of cells) {
      before.push(await this.cell(rowId, columnId))
      await this.run(`UPDATE rows SET ${identifier(columnId)} = $1 WHERE row_id = $2`, [value, BigInt(rowId)])
    }
    return before
  }

  /** Makes a temporary table of a number `key` and texts `v0`, `v1` … from rows that are made one by one. */
  async loadTemp(
    table: string,
    width: number,
    rows: Iterable<readonly [key: number, texts: readonly (string | null)[]]>,
  ): Promise<void> {
    await this.run(
      `CREATE OR REPLACE TEMP TABLE ${table} (key BIGINT${Array.from({ length: width }, (_, index) => `, v${index} VARCHAR`).join('')})`,
    )
    const appender = await this.connection.createAppender(table, undefined, 'temp')
    let count = 0
    for (const [key, texts] of rows) {
      appender.appendBigInt(BigInt(key))
      for (let index = 0; index < width; index++) appendText(appender, texts[index] ?? null)
      appender.endRow()
      if (++count % ROWS_PER_PAUSE === 0) await new Promise(setImmediate)
    }
    appender.closeSync()
  }

  /** Makes room at a position and puts rows there; those without a key get new ones. Returns the keys. */
  async insertRows(
    at: number,
    rows: readonly { readonly rowId?: number; readonly cells: readonly (string | null)[] }[],
    columnIds: readonly string[],
  ): Promise<number[]> {
    await this.run('UPDATE rows SET position = position + $1 WHERE position >= $2', [BigInt(rows.length), BigInt(at)])
    const [next] = await this.all('SELECT next_row FROM meta')
    let fresh = Number(next?.[0])
    const ids = rows.map(({ rowId }) => rowId ?? fresh++)
    await this.run('UPDATE meta SET next_row = $1', [BigInt(fresh)])
    const appender = await this.connection.createAppender('rows')
    const stored = await this.storedColumns()
    for (const [index, { cells }] of rows.entries()) {
      appender.appendBigInt(BigInt(ids[index] as number))
      appender.appendBigInt(BigInt(at + index))
      for (const id of stored) appendText(appender, cells[columnIds.indexOf(id)] ?? null)
      appender.endRow()
    }
    appender.closeSync()
    return ids
  }

  /** Writes rows of a new dataset one after another: key, position, then the cells in the columns' order. */
  async rowAppender(): Promise<DuckDBAppender> {
    return this.connection.createAppender('rows')
  }

  /** Removes the rows at positions from … to-1 and closes the gap. */
  async deleteRows(from: number, to: number): Promise<void> {
    await this.run('DELETE FROM rows WHERE position >= $1 AND position < $2', [BigInt(from), BigInt(to)])
    await this.run('UPDATE rows SET position = position - $1 WHERE position >= $2', [BigInt(to - from), BigInt(to)])
  }

  /** Puts the rows at positions from … to-1 before the one at `at`, which lies outside of them. */
  async moveRows(from: number, to: number, at: number): Promise<void> {
    const [first, last, others, block] = at > to ? [from, at, from - to, at - to] : [at, to, to - from, at - from]
    await this.run(
      `UPDATE rows SET position = position + CASE WHEN position >= ${from} AND position < ${to} THEN ${block} ELSE ${others} END WHERE position >= ${first} AND position < ${last}`,
    )
  }

  /** Puts every column in the order of these ids. */
  async orderColumns(ids: readonly string[]): Promise<void> {
    for (const [position, id] of ids.entries())
      await this.run('UPDATE columns SET position = $1 WHERE id = $2', [position, id])
  }

  /** Adds a column, or brings a hidden one back under its id. Returns the id. */
  async insertColumn(
    at: number,
    column: { readonly id?: string; readonly name: string; readonly role: ColumnRole },
  ): Promise<string> {
    const id = column.id ?? `c${await this.nextColumn()}`
    if (!column.id) {
      await this.run('UPDATE meta SET next_column = next_column + 1')
      if (!(await this.storedColumns()).includes(id))
        await this.run(`ALTER TABLE rows ADD COLUMN ${identifier(id)} VARCHAR`)
    }
    await this.run('UPDATE columns SET position = position + 1 WHERE position >= $1', [at])
    await this.run('INSERT INTO columns VALUES ($1, $2, $3, $4)', [id, at, column.name, column.role])
    return id
  }

  /** Makes the columns in the file that the next new ones will use. */
  async addSpareColumns(count: number): Promise<void> {
    const next = await this.nextColumn()
    for (let number = next; number < next + count; number++)
      await this.run(`ALTER TABLE rows ADD COLUMN IF NOT EXISTS ${identifier(`c${number}`)} VARCHAR`)
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
    const rows = await this.all(
      `SELECT column_name FROM duckdb_columns() WHERE table_name = 'rows' ORDER BY column_index`,
    )
    return rows.map(([name]) => String(name)).slice(2)
  }
}

/** What DuckDB writes beside a file. */
const WRITTEN_ENDINGS = ['', '.wal', '.wal.checkpoint', '.wal.recovery']
