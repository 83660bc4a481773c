// A folder of a LoRA adapter: as PEFT lays it out, or with a GGUF LoRA in it.
import { join } from 'node:path'
import { ADAPTER_CONFIG, openAdapter, type StoredAdapter } from '../checkpoints/index.ts'
import { isThere } from '../files/is-there.ts'
import { openGgufAdapter } from './adapter-import.ts'
import type { Config } from './families/index.ts'

/** What a GGUF LoRA is called in a folder of its own. */
export const GGUF_ADAPTER = 'adapter.gguf'

/** Which of the two a folder holds; null for neither, and for a model's. A model may have an adapter's files beside it. */
export async function adapterKindOf(folder: string): Promise<'peft' | 'gguf' | null> {
  const [model, peft, gguf] = await Promise.all(
    ['config.json', ADAPTER_CONFIG, GGUF_ADAPTER].map((name) => isThere(join(folder, name))),
  )
  if (model) return null
  return peft ? 'peft' : gguf ? 'gguf' : null
}

/** Opens the adapter of a folder for the base model that config.json describes. Throws as openAdapter and openGgufAdapter. */
export const openAdapterFolder = async (folder: string, config: Config): Promise<StoredAdapter> =>
  (await adapterKindOf(folder)) === 'gguf' ? openGgufAdapter(join(folder, GGUF_ADAPTER), config) : openAdapter(folder)
