import { UserError } from '../contract/errors.ts'
import { changedCopy, changedFile, changedFileNow, type InstalledPack } from '../gpu-pack/installed.ts'
import { installedPack } from './library.ts'
import { loadNative } from './native-library.ts'

/** NVIDIA's libraries of the GPU pack that are in this process. */
let libraries: readonly string[] = []
/** Nothing more of the pack will be loaded. */
let isComplete = false
let loading: Promise<void> | null = null

type FindPack = () => ReturnType<typeof installedPack>

/**
 * Loads NVIDIA's libraries into the process, right after every file of the pack was read and found to be what our list
 * says: the provider, which asks for them by name, may be loaded right after this. Does nothing without a pack, or once
 * the provider is there. Rejects with UserError `gpu-pack/changed`.
 */
export async function loadPack(find: FindPack = installedPack): Promise<void> {
  loading ??= checkAndLoad(find).finally(() => {
    loading = null
  })
  await loading
}

async function checkAndLoad(find: FindPack): Promise<void> {
  const pack = packToLoad(find)
  if (pack) load(pack, await changedFile(pack))
}

/** The same at once, for whoever did not call `loadPack` before. */
export function loadPackNow(find: FindPack = installedPack): void {
  const pack = packToLoad(find)
  if (pack) load(pack, changedFileNow(pack))
}

/** The provider was loaded too: files on the disk no longer matter to this process. */
export function packIsComplete(): void {
  isComplete = true
}

/** NVIDIA's libraries that were loaded, in that order. */
export const packLibraries = (): readonly string[] => libraries

/** Null where there is nothing to do. */
function packToLoad(find: FindPack): InstalledPack | null {
  const found = isComplete ? null : find()
  if (!found) return null
  if (!found.ok) throw new UserError(found.error.code, found.error.facts)
  refuse(changedCopy(found.value))
  return found.value
}

function load({ preload }: InstalledPack, changed: string | null): void {
  refuse(changed)
  for (const file of preload) loadNative(file, { global: true })
  libraries = preload
}

function refuse(changed: string | null): void {
  if (changed !== null) throw new UserError('gpu-pack/changed', { file: changed })
}
