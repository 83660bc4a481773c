import { basename } from 'node:path'
import { UserError, type Column, type ExportFormat, type PathToWrite } from '../contract/index.ts'
import type { Cells } from './formats/cells.ts'
import { writingOf } from './formats/registry.ts'
import type { DatasetStore } from './store.ts'
import { structuredColumns } from './structured-columns.ts'

export interface ExportOptions {
  readonly target: PathToWrite
  readonly format: ExportFormat
  /** For CSV and TSV in UTF-8: Excel needs it to recognise the encoding. */
  readonly byteOrderMark: boolean
  /** Ends the writing: nothing is left then, and its reason is thrown. */
  readonly signal?: AbortSignal
}

const ROWS_PER_PORTION = 5000

/**
 * Writes the whole dataset in one move; returns how many rows. Missing cells stay missing, text that looks like a
 * formula stays text. Throws UserError for what the format cannot hold, and `setting/choice` for one that is not there.
 */
export async function exportTable(store: DatasetStore, { format, ...options }: ExportOptions): Promise<number> {
  const writing = writingOf(format)
  const columns = await store.columns()
  const rowCount = await store.rowCount()
  // A table without columns is none: most formats cannot say it, and no program reads it.
  if (columns.length === 0) throw new UserError('dataset/no-columns', { file: basename(options.target) })
  await writing.write({
    ...options,
    store,
    columns,
    rowCount,
    structured: await structuredColumns(store),
    rows: () => rowsOf(store, columns, { rowCount, signal: options.signal }),
  })
  return rowCount
}

async function* rowsOf(
  store: DatasetStore,
  columns: readonly Column[],
  { rowCount, signal }: { readonly rowCount: number; readonly signal: AbortSignal | undefined },
): AsyncGenerator<readonly Cells[]> {
  const columnIds = columns.map(({ id }) => id)
  for (let from = 0; from < rowCount; from += ROWS_PER_PORTION) {
    signal?.throwIfAborted()
    yield (await store.texts(from, from + ROWS_PER_PORTION, columnIds)).map(({ cells }) => cells)
  }
}
