import { lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatasetId, UserError } from '../contract/index.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { WORK_FOLDER } from './work-folder.ts'
import { ensureFolder } from '../files/ensure-folder.ts'

export const ENDING = '.duckdb'

/**
 * Ids of the datasets in a folder: files only, no links, pipes or folders of that name. Throws UserError
 * `library/gone`.
 */
export async function datasetIds(folder: string): Promise<DatasetId[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new UserError('library/gone', { folder }) : error
  })
  return entries.flatMap((entry) => {
    const id = DatasetId.safeParse(entry.name.slice(0, -ENDING.length))
    return entry.isFile() && entry.name.endsWith(ENDING) && id.success ? [id.data] : []
  })
}

/**
 * Throws UserError `dataset/not-found` where there is no such file, `dataset/foreign` for links and the like,
 * `library/gone` without the folder.
 */
export async function requireFile(folder: string, id: string): Promise<string> {
  const file = join(folder, `${id}${ENDING}`)
  const [found, beside] = await Promise.all([file, `${file}.wal`].map((path) => lstat(path).catch(() => null)))
  if (!DatasetId.safeParse(id).success || !found) {
    await stat(folder).catch(() => {
      throw new UserError('library/gone', { folder })
    })
    throw new UserError('dataset/not-found', { id })
  }
  // DuckDB would follow a link and write to whatever it points to.
  if (!found.isFile() || (beside && !beside.isFile()))
    throw new UserError('dataset/foreign', { file: `${id}${ENDING}`, problem: 'link' })
  return file
}

/** A dataset's id, as the service makes it. Whatever has another name was put there by somebody else. */
const OWN_ID = 'd\\d{8}-[a-z0-9]{1,6}'
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
/** What did not fit into memory, and exports on their way. */
const SPILLED = `(?:\\..+\\.)?${UUID}\\.tmp`
/** Also drafts, and rows on their way. */
const WORK = new RegExp(`^(?:${SPILLED}|${OWN_ID}\\..+)$`)
/** What earlier versions left beside the datasets instead; there, DuckDB named its own folders `.tmp`. */
const EARLIER_WORK = new RegExp(
  `^(?:${SPILLED}|${OWN_ID}(?:\\.\\d+\\.parquet|\\.rows\\.parquet|\\.duckdb\\.tmp|(?:\\.duckdb\\.import|\\.rows|\\.rows\\.import)(?:\\.wal|\\.tmp)?))$`,
)

/**
 * Removes what work left that ended with its process, and nothing of anybody else: the user may keep other files in the
 * folder. Only for the library's one writer: nobody else's work is under way. Throws UserError `library/unwritable`
 * where something else is in the work folder's place.
 */
export async function sweep(folder: string): Promise<void> {
  const work = join(folder, WORK_FOLDER)
  try {
    // Through a link, work would be done in a folder that nobody chose.
    if (
      await lstat(work).then(
        (found) => found.isSymbolicLink(),
        () => false,
      )
    )
      await disk.rm(work, { recursive: true, force: true })
    await ensureFolder(work)
  } catch (error) {
    const known = toDiskError(error, folder)
    throw known instanceof UserError ? known : new UserError('library/unwritable', { folder })
  }
  await removeNamed(work, WORK)
  await removeNamed(folder, EARLIER_WORK)
}

/** What cannot be removed stays: it is in nobody's way. */
async function removeNamed(folder: string, pattern: RegExp): Promise<void> {
  for (const name of await readdir(folder))
    if (pattern.test(name)) await disk.rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined)
}
