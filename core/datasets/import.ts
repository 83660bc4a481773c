import { basename } from 'node:path'
import type { Language } from '../../texts/index.ts'
import { MAX_COLUMNS, UserError, type DatasetSource, type PathToRead } from '../contract/index.ts'
import type { ImportOptions, ImportPreview } from '../contract/import.ts'
import { chooseColumns, columnName, sourceNames, takeColumns } from './column-mapping.ts'
import { fillFromRelation, fillStore, makeStore, type Filling } from './filling.ts'
import { openTable, type OpenedTable } from './formats/index.ts'
import { inPortions } from './formats/portions.ts'
import { detectRole } from './roles.ts'
import { UnreadableCharacters } from './unreadable.ts'
import { DatasetStore } from './store.ts'

/** How far an import is; `share` is null where that is not known. */
export interface ImportState {
  readonly rows: number
  readonly share: number | null
}

/** Who watches an import and can end it: the signal's reason is thrown then. */
export interface ImportWatch {
  readonly signal?: AbortSignal
  /** Called once at the beginning with what tells how far the import is. */
  onStart?(state: () => ImportState): void
}

/** What an import makes of a file. */
export interface ImportedDataset {
  readonly name: string
  /** Columns without a name get one in it. */
  readonly language: Language
  readonly options?: ImportOptions
  readonly source?: DatasetSource | undefined
  readonly watch?: ImportWatch
}

/**
 * Reads a file into a new dataset at `target`; it appears there only when it is complete. Throws UserError for what is
 * no table.
 */
export async function importTable(
  file: PathToRead,
  target: string,
  { name, language, options = {}, source, watch = {} }: ImportedDataset,
): Promise<void> {
  const idle: ImportState = { rows: 0, share: null }
  let state = () => idle
  watch.onStart?.(() => state())
  const table = await openTable(file, options, watch.signal)
  await makeStore(
    target,
    async (store) => {
      let rows = 0
      state = () => ({ rows, share: table.relation ? store.progress() : (table.share?.() ?? null) })
      const filling: Filling = {
        name,
        language,
        file: basename(file),
        roles: options.columns?.map(({ role }) => role),
        sources: options.columns?.map(({ from }) => from),
        structured: table.structured,
        from: source && [source],
        signal: watch.signal,
        onRows: (count) => {
          rows = count
        },
      }
      await fillWith(store, table, options.columns, filling).finally(() => {
        state = () => idle
      })
    },
    table.relation ? [file] : [],
  )
}

async function fillWith(
  store: DatasetStore,
  table: OpenedTable,
  columns: ImportOptions['columns'],
  filling: Filling,
): Promise<void> {
  const relation = await table.relation?.()
  if (!relation) return fillStore(store, takeColumns(table.portions(), columns, filling.language), filling)
  const { header, places } = chooseColumns(relation.header, columns, filling.language)
  return fillFromRelation(
    store,
    relation,
    { header, places: places ?? relation.header.map((_, place) => place) },
    filling,
  )
}

const PREVIEW_ROWS = 20
const PREVIEW_CHARACTERS = 200

/**
 * What a file would become, without making anything; columns without a name get one in `language`. Throws UserError for
 * what is no table.
 */
export async function previewTable(
  file: PathToRead,
  options: ImportOptions,
  language: Language,
): Promise<ImportPreview> {
  const {
    format,
    entries,
    sheets,
    notes,
    encodingConfidence,
    options: chosen,
    ...table
  } = await openTable(file, options)
  const rows: (readonly (string | null)[])[] = []
  let isWhole = true
  const unreadable = new UnreadableCharacters({ fits: encodingConfidence !== 0 })
  for await (const row of table.rows()) {
    if (rows.length > PREVIEW_ROWS) isWhole = false
    else rows.push(row)
    unreadable.add(row)
    // Where all characters can be read, the first rows are enough.
    if (!isWhole && encodingConfidence !== 0) break
  }
  const sources = sourceNames(rows[0] ?? [], language, Math.max(0, ...rows.map((row) => row.length)))
  if (sources.length > MAX_COLUMNS)
    throw new UserError('dataset/too-many-columns', { file: basename(file), found: sources.length, limit: MAX_COLUMNS })
  const { header, take } = chooseColumns(rows[0] ?? [], options.columns, language)
  const body = rows.slice(1).map(take)
  const width = options.columns ? header.length : sources.length
  const columns = Array.from({ length: width }, (_, index) => columnName(header[index], index, language)).map(
    (name, index) => ({ name, role: options.columns?.[index]?.role ?? detectRole(name) }),
  )
  const clipped = body.map((row) =>
    columns.map((_, index) => (row[index] ?? null)?.slice(0, PREVIEW_CHARACTERS) ?? null),
  )
  const told = [...(notes ?? []), ...unreadable.notes()]
  return {
    file: basename(file),
    format: format.id,
    options: { ...chosen, ...(options.columns && { columns: options.columns }) },
    sources,
    columns,
    rows: clipped,
    isWhole,
    ...(encodingConfidence === undefined ? {} : { encodingConfidence }),
    ...(sheets ? { sheets } : {}),
    ...(entries ? { entries } : {}),
    ...(told.length > 0 ? { notes: told } : {}),
  }
}

/**
 * Creates a dataset from a header and rows, and leaves it open; columns without a name get one in `language`, those
 * without a role the one that their name tells. Rows longer than the header get columns of their own; nothing is cut off.
 */
export async function createStore(
  file: string,
  table: AsyncIterable<readonly (string | null)[]>,
  { name, language, roles = [], structured }: Pick<Filling, 'name' | 'language' | 'roles' | 'structured'>,
): Promise<DatasetStore> {
  const store = await DatasetStore.open(file, { create: true })
  try {
    await fillStore(store, inPortions(table), { name, file: name, language, roles, structured })
    return store
  } catch (error) {
    store.close()
    throw error
  }
}
