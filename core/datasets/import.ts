import { rename, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ColumnRole } from '../contract/index.ts'
import type { ImportOptions, ImportPreview } from '../contract/import.ts'
import { chooseColumns, sourceNames, takeColumns } from './column-mapping.ts'
import { applyEdits } from './edits.ts'
import { openTable } from './formats/index.ts'
import { detectRole } from './roles.ts'
import { DatasetStore } from './store.ts'

const MAX_COLUMNS = 1000
/** Rows are handed to the store in portions of this size. */
const ROWS_PER_PORTION = 10_000

/** Reads a file into a new dataset at `target`; it appears there only when it is complete. Throws UserError for what is no table. */
export async function importTable(file: string, name: string, target: string, options: ImportOptions = {}): Promise<void> {
  const table = await openTable(file, options)
  const draft = `${target}.import`
  await rm(draft, { force: true })
  try {
    const store = await createStore(draft, name, takeColumns(table.rows(), options.columns), options.columns?.map(({ role }) => role))
    store.close()
    await rename(draft, target)
  } catch (error) {
    await Promise.all([rm(draft, { force: true }), rm(`${draft}.wal`, { force: true })])
    throw error
  }
}

const PREVIEW_ROWS = 20
const PREVIEW_CHARACTERS = 200

/** What a file would become, without making anything. Throws UserError for what is no table. */
export async function previewTable(file: string, options: ImportOptions): Promise<ImportPreview> {
  const { format, entries, sheets, encodingConfidence, options: chosen, ...table } = await openTable(file, options)
  const rows: (readonly (string | null)[])[] = []
  let isWhole = true
  for await (const row of table.rows()) {
    if (rows.length > PREVIEW_ROWS) {
      isWhole = false
      break
    }
    rows.push(row)
  }
  const sources = sourceNames(rows[0] ?? [], Math.max(0, ...rows.map((row) => row.length)))
  const { header, take } = chooseColumns(rows[0] ?? [], options.columns)
  const body = rows.slice(1).map(take)
  const width = options.columns ? header.length : sources.length
  const columns = Array.from({ length: width }, (_, index) => header[index]?.trim() || `列${index + 1}`).map((name, index) => ({ name, role: options.columns?.[index]?.role ?? detectRole(name) }))
  const clipped = body.map((row) => columns.map((_, index) => (row[index] ?? null)?.slice(0, PREVIEW_CHARACTERS) ?? null))
  return {
    file: basename(file), format: format.id, options: { ...chosen, ...(options.columns && { columns: options.columns }) }, sources, columns, rows: clipped, isWhole,
    ...(encodingConfidence === undefined ? {} : { encodingConfidence }), ...(sheets ? { sheets } : {}), ...(entries ? { entries } : {}),
  }
}

/** Rows of a file for the columns of a dataset, matched by name (blanks, width and case aside); columns that the dataset lacks are left out. */
export async function* rowsFor(columns: readonly { readonly name: string }[], table: AsyncIterable<readonly (string | null)[]>): AsyncGenerator<(string | null)[]> {
  const plain = (name: string) => name.normalize('NFKC').trim().toLowerCase()
  let places: number[] | null = null
  for await (const row of table) {
    if (places === null) {
      const names = row.map((name) => plain(name ?? ''))
      places = columns.map(({ name }) => names.indexOf(plain(name)))
      continue
    }
    yield places.map((place) => (place < 0 ? null : (row[place] ?? null)))
  }
}

/** Adds a file's rows below those of a dataset, as one undo step. Throws UserError for what is no table. */
export async function appendTable(store: DatasetStore, file: string, options: ImportOptions): Promise<void> {
  const table = await openTable(file, options)
  const portions: (string | null)[][][] = []
  for await (const row of rowsFor(await store.columns(), takeColumns(table.rows(), options.columns))) {
    const last = portions.at(-1)
    if (last && last.length < ROWS_PER_PORTION) last.push(row)
    else portions.push([row])
  }
  if (portions.length > 0) await applyEdits(store, portions.map((rows) => ({ kind: 'insertRows', at: Number.MAX_SAFE_INTEGER, rows })), undefined, 'appendFile')
}

/** Creates a dataset from a header and rows; columns without a role get the one that their name tells. Rows longer than the header get columns of their own; nothing is cut off. */
export async function createStore(file: string, name: string, table: AsyncIterable<readonly (string | null)[]>, roles: readonly (ColumnRole | undefined)[] = []): Promise<DatasetStore> {
  const store = await DatasetStore.open(file)
  try {
    await store.transaction(async () => {
      await store.run('INSERT INTO meta VALUES ($1, 1, 1, 1, $2)', [name, new Date().toISOString()])
      const ids: string[] = []
      let header: readonly (string | null)[] | null = null
      let portion: { cells: readonly (string | null)[] }[] = []
      let count = 0
      const addColumn = async (title: string | null) => {
        const columnTitle = title?.trim() || `列${ids.length + 1}`
        ids.push(await store.insertColumn(ids.length, { name: columnTitle, role: roles[ids.length] ?? detectRole(columnTitle) }))
      }
      const flush = async () => {
        const widest = portion.reduce((most, { cells }) => Math.max(most, cells.length), 0)
        while (ids.length < Math.min(widest, MAX_COLUMNS)) await addColumn(null)
        await store.insertRows(count, portion, ids)
        count += portion.length
        portion = []
      }
      for await (const row of table) {
        if (header === null) {
          header = row
          for (const title of row) await addColumn(title)
          continue
        }
        portion.push({ cells: row })
        if (portion.length === ROWS_PER_PORTION) await flush()
      }
      if (portion.length > 0) await flush()
    })
    await store.run('CHECKPOINT')
    return store
  } catch (error) {
    store.close()
    throw error
  }
}
