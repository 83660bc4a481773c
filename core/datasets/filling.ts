import { basename, dirname, join } from 'node:path'
import type { DuckDBAppender } from '@duckdb/node-api'
import type { Language } from '../../texts/index.ts'
import { MAX_COLUMNS, UserError, type ColumnRole, type DatasetSource } from '../contract/index.ts'
import { syncFolder } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { columnName } from './column-mapping.ts'
import { pause } from './formats/contents.ts'
import type { Cells, Relation } from './formats/table-format.ts'
import { detectRole } from './roles.ts'
import { identifier } from './sql.ts'
import { DatasetStore } from './store.ts'
import { markStructured } from './structured-columns.ts'
import { workFolderOf } from './work-folder.ts'

/** What a new store is filled with. */
export interface Filling {
  /** The dataset's name. */
  readonly name: string
  /** Columns without a name get one in it. */
  readonly language: Language
  /** Where the rows come from, for errors. */
  readonly file: string
  /** Of the columns by their place; those without one get what their name tells. */
  readonly roles?: readonly (ColumnRole | undefined)[]
  /** What the columns are called in the file, where they were chosen; else as in the header. */
  readonly sources?: readonly string[] | undefined
  /** Columns of the file whose cells came as lists and objects. */
  readonly structured?: readonly string[] | undefined
  /** Where the rows come from. */
  readonly from?: readonly DatasetSource[] | undefined
  readonly signal?: AbortSignal
  onRows?(count: number): void
}

/** What an import may take of the memory beside JavaScript. */
export const FILLING_MEMORY_LIMIT = '320MB'
/** Rows wait in memory until there are so many, or so many characters. */
const ROWS_PER_FLUSH = 8192
const CHARACTERS_PER_FLUSH = 1 << 20

/**
 * Fills a new store with a table, its header first. Rows longer than the header get columns of their own; nothing is
 * cut off. Throws UserError `dataset/too-many-columns`.
 */
export async function fillStore(
  store: DatasetStore,
  portions: AsyncIterable<readonly Cells[]>,
  filling: Filling,
): Promise<void> {
  await inOneMove(store, filling, async () => {
    const columns = new FilledColumns(store, filling)
    const writer = new RowWriter(store)
    let isHeader = true
    try {
      for await (const portion of portions) {
        filling.signal?.throwIfAborted()
        if (isHeader && portion[0]) await columns.add(portion[0])
        const rows = isHeader ? portion.slice(1) : portion
        isHeader &&= portion.length === 0
        const widest = rows.reduce((most, { length }) => Math.max(most, length), 0)
        if (widest > columns.count) {
          writer.close()
          await columns.widen(widest)
        }
        await writer.write(rows, columns.count)
        filling.onRows?.(writer.count)
      }
    } finally {
      writer.close()
    }
    return writer.count
  })
}

/**
 * Fills a new store with what DuckDB reads itself: the chosen columns of the relation, by their places in its header.
 */
export async function fillFromRelation(
  store: DatasetStore,
  relation: Relation,
  chosen: { readonly header: Cells; readonly places: readonly number[] },
  filling: Filling,
): Promise<void> {
  const stop = () => store.interrupt()
  filling.signal?.addEventListener('abort', stop)
  try {
    await inOneMove(store, filling, async () => {
      const columns = new FilledColumns(store, filling)
      await columns.add(chosen.header)
      const cells = chosen.places
        .map(
          (place, index) =>
            `, ${place < 0 ? 'NULL' : relation.cells[place]} AS ${identifier(columns.ids[index] as string)}`,
        )
        .join('')
      await store.run(
        `INSERT INTO rows BY NAME SELECT file_row_number + 1 AS row_id, file_row_number AS position${cells} FROM ${relation.source}`,
      )
      return store.rowCount()
    })
  } catch (error) {
    filling.signal?.throwIfAborted()
    throw relation.toError(error)
  } finally {
    filling.signal?.removeEventListener('abort', stop)
  }
}

/**
 * Makes a dataset of what `fill` puts into it at `target`; it appears there only when it is complete. Until then it
 * lies in the work folder. `reads`: files from which DuckDB itself takes rows.
 */
