// What lies in the folder of a trash: datasets, experiments, models and conversations, as they were.
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatasetId, ExperimentId, UserError, type TrashEntry, type TrashKind } from '../contract/index.ts'
import { conversationFileName, conversationIn } from '../chat/conversation-store.ts'
import { disk } from '../files/disk.ts'
import { modelInTrash, trashedModel } from '../local-models/library-models.ts'
import { ensureFolder } from '../files/ensure-folder.ts'

const DATASET_ENDING = '.duckdb'

export type Item = Pick<TrashEntry, 'kind' | 'id'>

export const keyOf = ({ kind, id }: Item): string => `${kind} ${id}`

const filesOf = (folder: string, { kind, id }: Item): string[] => namesOf[kind](id).map((name) => join(folder, name))

const namesOf: Readonly<Record<TrashKind, (id: string) => string[]>> = {
  dataset: (id) => [`${id}${DATASET_ENDING}`, `${id}${DATASET_ENDING}.wal`],
  experiment: (id) => [id],
  model: (id) => [trashedModel(id)],
  conversation: (id) => [conversationFileName(id)],
}

/** Bytes that an item takes. */
export const sizeOfItem = (folder: string, item: Item): Promise<number> => sizeOf(filesOf(folder, item))

/** Throws UserError `trash/not-found` where the item does not lie in the trash. */
export async function requireItem(folder: string, item: Item): Promise<void> {
  if (!(await itemsIn(folder)).some((found) => keyOf(found) === keyOf(item)))
    throw new UserError('trash/not-found', { id: item.id })
}

/** Deletes an item for good. */
export async function erase(folder: string, item: Item): Promise<void> {
  for (const path of filesOf(folder, item)) await disk.rm(path, { recursive: true, force: true })
}

/** Every item in the trash; makes the folder. */
export async function itemsIn(folder: string): Promise<Item[]> {
  await ensureFolder(folder)
  const found = await readdir(folder, { withFileTypes: true })
  return found.flatMap((entry): Item[] => {
    if (
      entry.isFile() &&
      entry.name.endsWith(DATASET_ENDING) &&
      DatasetId.safeParse(entry.name.slice(0, -DATASET_ENDING.length)).success
    )
      return [{ kind: 'dataset', id: entry.name.slice(0, -DATASET_ENDING.length) }]
    const conversation = entry.isFile() ? conversationIn(entry.name) : null
    if (conversation !== null) return [{ kind: 'conversation', id: conversation }]
    const model = entry.isDirectory() ? modelInTrash(entry.name) : null
    if (model !== null) return [{ kind: 'model', id: model }]
    return entry.isDirectory() && ExperimentId.safeParse(entry.name).success
      ? [{ kind: 'experiment', id: entry.name }]
      : []
  })
}

/** Bytes that these files and folders take, without following links; those that cannot be read count nothing. */
async function sizeOf(paths: readonly string[]): Promise<number> {
  let bytes = 0
  for (const path of paths) {
    const stats = await lstat(path).catch(() => null)
    if (!stats) continue
    bytes += stats.size
    if (stats.isDirectory())
      bytes += await sizeOf((await readdir(path).catch(() => [])).map((name) => join(path, name)))
  }
  return bytes
}
