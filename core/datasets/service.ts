import { access, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { syncFolder } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { sourceLanguage, text, type Language } from '../../texts/index.ts'
import {
  DatasetId,
  PathToRead,
  toAppError,
  UserError,
  type Column,
  type DatasetInfo,
  type DatasetSummary,
  type Events,
  type Handlers,
  type ImportOptions,
} from '../contract/index.ts'
import type { TrainingRow } from '../samples/sample-files.ts'
import { checkCells } from './bulk-edits.ts'
import {
  appendRows,
  createFromRows,
  joinRows,
  keptRows,
  markParts,
  markSample,
  writeRows,
  type RowsFile,
} from './combine.ts'
import { applyEdits } from './edits.ts'
import { exportTable } from './export.ts'
import { toFileError } from './file-errors.ts'
import { fillStore, makeStore } from './filling.ts'
import { findMatch, listMatches, replaceMatches } from './find.ts'
import { importTable, previewTable, type ImportWatch } from './import.ts'
import { chainOf } from './chain.ts'
import { checkDataset } from './checks/index.ts'
import { repairDataset } from './checks/repair.ts'
import { goToStep, journalCounts, listSteps, stepJournal } from './journal.ts'
import { requireColumns } from './matching.ts'
import { checkTrainable, rowReader } from './roles.ts'
import { RunningImports } from './running-imports.ts'
import { statisticsOf, type TokenCounter } from './statistics/index.ts'
import { datasetIds, ENDING, requireFile, sweep } from './library-files.ts'
import { StorePool } from './store-pool.ts'
import { DatasetStore, WORK_FOLDER, type KeptRow } from './store.ts'
import { stateOf, Summaries } from './summaries.ts'
import { placesOf } from './views.ts'

type Emit = <N extends 'datasets.changed' | 'datasets.removed' | 'datasets.importProgress'>(
  name: N,
  payload: Events[N],
) => void
type DatasetHandlers = { [N in keyof Handlers as N extends `datasets.${infer C}` ? C : never]: Handlers[N] }

export interface DatasetServiceOptions {
  readonly folder: string
  readonly trashFolder: string
  /** Folder with the tutorial's `dataset.csv` (template) and `sample_dataset.csv`. */
  readonly templatesFolder: string
  readonly emit: Emit
  /**
   * False where another host writes: datasets are opened for reading only, and not at all while that host has them
   * open.
   */
  readonly isWritable?: boolean
  /** The language of names that are made up here, at that moment; without it Japanese. */
  readonly language?: () => Language
  /** How a model counts tokens; without it none are counted. */
  readonly tokenCounter?: (modelId: string) => Promise<TokenCounter>
}

export interface DatasetService extends DatasetHandlers {
  /** Removes what earlier processes left unfinished. Call once before anything else, as the library's one writer. */
  sweep(): Promise<void>
  /** Throws UserError `dataset/not-found`. */
  find(id: string): Promise<DatasetInfo>
  /** Throws UserError where the dataset has no prompt or answer column, or no rows. */
  checkTrainable(info: DatasetInfo): void
  /**
   * The rows as training sees them: prompt columns joined by an empty line, in the dataset's order. Throws like
   * `checkTrainable`.
   */
  rowsForTraining(id: string): AsyncIterable<TrainingRow>
  /** How many places a check warns of; large datasets are not looked at (0). */
  warningCount(info: DatasetInfo): Promise<number>
  /**
   * The conversation of row number `row` (from 0), from its first row to the row itself; empty where there is no such
   * row.
   */
  conversationRows(id: string, row: number): Promise<TrainingRow[]>
  /**
   * Writes the dataset's rows as they are now to a Parquet file of its own, columns named by their ids, and lets `take`
   * read the very same rows from there, as often as it likes. Throws like `checkTrainable`.
   */
  keepRows<T>(
    id: string,
    file: string,
    take: (rows: () => AsyncIterable<TrainingRow>) => Promise<T>,
  ): Promise<KeptRows<T>>
  /** Makes a dataset of rows that were kept. */
  addRows(name: string, rows: RowsFile): Promise<DatasetInfo>
  cancelImports(): void
  close(): Promise<void>
}

export interface KeptRows<T> {
  readonly version: number
  readonly columns: readonly Column[]
  readonly taken: T
}

const ROWS_PER_READ = 10_000
/** Datasets of more rows are not checked for a run's plan, which must come at once. */
const PLANNED_ROWS = 20_000
/** So many datasets whose summaries are not known are opened at once. */
const LISTED_AT_ONCE = 4
/** A reader closes a dataset after so long. */
const READER_IDLE_MS = 1000
/** The writer tries so often to open what a reader has open. */
const READER_PATIENCE = 6
const writeAll = () => Promise.resolve(null)
const EMPTY_TABLE = [
  ['instruction', 'output'],
  [null, null],
] as const

/** The datasets of a library: each a DuckDB file, opened when it is needed. Edits of one dataset follow each other. */
export function createDatasetService(options: DatasetServiceOptions): DatasetService {
  const isWritable = options.isWritable ?? true
  const language = options.language ?? (() => sourceLanguage)
  const fileOf = (id: string) => join(options.folder, `${id}${ENDING}`)
  const workFile = (name: string) => join(options.folder, WORK_FOLDER, name)
  const summaries = new Summaries(options.folder, isWritable)
  const pool = new StorePool({
    async open(id) {
      const file = await requireFile(options.folder, id)
      // What is known of an open dataset is kept up to date; it must be true when it is opened.
      if (isWritable && !(await summaries.find(id, await stateOf(options.folder, id)))) await summaries.forget(id)
      return isWritable ? openPatiently(file) : DatasetStore.open(file, { readOnly: true })
    },
    onClose: (id, hasFailed) => (hasFailed ? summaries.forget(id) : summaries.renew(id)),
    // A reader must not keep the writer from opening a dataset.
    ...(!isWritable && { idleMs: READER_IDLE_MS }),
  })
  const imports = new RunningImports((progress) => options.emit('datasets.importProgress', progress))
  const warned = new Map<string, { readonly version: number; readonly count: number }>()

  /** Runs work on one dataset after everything that was asked of it before. */
  async function inTurn<T>(id: string, work: (store: DatasetStore) => Promise<T>): Promise<T> {
    try {
      return await pool.use(id, async (store) => {
        // A file that was moved away stays open under its new name: nothing may be written there.
        await requireFile(options.folder, id)
        return work(store)
      })
    } catch (error) {
      if (
        error instanceof UserError &&
        (error.error.code === 'library/gone' || error.error.code === 'dataset/not-found')
      )
        await pool.close(id)
      throw toFileError(toDiskError(error, options.folder), `${id}${ENDING}`)
    }
  }

  async function infoOf(id: string, store: DatasetStore): Promise<DatasetInfo> {
    const { name, version, updatedAt } = await store.meta()
    const columns = await store.columns()
    const { size } = await stat(fileOf(id))
    return {
      id: id as DatasetId,
      name,
      version,
      updatedAt,
      columns,
      columnNames: columns.map((column) => column.name),
      rowCount: await store.rowCount(),
      sizeBytes: size,
      ...(await journalCounts(store)),
    }
  }

  /** Says what a dataset is now, also to other windows. */
  async function tell(id: string, store: DatasetStore): Promise<DatasetInfo> {
    const info = await infoOf(id, store)
    await summaries.put(info)
    options.emit('datasets.changed', info)
    return info
  }

  async function change(id: string, work: (store: DatasetStore) => Promise<void>): Promise<DatasetInfo> {
    const told = await inTurn(id, async (store) => {
      await work(store)
      return store.mustReopen ? null : tell(id, store)
    })
    return told ?? inTurn(id, (store) => tell(id, store))
  }

  /** A free id made of the date and random letters. */
  const newId = () =>
    DatasetId.parse(
      `d${new Date().toISOString().slice(0, 10).replaceAll('-', '')}-${Math.random().toString(36).slice(2, 8)}`,
    )

  async function add(
    name: string | undefined,
    fallback: string,
    make: (name: string, target: string) => Promise<void>,
  ): Promise<DatasetInfo> {
    const id = newId()
    await make(name ?? (await freeName(fallback)), fileOf(id)).catch((error: unknown) => {
      throw toDiskError(error, options.folder)
    })
    return change(id, async () => undefined)
  }

  /**
   * Writes a dataset's rows, or its parts once `mark` has noted them and said how many they are, to files that are
   * there only while they are used.
   */
  async function withRows<T>(
    id: string,
    mark: (store: DatasetStore) => Promise<number | null>,
    use: (parts: RowsFile[]) => Promise<T>,
  ): Promise<T> {
    const name = newId()
    const files: string[] = []
    const fileAt = (part: number) => {
      const file = workFile(`${name}.${part}.parquet`)
      files.push(file)
      return file
    }
    try {
      const parts = await inTurn(id, async (store) => {
        const count = await mark(store)
        if (count === null) return [await writeRows(store, fileAt(0))]
        const written: RowsFile[] = []
        for (let part = 0; part < count; part++) written.push(await writeRows(store, fileAt(part), part))
        return written
      })
      return await use(parts)
    } finally {
      await removeWork(files)
    }
  }

  /** Reads a file into a dataset that is there only while its rows are used. */
  async function withFileRows<T>(
    file: PathToRead,
    how: ImportOptions,
    watch: ImportWatch,
    use: (rows: RowsFile) => Promise<T>,
  ): Promise<T> {
    const draft = workFile(`${newId()}${ENDING}`)
    const written = `${draft}.parquet`
    try {
      await importTable(file, draft, { name: basename(file), language: language(), options: how, watch })
      const store = await DatasetStore.open(draft)
      const rows = await writeRows(store, written).finally(() => store.close())
      watch.signal?.throwIfAborted()
      return await use(rows)
    } catch (error) {
      throw toDiskError(error, options.folder)
    } finally {
      await removeWork([draft, `${draft}.wal`, written])
    }
  }

  async function freeName(wanted: string): Promise<string> {
    const taken = new Set((await list()).map(({ name }) => name))
    for (let number = 1; ; number++) {
      const name = number === 1 ? wanted : `${wanted} ${number}`
      if (!taken.has(name)) return name
    }
  }

  async function list(): Promise<DatasetSummary[]> {
    const found: DatasetSummary[] = []
    const ids = await datasetIds(options.folder)
    for (let from = 0; from < ids.length; from += LISTED_AT_ONCE)
      found.push(...(await Promise.all(ids.slice(from, from + LISTED_AT_ONCE).map(summaryOf))))
    return found.sort((a, b) => b.updatedAt.localeCompare(a.updatedAt))
  }

  /**
   * What is known of a dataset; it is opened only where its files have changed since, and closed again. One that cannot
   * be opened must not hide the others.
   */
  async function summaryOf(id: DatasetId): Promise<DatasetSummary> {
    const isOpen = pool.openIds.includes(id)
    const known = await summaries.find(id, isOpen ? undefined : await stateOf(options.folder, id))
    if (known) return known
    try {
      const info = await inTurn(id, (store) => infoOf(id, store))
      await summaries.put(info)
      if (!isOpen) await pool.close(id)
      const { columns: _, version: __, undoCount: ___, redoCount: ____, ...summary } = info
      return summary
    } catch (error) {
      if (error instanceof UserError && error.error.code === 'library/closed') throw error
      const earlier = isWritable ? undefined : await summaries.find(id)
      if (earlier) return earlier
      const stats = await stat(fileOf(id)).catch(() => null)
      return {
        id,
        name: `${id}${ENDING}`,
        rowCount: 0,
        columnNames: [],
        updatedAt: (stats?.mtime ?? new Date(0)).toISOString(),
        sizeBytes: stats?.size ?? 0,
        problem: toAppError(error),
      }
    }
  }

  return {
    sweep: () => sweep(options.folder),
    list,
    find: (id) => inTurn(id, (store) => infoOf(id, store)),
    open: ({ id }) => inTurn(id, (store) => infoOf(id, store)),
    create({ from, name }) {
      const { names } = text(language())
      if (from === 'empty')
        return add(name, names.newDataset, (title, target) =>
          makeStore(target, (store) =>
            fillStore(store, emptyTable(), { name: title, language: language(), file: title }),
          ),
        )
      const file = PathToRead.parse(
        join(options.templatesFolder, from === 'sample' ? 'sample_dataset.csv' : 'dataset.csv'),
      )
      return add(name, names[from], (title, target) => importTable(file, target, { name: title, language: language() }))
    },
    import: ({ file, name, options: how, importId }) =>
      imports.run(importId, file, (watch) =>
        add(name, basename(file, extname(file)), (title, target) =>
          importTable(file, target, { name: title, language: language(), options: how, watch }),
        ),
      ),
    preview: ({ file, options: how }) => previewTable(file, how ?? {}, language()),
    appendFile: ({ id, file, options: how, importId }) =>
      imports.run(importId, file, (watch) =>
        withFileRows(file, how ?? {}, watch, (rows) => change(id, (store) => appendRows(store, rows, 'appendFile'))),
      ),
    async cancelImport({ importId }) {
      imports.cancel(importId)
      return null
    },
    page: ({ id, offset, limit, view }) =>
      inTurn(id, async (store) => store.page(offset, limit, await placesOf(store, view))),
    cell: ({ id, rowId, columnId }) =>
      inTurn(id, async (store) => {
        requireColumns(await store.columns(), [columnId])
        return store.cell(rowId, columnId)
      }),
    range: ({ id, fromRow, toRow, fromColumn, toColumn, view }) =>
      inTurn(id, async (store) => {
        const places = await placesOf(store, view)
        const columnIds = (await store.columns()).slice(fromColumn, toColumn + 1).map((column) => column.id)
        checkCells(Math.max(0, Math.min(toRow + 1, places.count) - fromRow), columnIds.length)
        return (await store.texts(fromRow, toRow + 1, columnIds, places)).map(({ cells }) => cells)
      }),
    findCell: ({ id, query, ...how }) => inTurn(id, (store) => findMatch(store, query, how)),
    matches: ({ id, query, view, limit }) => inTurn(id, (store) => listMatches(store, query, view, limit)),
    async replace({ id, query, replacement, ...how }) {
      let cellCount = 0
      const info = await change(id, async (store) => {
        cellCount = await replaceMatches(store, query, replacement, how)
      })
      return { info, cellCount }
    },
    edit: ({ id, edits, view }) => change(id, (store) => applyEdits(store, edits, view)),
    appendDataset: ({ id, from }) =>
      withRows(from, writeAll, ([rows]) => change(id, (store) => appendRows(store, rows as RowsFile))),
    join: ({ id, from, ...how }) =>
      withRows(from, writeAll, ([rows]) => change(id, (store) => joinRows(store, rows as RowsFile, how))),
    async split({ id, by }) {
      const { name } = await inTurn(id, (store) => store.meta())
      let names: string[] = []
      const mark = async (store: DatasetStore) =>
        (names = await markParts(store, by, { name, language: language() })).length
      return withRows(id, mark, async (parts) => {
        const made: DatasetInfo[] = []
        for (const [index, rows] of parts.entries())
          made.push(
            await add(undefined, names[index] as string, (title, target) => createFromRows(target, title, rows)),
          )
        return made
      })
    },
    async sample({ id, rows, seed, name }) {
      const { name: whole } = await inTurn(id, (store) => store.meta())
      const mark = (store: DatasetStore) => markSample(store, whole, rows, seed).then(() => 1)
      return withRows(id, mark, ([chosen]) =>
        add(name, `${whole} ${rows}`, (title, target) => createFromRows(target, title, chosen as RowsFile)),
      )
    },
    undo: ({ id }) => change(id, (store) => stepJournal(store, 'undo')),
    redo: ({ id }) => change(id, (store) => stepJournal(store, 'redo')),
    history: ({ id }) => inTurn(id, listSteps),
    goToStep: ({ id, step }) =>
      change(id, (store) => goToStep(store, step)).catch(async (error: unknown) => {
        // The steps before the one that failed are taken.
        await change(id, async () => undefined).catch(() => undefined)
        throw error
      }),
    save: ({ id }) =>
      inTurn(id, async (store) => {
        await store.run('CHECKPOINT')
        return infoOf(id, store)
      }),
    rename: ({ id, name }) =>
      change(id, (store) => store.run('UPDATE meta SET name = $1, updated_at = $2', [name, new Date().toISOString()])),
    async remove({ id }) {
      await requireFile(options.folder, id)
      // What is damaged cannot be brought into one file, and is moved as it is.
      await pool.use(id, (store) => store.run('CHECKPOINT')).catch(() => undefined)
      await pool
        .whileClosed(id, () => moveDataset(options.folder, options.trashFolder, id))
        .catch((error: unknown) => {
          throw toDiskError(error, options.folder)
        })
      await summaries.forget(id)
      options.emit('datasets.removed', { id })
      return null
    },
    async restore({ id }) {
      const isThere = (folder: string) =>
        access(join(folder, `${id}${ENDING}`)).then(
          () => true,
          () => false,
        )
      if (!(await isThere(options.trashFolder))) throw new UserError('dataset/not-found', { id })
      if (await isThere(options.folder)) throw new UserError('trash/occupied', { id })
      await moveDataset(options.trashFolder, options.folder, id).catch((error: unknown) => {
        throw toDiskError(error, options.folder)
      })
      return change(id, async () => undefined)
    },
    async check({ id, modelId, maxTokens }) {
      const counter = modelId === undefined ? null : ((await options.tokenCounter?.(modelId)) ?? null)
      return inTurn(id, (store) => checkDataset(store, counter && { counter, maxTokens }))
    },
    async repair({ id, check, columnId }) {
      let changed = 0
      const info = await change(id, async (store) => {
        changed = await repairDataset(store, check, columnId ?? null)
      })
      return { info, changed }
    },
    statistics: async ({ id, modelId }) =>
      statisticsOf(
        (work) => inTurn(id, work),
        modelId === undefined ? null : ((await options.tokenCounter?.(modelId)) ?? null),
      ),
    export: ({ id, target, format, byteOrderMark }) =>
      inTurn(id, async (store) => ({
        file: target,
        rowCount: await exportTable(store, { target, format, byteOrderMark }),
      })),
    async warningCount({ id, version, rowCount }) {
      if (rowCount > PLANNED_ROWS) return 0
      const known = warned.get(id)
      if (known?.version === version) return known.count
      const { problems } = await inTurn(id, (store) => checkDataset(store, null))
      const count = problems
        .filter(({ severity }) => severity === 'warning')
        .reduce((sum, problem) => sum + problem.count, 0)
      warned.set(id, { version, count })
      return count
    },
    conversationRows: (id, row) => inTurn(id, (store) => chainOf(store, row)),
    async keepRows(id, file, take) {
      const written = workFile(`${newId()}.parquet`)
      try {
        const kept = await inTurn(id, async (store) => {
          const info = await infoOf(id, store)
          checkTrainable(info)
          return { version: info.version, ...(await writeRows(store, written)) }
        })
        const taken = await take(() => trainingRows(kept.columns, keptRows(kept)))
        await disk.rename(written, file)
        return { version: kept.version, columns: kept.columns, taken }
      } finally {
        await removeWork([written])
      }
    },
    addRows: (name, rows) => add(undefined, name, (title, target) => createFromRows(target, title, rows)),
    checkTrainable,
    async *rowsForTraining(id) {
      const info = await inTurn(id, (store) => infoOf(id, store))
      checkTrainable(info)
      const columnIds = info.columns.map((column) => column.id)
      const texts = async function* () {
        for (let from = 0; from < info.rowCount; from += ROWS_PER_READ)
          yield* await inTurn(id, (store) => store.texts(from, from + ROWS_PER_READ, columnIds))
      }
      yield* trainingRows(info.columns, texts())
    },
    cancelImports: () => imports.cancelAll(),
    async close() {
      imports.cancelAll()
      await pool.closeAll()
      await summaries.close()
    },
  }
}

async function* trainingRows(columns: readonly Column[], rows: AsyncIterable<KeptRow>): AsyncGenerator<TrainingRow> {
  const read = rowReader(columns)
  let rowNumber = 1
  for await (const { rowId, cells } of rows) yield { rowId, rowNumber: rowNumber++, ...read(cells) }
}

/** Opens a dataset, also where a reader is just about to close it. */
async function openPatiently(file: string): Promise<DatasetStore> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await DatasetStore.open(file)
    } catch (error) {
      if (!(error instanceof UserError) || error.error.code !== 'dataset/locked' || attempt >= READER_PATIENCE)
        throw error
      await wait(READER_IDLE_MS / 2)
    }
  }
}

/** A disk that refuses this has told why already, or does not matter: the next start empties the work folder. */
async function removeWork(files: readonly string[]): Promise<void> {
  await Promise.all(files.map((file) => disk.rm(file, { force: true }).catch(() => undefined)))
}

/** Moves a dataset's file, and what is not yet in it, to another folder; both or neither. */
async function moveDataset(from: string, to: string, id: string): Promise<void> {
  await disk.mkdir(to, { recursive: true })
  const [file, beside] = [`${id}${ENDING}`, `${id}${ENDING}.wal`]
  await disk.rm(join(to, beside), { force: true })
  await disk.rename(join(from, file), join(to, file))
  await disk.rename(join(from, beside), join(to, beside)).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return
    await disk.rename(join(to, file), join(from, file))
    throw error
  })
  await Promise.all([from, to].map(syncFolder))
}

/** One portion. */
async function* emptyTable(): AsyncGenerator<readonly (readonly (string | null)[])[]> {
  yield EMPTY_TABLE
}
