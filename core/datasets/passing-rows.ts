import { basename } from 'node:path'
import type { Language } from '../../texts/index.ts'
import type { DatasetInfo, DatasetSource, ImportOptions, PathToRead } from '../contract/index.ts'
import { disk } from '../files/disk.ts'
import { createFromRows, writeRows, type RowsFile } from './combine.ts'
import { newDatasetId, type DatasetAccess } from './dataset-access.ts'
import { importTable, type ImportWatch } from './import.ts'
import { ENDING } from './library-files.ts'
import { freeName } from './listing.ts'
import { DatasetStore } from './store.ts'

export interface NewDataset {
  /** What it is called; without it `fallback`, with a number where that is taken. */
  readonly name?: string | undefined
  readonly fallback: string
  /** Writes it to a file that is not there yet. */
  make(name: string, target: string): Promise<void>
}

/** Adds a dataset to the library. Throws UserError where the disk refuses. */
export async function addDataset(access: DatasetAccess, { name, fallback, make }: NewDataset): Promise<DatasetInfo> {
  const id = newDatasetId()
  await make(name ?? (await freeName(access, fallback)), access.fileOf(id)).catch((error: unknown) => {
    throw access.toDiskError(error)
  })
  return access.tell(id)
}

/** Adds a dataset of rows that are in a file. */
export const addRows = (
  access: DatasetAccess,
  rows: RowsFile,
  { name, fallback }: Omit<NewDataset, 'make'>,
): Promise<DatasetInfo> =>
  addDataset(access, { name, fallback, make: (title, target) => createFromRows(target, title, rows) })

/** Writes all of a dataset's rows to a file that is there only while it is used. */
export const withRows = <T>(access: DatasetAccess, id: string, use: (rows: RowsFile) => Promise<T>): Promise<T> =>
  withParts(access, id, { mark: () => Promise.resolve(null), use: ([rows]) => use(rows as RowsFile) })

interface Parts<T> {
  /** Notes the parts in the dataset and says how many they are; null for all rows as one. */
  mark(store: DatasetStore): Promise<number | null>
  use(parts: readonly RowsFile[]): Promise<T>
}

/** Writes parts of a dataset's rows to files that are there only while they are used. */
export async function withParts<T>(access: DatasetAccess, id: string, { mark, use }: Parts<T>): Promise<T> {
  const name = newDatasetId()
  const files: string[] = []
  const fileAt = (part: number) => {
    const file = access.workFile(`${name}.${part}.parquet`)
    files.push(file)
    return file
  }
  try {
    const parts = await access.use(id, async (store) => {
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

/** A file that is read into rows. */
interface ReadFile {
  readonly file: PathToRead
  readonly language: Language
  readonly options: ImportOptions
  readonly source?: DatasetSource | undefined
  readonly watch: ImportWatch
}

/** Reads a file into a dataset that is there only while its rows are used. */
export async function withFileRows<T>(
  access: DatasetAccess,
  { file, language, options, source, watch }: ReadFile,
  use: (rows: RowsFile) => Promise<T>,
): Promise<T> {
  const draft = access.workFile(`${newDatasetId()}${ENDING}`)
  const written = `${draft}.parquet`
  try {
    await importTable(file, draft, { name: basename(file), language, options, source, watch })
    const store = await DatasetStore.open(draft)
    const rows = await writeRows(store, written).finally(() => store.close())
    watch.signal?.throwIfAborted()
    return await use(rows)
  } catch (error) {
    throw access.toDiskError(error)
  } finally {
    await removeWork([draft, `${draft}.wal`, written])
  }
}

/** A disk that refuses this has told why already, or does not matter: the next start empties the work folder. */
export async function removeWork(files: readonly string[]): Promise<void> {
  await Promise.all(files.map((file) => disk.rm(file, { force: true }).catch(() => undefined)))
}