export async function makeStore(
  target: string,
  fill: (store: DatasetStore) => Promise<void>,
  reads: readonly string[] = [],
): Promise<void> {
  const folder = dirname(target)
  const draft = join(workFolderOf(folder), `${basename(target)}.draft`)
  const remove = () => Promise.all([draft, `${draft}.wal`].map((file) => disk.rm(file, { force: true })))
  await remove()
  try {
    const store = await DatasetStore.open(draft, { create: true, reads, memoryLimit: FILLING_MEMORY_LIMIT })
    await fill(store).finally(() => store.close())
    await disk.rename(draft, target)
    await syncFolder(folder).catch(async (error: unknown) => {
      await disk.rm(target, { force: true })
      throw error
    })
  } catch (error) {
    await remove()
    throw error
  }
}

/**
 * Everything or nothing: `work` gives the count of its rows. Their index is made when they are all there, which takes a
 * fraction of the time and memory.
 */
export async function inOneMove(
  store: DatasetStore,
  { name, from = [], signal }: Pick<Filling, 'name' | 'from' | 'signal'>,
  work: () => Promise<number>,
): Promise<void> {
  await store.run('DROP INDEX IF EXISTS rows_by_id')
  await store.transaction(async () => {
    await store.run('INSERT INTO meta VALUES ($1, 1, 1, 1, $2, $3)', [
      name,
      new Date().toISOString(),
      JSON.stringify(from),
    ])
    const count = await work()
    await store.run('UPDATE meta SET next_row = $1', [BigInt(count + 1)])
    signal?.throwIfAborted()
  })
  await store.indexRows()
  await store.run('CHECKPOINT')
  signal?.throwIfAborted()
}

class FilledColumns {
  readonly ids: string[] = []
  readonly #store: DatasetStore
  readonly #filling: Filling

  constructor(store: DatasetStore, filling: Filling) {
    this.#store = store
    this.#filling = filling
  }

  get count(): number {
    return this.ids.length
  }

  async add(titles: Cells): Promise<void> {
    this.#check(titles.length)
    const { language, roles, sources, structured = [] } = this.#filling
    for (const title of titles) {
      const name = columnName(title, this.count, language)
      const source = sources?.[this.count] ?? title ?? ''
      const id = await this.#store.insertColumn(this.count, { name, role: roles?.[this.count] ?? detectRole(name) })
      if (structured.includes(source)) await markStructured(this.#store, id)
      this.ids.push(id)
    }
  }

  async widen(width: number): Promise<void> {
    this.#check(width)
    await this.add(Array.from({ length: width - this.count }, () => null))
  }

  #check(width: number): void {
    if (width > MAX_COLUMNS)
      throw new UserError('dataset/too-many-columns', { file: this.#filling.file, found: width, limit: MAX_COLUMNS })
  }
}

class RowWriter {
  readonly #store: DatasetStore
  #appender: DuckDBAppender | null = null
  #waitingRows = 0
  #waitingCharacters = 0
  count = 0

  constructor(store: DatasetStore) {
    this.#store = store
  }

  async write(rows: readonly Cells[], width: number): Promise<void> {
    const appender = (this.#appender ??= await this.#store.rowAppender())
    for (const cells of rows) {
      this.#append(appender, cells, width)
      if (this.#waitingRows < ROWS_PER_FLUSH && this.#waitingCharacters < CHARACTERS_PER_FLUSH) continue
      appender.flushSync()
      this.#waitingRows = 0
      this.#waitingCharacters = 0
      await pause()
    }
  }

  #append(appender: DuckDBAppender, cells: Cells, width: number): void {
    appender.appendBigInt(BigInt(this.count + 1))
    appender.appendBigInt(BigInt(this.count))
    for (let index = 0; index < width; index++) {
      const cell = cells[index] ?? null
      if (cell === null) appender.appendNull()
      else {
        appender.appendVarchar(cell)
        this.#waitingCharacters += cell.length
      }
    }
    appender.endRow()
    this.count++
    this.#waitingRows++
  }

  close(): void {
    this.#appender?.closeSync()
    this.#appender = null
  }
}
