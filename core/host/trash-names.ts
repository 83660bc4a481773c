import { join } from 'node:path'
import { parse } from 'yaml'
import { UserError, type TrashKind } from '../contract/index.ts'
import { requireFile } from '../datasets/library-files.ts'
import { DatasetStore } from '../datasets/store.ts'
import { readRegularFile } from '../files/regular-file.ts'

/** An experiment's record is a few kilobytes; the settings may hold long texts. */
const MAX_RECORD_BYTES = 4_000_000
const MAX_NAME_CHARACTERS = 200

/**
 * How the things in a trash folder are called, as their files tell; these may be damaged, or no files at all. Throws
 * where they tell no name.
 */
export const namesInTrash = (folder: string): Readonly<Record<TrashKind, (id: string) => Promise<string>>> => ({
  async dataset(id) {
    const store = await DatasetStore.open(await requireFile(folder, id), { readOnly: true })
    try {
      return (await store.meta()).name
    } finally {
      store.close()
    }
  },
  async experiment(id) {
    const file = join(folder, id, 'experiment.yaml')
    const { name } = parse((await readRegularFile(file, { maxBytes: MAX_RECORD_BYTES })).toString('utf8')) as {
      name?: unknown
    }
    if (typeof name !== 'string') throw new UserError('experiment/damaged', { file })
    return name.slice(0, MAX_NAME_CHARACTERS)
  },
})
