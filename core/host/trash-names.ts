import { join } from 'node:path'
import type { TrashKind } from '../contract/index.ts'
import { conversationName } from '../chat/conversation-file.ts'
import { conversationFileName } from '../chat/conversation-store.ts'
import { requireFile } from '../datasets/library-files.ts'
import { DatasetStore } from '../datasets/store.ts'
import { nameOfModel } from '../local-models/model-note.ts'
import { trashedModel } from '../local-models/library-models.ts'
import { recordName } from '../runs/record-file.ts'

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
  model: (id) => nameOfModel(join(folder, trashedModel(id)), id),
  conversation: async (id) => (await conversationName.read(join(folder, conversationFileName(id)))).name,
  experiment: async (id) => (await recordName.read(join(folder, id, 'experiment.yaml'))).name,
})
