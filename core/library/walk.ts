import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import type { LibraryKind } from '../contract/index.ts'
import { isTemporary } from '../files/atomic.ts'
import { placesIn } from './places.ts'

export interface LibraryFile {
  readonly kind: LibraryKind
  /** From the library's folder, in steps. */
  readonly steps: readonly string[]
  readonly bytes: number
  readonly modifiedMs: number
  /** Two names of one file have the same; null where the file system does not tell. */
  readonly identity: string | null
}

/** Empty ones too. */
export interface LibraryFolder {
  readonly steps: readonly string[]
}

export const isFile = (found: LibraryFile | LibraryFolder): found is LibraryFile => 'bytes' in found

/**
 * Every folder and file of a library, folders before what is in them. Links are passed over, other things that are no
 * files, and what goes away meanwhile. Throws the signal's reason.
 */
export async function* walkLibrary(folder: string, signal?: AbortSignal): AsyncGenerator<LibraryFile | LibraryFolder> {
  for (const [kind, place] of placesIn(folder))
    if ((await lstat(place).catch(() => null))?.isDirectory()) yield* walk({ folder, kind, signal }, [kind])
}

interface Walk {
  readonly folder: string
  readonly kind: LibraryKind
  readonly signal: AbortSignal | undefined
}

async function* walk(walking: Walk, steps: readonly string[]): AsyncGenerator<LibraryFile | LibraryFolder> {
  const { folder, kind, signal } = walking
  yield { steps }
  for await (const { name } of (await opendir(join(folder, ...steps)).catch(() => null)) ?? []) {
    signal?.throwIfAborted()
    const inside = [...steps, name]
    const found = await lstat(join(folder, ...inside)).catch(() => null)
    if (found?.isDirectory()) yield* walk(walking, inside)
    else if (found?.isFile() && !isTemporary(name)) {
      const { size, mtimeMs, dev, ino } = found
      yield { kind, steps: inside, bytes: size, modifiedMs: mtimeMs, identity: ino === 0 ? null : `${dev}:${ino}` }
    }
  }
}
