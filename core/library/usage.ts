import { statfs } from 'node:fs/promises'
import { libraryKinds, type LibraryUsage } from '../contract/index.ts'
import { isFile, walkLibrary } from './walk.ts'

/** What a library takes, by kind. Throws the signal's reason. */
export async function usageOf(folder: string, signal?: AbortSignal): Promise<LibraryUsage> {
  const kinds = new Map(libraryKinds.map((kind) => [kind, { kind, bytes: 0, files: 0 }]))
  const seen = new Set<string>()
  for await (const found of walkLibrary(folder, signal)) {
    if (!isFile(found) || (found.identity !== null && seen.has(found.identity))) continue
    if (found.identity !== null) seen.add(found.identity)
    const kind = kinds.get(found.kind)!
    kind.bytes += found.bytes
    kind.files++
  }
  const counted = [...kinds.values()].filter(({ files }) => files > 0)
  const bytes = counted.reduce((sum, kind) => sum + kind.bytes, 0)
  return { folder, kinds: counted, bytes, freeBytes: await freeBytesOf(folder) }
}

/** Null where the disk does not say. */
export const freeBytesOf = (folder: string): Promise<number | null> =>
  statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  )
