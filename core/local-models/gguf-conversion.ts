import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../contract/index.ts'
import { convertGguf } from '../gguf/import.ts'
import type { ModelReader } from '../reader/client.ts'
import type { Bringing } from './bringing.ts'

/** Files beyond so many are not looked at. */
const MAX_FILES = 2_000
/** Parts for images, which lie beside the model of text. */
const OTHER_PART = /^mmproj/i

/**
 * The model that the GGUF file of a folder becomes, its numbers exact; null where there is none. Its header is parsed in
 * the reader first. Throws UserError 'model/several-gguf' {folder, found}, and what is wrong with the file.
 */
export async function conversionIn(folder: string, reader: Pick<ModelReader, 'call'>): Promise<Bringing | null> {
  const files = await ggufIn(folder)
  const [file] = files
  if (file === undefined) return null
  if (files.length > 1)
    throw new UserError('model/several-gguf', { folder, found: files.sort().join(', ').slice(0, 300) })
  const { weightBytes } = await reader.call('gguf', { folder, stamp: '', file })
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
