// An adapter of the list of models, in the form that runs have.
import { basename, join } from 'node:path'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, loadAdapter, openCheckpoint, writeAdapter } from '../checkpoints/index.ts'
import { syncFile } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { openRegularFile } from '../files/regular-file.ts'
import { openAdapterFolder } from '../gguf/adapter-folder.ts'

export interface AdapterPlace {
  readonly folder: string
  /** Of the model that it was trained on. */
  readonly baseFolder: string
}

/**
 * Writes an adapter into an existing folder as PEFT has it: its own files byte for byte, of other forms the numbers in
 * float32. Throws as openAdapterFolder, and of the disk.
 */
export async function bringAdapter({ folder, baseFolder }: AdapterPlace, to: string): Promise<void> {
  const { config } = await openCheckpoint(baseFolder)
  const stored = await openAdapterFolder(folder, config)
  if (basename(stored.file) !== ADAPTER_WEIGHTS) return writeAdapter(to, await loadAdapter(stored))
  for (const name of [ADAPTER_CONFIG, ADAPTER_WEIGHTS]) {
    // A pipe or a folder of that name is refused before anything is copied.
    await (await openRegularFile(join(folder, name))).close()
    await disk.copyFile(join(folder, name), join(to, name))
    await syncFile(join(to, name))
  }
}
