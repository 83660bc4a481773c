// What changes in the library's folder of models: names, and what goes to the trash and comes back.
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { ModelId, UserError } from '../contract/index.ts'
import { syncFolder } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { ensureFolder } from '../files/ensure-folder.ts'

const ENDING = '.model'

/** The name that a model's folder has in the trash: one that no experiment can have. */
export const trashedModel = (id: string): string => `${id}${ENDING}`

/** The model that a folder of the trash is; null for another. */
export const modelInTrash = (name: string): ModelId | null =>
  name.endsWith(ENDING) ? (ModelId.safeParse(name.slice(0, -ENDING.length)).data ?? null) : null

export interface LibraryModels {
  readonly folder: string
  readonly trashFolder: string
}

/** Moves a model to the trash. Throws UserError 'model/not-ours' where the library has no such folder. */
export async function trashModel({ folder, trashFolder }: LibraryModels, id: ModelId): Promise<void> {
  if (!(await isFolder(join(folder, id)))) throw new UserError('model/not-ours', { model: id })
  try {
    await ensureFolder(trashFolder)
    await disk.rm(join(trashFolder, trashedModel(id)), { recursive: true, force: true })
    await disk.rename(join(folder, id), join(trashFolder, trashedModel(id)))
    await Promise.all([folder, trashFolder].map(syncFolder))
  } catch (error) {
    throw toDiskError(error, folder)
  }
}

/**
 * Brings a model back. Throws UserError 'trash/not-found', or 'trash/occupied' where the library has one of that id by
 * now.
 */
export async function restoreModel({ folder, trashFolder }: LibraryModels, id: ModelId): Promise<void> {
  const from = join(trashFolder, trashedModel(id))
  if (!(await isFolder(from))) throw new UserError('trash/not-found', { id })
  if (await lstat(join(folder, id)).catch(() => null)) throw new UserError('trash/occupied', { id })
  try {
    await ensureFolder(folder)
    await disk.rename(from, join(folder, id))
    await Promise.all([folder, trashFolder].map(syncFolder))
  } catch (error) {
    throw toDiskError(error, folder)
  }
}

/** A folder itself, not a link to one. */
export const isFolder = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
