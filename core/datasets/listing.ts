import { stat } from 'node:fs/promises'
import { toAppError, UserError, type DatasetId, type DatasetSummary } from '../contract/index.ts'
import type { DatasetAccess } from './dataset-access.ts'
import { datasetIds, ENDING } from './library-files.ts'

/** So many datasets whose summaries are not known are opened at once. */
const LISTED_AT_ONCE = 4

/** Every dataset of the library, the latest first. Throws UserError `library/gone`. */
export async function listDatasets(access: DatasetAccess): Promise<DatasetSummary[]> {
  const found: DatasetSummary[] = []
  const ids = await datasetIds(access.folder)
  for (let from = 0; from < ids.length; from += LISTED_AT_ONCE)
    found.push(...(await Promise.all(ids.slice(from, from + LISTED_AT_ONCE).map((id) => summaryOf(access, id)))))
  return found.sort((a, b) => b.updatedAt.localeCompare(a.updatedAt))
}

/**
 * What is known of a dataset; it is opened only where its files have changed since, and closed again. One that cannot
 * be opened must not hide the others.
 */
async function summaryOf(access: DatasetAccess, id: DatasetId): Promise<DatasetSummary> {
  const known = await access.knownSummary(id)
  if (known) return known
  try {
    return await access.readSummary(id)
  } catch (error) {
    if (error instanceof UserError && error.error.code === 'library/closed') throw error
    return (await access.earlierSummary(id)) ?? unreadable(access, id, error)
  }
}

async function unreadable(access: DatasetAccess, id: DatasetId, error: unknown): Promise<DatasetSummary> {
  const stats = await stat(access.fileOf(id)).catch(() => null)
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

/** The wanted name, with a number behind it where another dataset has it. */
export async function freeName(access: DatasetAccess, wanted: string): Promise<string> {
  const taken = new Set((await listDatasets(access)).map(({ name }) => name))
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted} ${number}`
    if (!taken.has(name)) return name
  }
}
