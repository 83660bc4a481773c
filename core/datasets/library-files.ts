import { lstat, mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatasetId, UserError } from '../contract/index.ts'
import { disk } from '../files/disk.ts'
import { WORK_FOLDER } from './store.ts'

export const ENDING = '.duckdb'

/** Ids of the datasets in a folder: files only, no links, pipes or folders of that name. Throws UserError `library/gone`. */
export async function datasetIds(folder: string): Promise<DatasetId[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new UserError('library/gone', { folder }) : error
  })
  return entries.flatMap((entry) => {
    const id = DatasetId.safeParse(entry.name.slice(0, -ENDING.length))
    return entry.isFile() && entry.name.endsWith(ENDING) && id.success ? [id.data] : []
  })
}

/** Throws UserError `dataset/not-found` where there is no such file, `dataset/foreign` for links and the like, `library/gone` without the folder. */
export async function requireFile(folder: string, id: string): Promise<string> {
  const file = join(folder, `${id}${ENDING}`)
  const [found, beside] = await Promise.all([file, `${file}.wal`].map((path) => lstat(path).catch(() => null)))
  if (!DatasetId.safeParse(id).success || !found) {
    await stat(folder).catch(() => { throw new UserError('library/gone', { folder }) })
    throw new UserError('dataset/not-found', { id })
  }
  // DuckDB would follow a link and write to whatever it points to.
  if (!found.isFile() || (beside && !beside.isFile())) throw new UserError('dataset/foreign', { file: `${id}${ENDING}`, problem: 'link' })
  return file
}

/** What work of earlier versions left beside the datasets. */
const EARLIER_DRAFT = /\.(import|rows|parquet)(\.wal)?$/

/** Removes what work left that ended with its process. Only for the library's one writer: nobody else's work is under way. */
export async function sweep(folder: string): Promise<void> {
  await disk.rm(join(folder, WORK_FOLDER), { recursive: true, force: true })
  await mkdir(join(folder, WORK_FOLDER), { recursive: true })
  for (const name of await readdir(folder)) if (EARLIER_DRAFT.test(name) || name.endsWith('.tmp')) await disk.rm(join(folder, name), { recursive: true, force: true })
}
