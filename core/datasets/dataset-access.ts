import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { DatasetId, UserError, type DatasetInfo, type DatasetSummary } from '../contract/index.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { toFileError } from './file-errors.ts'
import { journalCounts } from './journal.ts'
import { ENDING, requireFile } from './library-files.ts'
import type { DatasetServiceOptions } from './service-types.ts'
import { sourcesOf } from './sources.ts'
import { StorePool } from './store-pool.ts'
import { DatasetStore } from './store.ts'
import { WORK_FOLDER } from './work-folder.ts'
import { stateOf, Summaries } from './summaries.ts'

/** A reader closes a dataset after so long. */
const READER_IDLE_MS = 1000
/** The writer tries so often to open what a reader has open. */
const READER_PATIENCE = 6

/** The datasets of a library's folder, opened when they are needed; what is done to one follows what was asked before. */
export class DatasetAccess {
  readonly folder: string
  readonly #isWritable: boolean
  readonly #emit: DatasetServiceOptions['emit']
  readonly #summaries: Summaries
  readonly #pool: StorePool

  constructor({ folder, emit, isWritable = true }: DatasetServiceOptions) {
    this.folder = folder
    this.#emit = emit
    this.#isWritable = isWritable
    this.#summaries = new Summaries(folder, isWritable)
    this.#pool = new StorePool({
      open: (id) => this.#open(id),
      onClose: (id, hasFailed) => (hasFailed ? this.#summaries.forget(id) : this.#summaries.renew(id)),
      // A reader must not keep the writer from opening a dataset.
      ...(!isWritable && { idleMs: READER_IDLE_MS }),
    })
  }

  fileOf(id: string): string {
    return join(this.folder, `${id}${ENDING}`)
  }

  /** A place for what is there only while it is used. */
  workFile(name: string): string {
    return join(this.folder, WORK_FOLDER, name)
  }

  async #open(id: string): Promise<DatasetStore> {
    const file = await requireFile(this.folder, id)
    if (!this.#isWritable) return DatasetStore.open(file, { readOnly: true })
    // What is known of an open dataset is kept up to date; it must be true when it is opened.
    if (!(await this.#summaries.find(id, await stateOf(this.folder, id)))) await this.#summaries.forget(id)
    return openPatiently(file)
  }

  /** Runs work on one dataset after everything that was asked of it before. Throws UserError where it is not there. */
  async use<T>(id: string, work: (store: DatasetStore) => Promise<T>): Promise<T> {
    try {
      return await this.#pool.use(id, async (store) => {
        // A file that was moved away stays open under its new name: nothing may be written there.
        await requireFile(this.folder, id)
        return work(store)
      })
    } catch (error) {
      if (isGone(error)) await this.#pool.close(id)
      throw toFileError(this.toDiskError(error), `${id}${ENDING}`)
    }
  }

  /** What a dataset is now. */
  async info(id: string): Promise<DatasetInfo> {
    return this.use(id, (store) => this.infoOf(id, store))
  }

  /** The same of one that is in use. */
  async infoOf(id: string, store: DatasetStore): Promise<DatasetInfo> {
    const { name, version, updatedAt } = await store.meta()
    const columns = await store.columns()
    const { size } = await stat(this.fileOf(id))
    return {
      id: id as DatasetId,
      name,
      version,
      updatedAt,
      columns,
      sources: await sourcesOf(store),
      columnNames: columns.map((column) => column.name),
      rowCount: await store.rowCount(),
      sizeBytes: size,
      ...(await journalCounts(store)),
    }
  }

  /** Changes a dataset and says what it is then, also to the windows. */
  async change(id: string, work: (store: DatasetStore) => Promise<void>): Promise<DatasetInfo> {
    const told = await this.use(id, async (store) => {
      await work(store)
      return store.mustReopen ? null : this.#tell(id, store)
    })
    return told ?? this.use(id, (store) => this.#tell(id, store))
  }

  /** Says what a dataset is now, also to the windows. */
  tell(id: string): Promise<DatasetInfo> {
    return this.change(id, () => Promise.resolve())
  }

  async #tell(id: string, store: DatasetStore): Promise<DatasetInfo> {
    const info = await this.infoOf(id, store)
    await this.#summaries.put(info)
    this.#emit('datasets.changed', info)
    return info
  }

  /** What is known of a dataset without opening it; null where its files have changed since. */
  async knownSummary(id: DatasetId): Promise<DatasetSummary | null> {
    const state = this.#pool.openIds.includes(id) ? undefined : await stateOf(this.folder, id)
    return (await this.#summaries.find(id, state)) ?? null
  }

  /** Opens a dataset for its summary alone, and closes it again where nobody else has it open. */
  async readSummary(id: DatasetId): Promise<DatasetSummary> {
    const isOpen = this.#pool.openIds.includes(id)
    const info = await this.info(id)
    await this.#summaries.put(info)
    if (!isOpen) await this.#pool.close(id)
    const { columns: _, version: __, undoCount: ___, redoCount: ____, sources: _____, ...summary } = info
    return summary
  }

  /** Of a reader: what the writer knew last, also where the files have changed since. */
  async earlierSummary(id: DatasetId): Promise<DatasetSummary | null> {
    return this.#isWritable ? null : ((await this.#summaries.find(id)) ?? null)
  }

  /** Closes a dataset, runs work on its files and forgets it, with everything written to its one file where it can be. */
  async takeAway(id: DatasetId, work: () => Promise<void>): Promise<void> {
    // What is damaged cannot be brought into one file, and is moved as it is.
    await this.#pool.use(id, (store) => store.run('CHECKPOINT')).catch(() => undefined)
    await this.#pool.whileClosed(id, work).catch((error: unknown) => {
      throw this.toDiskError(error)
    })
    await this.#summaries.forget(id)
    this.#emit('datasets.removed', { id })
  }

  /** The user's error where a disk refused; others come back unchanged. */
  toDiskError(error: unknown): unknown {
    return toDiskError(error, this.folder)
  }

  async close(): Promise<void> {
    await this.#pool.closeAll()
    await this.#summaries.close()
  }
}

const isGone = (error: unknown): boolean =>
  error instanceof UserError && (error.error.code === 'library/gone' || error.error.code === 'dataset/not-found')

/** A free id made of the date and random letters. */
export const newDatasetId = (): DatasetId =>
  DatasetId.parse(
    `d${new Date().toISOString().slice(0, 10).replaceAll('-', '')}-${Math.random().toString(36).slice(2, 8)}`,
  )

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
