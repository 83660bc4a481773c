import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../contract/index.ts'
import { GGUF_ADAPTER } from '../gguf/adapter-folder.ts'
import { convertGguf } from '../gguf/import.ts'
import type { ModelReader } from '../reader/client.ts'
import type { Bringing } from './bringing.ts'
import { copyOfFiles } from './folder-copy.ts'

/** Files beyond so many are not looked at. */
const MAX_FILES = 2_000
/** Parts for images, which lie beside the model of text. */
const OTHER_PART = /^mmproj/i

/**
 * What the GGUF file of a folder becomes; null where there is none. Throws UserError 'model/several-gguf' {folder, found},
 * and as conversionOf.
 */
export async function conversionIn(folder: string, reader: Pick<ModelReader, 'call'>): Promise<Bringing | null> {
  const files = await ggufIn(folder)
  const [file] = files
  if (file === undefined) return null
  if (files.length > 1)
    throw new UserError('model/several-gguf', { folder, found: files.sort().join(', ').slice(0, 300) })
  return conversionOf(folder, file, reader)
}

/**
 * The model that a GGUF file becomes, its numbers exact, or the LoRA that it is. Its header is parsed in the reader first.
 * Throws UserError for what is wrong with the file.
 */
export async function conversionOf(folder: string, file: string, reader: Pick<ModelReader, 'call'>): Promise<Bringing> {
  const { weightBytes, adapterOf } = await reader.call('gguf', { folder, stamp: '', file })
  // Into whose modules a LoRA belongs is known when its base is: it stays as it is.
  if (adapterOf !== null)
    return copyOfFiles(folder, [{ name: file, as: GGUF_ADAPTER, sizeBytes: (await lstat(join(folder, file))).size }])
  return {
    totalBytes: weightBytes,
    bring: (target, { signal, progress }) => convertGguf(join(folder, file), target, { signal, onBytes: progress }),
  }
}

async function ggufIn(folder: string): Promise<string[]> {
  const names: string[] = []
  let count = 0
  for await (const entry of (await opendir(folder).catch(() => null)) ?? []) {
    if (entry.isFile() && /\.gguf$/i.test(entry.name) && !OTHER_PART.test(entry.name)) names.push(entry.name)
    if (++count >= MAX_FILES) break
  }
  return names
}
