import { readFile, rename, rm } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { UserError } from '../contract/index.ts'
import { binaryFormat, decodeText, detectEncoding } from './formats/encoding.ts'
import { detectDelimiter, parseDelimited } from './formats/delimited.ts'
import { detectRole } from './roles.ts'
import { DatasetStore } from './store.ts'

const MAX_COLUMNS = 1000
/** Rows are handed to the store in portions of this size. */
const ROWS_PER_PORTION = 10_000

/** Reads a CSV or TSV file into a new dataset at `target`; it appears there only when it is complete. Throws UserError for what is no table. */
export async function importTable(file: string, name: string, target: string): Promise<void> {
  const shown = basename(file)
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new UserError('file/not-found', { file: shown }) : new UserError('file/unreadable', { file: shown, reason: error.code ?? '' })
  })
  const binary = binaryFormat(bytes)
  if (binary !== null) throw new UserError('dataset/not-a-table', { file: shown, found: binary })
  const text = decodeText(bytes, detectEncoding(bytes))
  if (text.trim() === '') throw new UserError('dataset/file-empty', { file: shown })
  const delimiter = extname(file).toLowerCase() === '.tsv' ? '\t' : detectDelimiter(text)
  const draft = `${target}.import`
  await rm(draft, { force: true })
  try {
    const store = await createStore(draft, name, readTable(text, delimiter, shown))
    store.close()
    await rename(draft, target)
  } catch (error) {
    await Promise.all([rm(draft, { force: true }), rm(`${draft}.wal`, { force: true })])
    throw error
  }
}

/** The header first, then the rows. */
async function* readTable(text: string, delimiter: string, file: string): AsyncGenerator<(string | null)[]> {
  let first = true
  for await (const row of parseDelimited(text, delimiter, file)) {
    if (first && row.length > MAX_COLUMNS) throw new UserError('dataset/too-many-columns', { file, found: row.length, limit: MAX_COLUMNS })
    first = false
    // A blank line is no row.
    if (row.length > 1 || row[0] !== null) yield row
  }
}

/** Creates a dataset from a header and rows. Rows longer than the header get columns of their own; nothing is cut off. */
export async function createStore(file: string, name: string, table: AsyncIterable<readonly (string | null)[]>): Promise<DatasetStore> {
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
        ids.push(await store.insertColumn(ids.length, { name: columnTitle, role: detectRole(columnTitle) }))
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
