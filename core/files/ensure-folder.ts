import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { disk } from './disk.ts'

/**
 * Makes a folder of a library where it is missing, and those above it up to `under`, which must be there: a library
 * whose disk is away is not begun anew in its place. Throws UserError `library/gone`, and what the disk throws.
 */
export async function ensureFolder(folder: string, under: string = dirname(folder)): Promise<void> {
  if (folder === under || dirname(folder) === folder) {
    if (!(await isFolder(folder))) throw new UserError('library/gone', { folder })
    return
  }
  try {
    await disk.mkdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await isFolder(folder))) return
    if (code !== 'ENOENT') throw error
    await ensureFolder(dirname(folder), under)
    await disk.mkdir(folder).catch(async (again: NodeJS.ErrnoException) => {
      if (again.code !== 'EEXIST' || !(await isFolder(folder))) throw again
    })
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
