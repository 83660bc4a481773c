import { lstatSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fail, ok, type Result } from '../contract/index.ts'
import { haveSameContents, sha256OfFiles, sha256OfFilesNow } from './checksums.ts'
import { RUNTIME_VERSION, type KnownFile, type Library, type PackPlatform } from './components.ts'
import { isOurs, openFolderOn, ownAccount } from './ownership.ts'
import { findOnSystem } from './system-libraries.ts'
import { trustedFiles, trustFile } from './trust.ts'

export interface InstalledPack {
  /** A copy of ONNX Runtime's library, with its CUDA provider beside it. */
  readonly library: string
  /** NVIDIA's libraries in the order in which they are loaded: in the pack's folder, or where the system has them. */
  readonly preload: readonly string[]
  /** What the files of the pack must be. */
  readonly files: readonly (KnownFile & { readonly path: string })[]
  /** Copies of what comes with the studio: ONNX Runtime, and on Windows the libraries that it needs. */
  readonly copies: readonly { readonly path: string; readonly shipped: string }[]
  readonly sizeBytes: number
}

export interface PackPlace {
  /** The pack's folder. */
  readonly folder: string
  readonly environment: NodeJS.ProcessEnv
  readonly platform: PackPlatform | null
  /** ONNX Runtime's library as onnxruntime-node brings it. */
  readonly shippedLibrary: string | null
}

/** Where a pack for this version of ONNX Runtime lies in the pack's folder. */
export const installedFolder = (folder: string): string => join(folder, RUNTIME_VERSION)

/** What is copied from the shipped library's folder. Throws the system's error. */
export const shippedNames = (library: string): string[] =>
  readdirSync(dirname(library)).filter((name) => name === basename(library) || /\.dll$/i.test(name))

/**
 * The pack in a folder; null where there is none, or one of NVIDIA's libraries is missing. All names come from our own
 * list. The failure `gpu-pack/changed` names the first file that cannot be what was brought, or that another account
 * may write to; `gpu-pack/folder-open` a folder in which one may exchange files: the folder holds what is listed and
 * nothing else, of which a loader might take it. Contents are not read here (`changedFile`).
 */
export function readInstalled({
  folder,
  environment,
  platform,
  shippedLibrary,
}: PackPlace): Result<InstalledPack> | null {
  const place = installedFolder(folder)
  const sizes = sizesIn(place)
  if (!platform || !shippedLibrary || !sizes) return null
  const open = openFolderOn(place)
  if (open !== null) return fail('gpu-pack/folder-open', { folder: open })
  const libraries = platform.libraries.map((library) => placeOf(library, sizes, environment))
  const known = [...platform.provider.files, ...libraries.flatMap(({ packed }) => packed)]
  const copied = shippedNames(shippedLibrary)
  const changed = firstStrange(sizes, known, copied)
  if (changed !== undefined) return fail('gpu-pack/changed', { file: changed })
  if (libraries.some(({ packed, onSystem }) => packed.length + onSystem.length === 0)) return null
  return ok({
    library: join(place, basename(shippedLibrary)),
    preload: libraries.flatMap(({ packed, onSystem }) => [...packed.map(({ name }) => join(place, name)), ...onSystem]),
    files: known.map((file) => ({ ...file, path: join(place, file.name) })),
    copies: copied.map((name) => ({ path: join(place, name), shipped: join(dirname(shippedLibrary), name) })),
    sizeBytes: [...sizes.values()].reduce((sum, size) => sum + size, 0),
  })
}

/** Where a library's files are; both empty where it is missing. */
function placeOf(
  library: Library,
  sizes: ReadonlyMap<string, number>,
  environment: NodeJS.ProcessEnv,
): { readonly packed: readonly KnownFile[]; readonly onSystem: readonly string[] } {
  const trusted = trustedFiles(trustFile(environment), library) ?? []
  if (trusted.some(({ name }) => sizes.has(name))) return { packed: trusted, onSystem: [] }
  return { packed: [], onSystem: findOnSystem(library, environment) ?? [] }
}

/** A link, a folder, or a file of somebody else's. */
const NOT_A_FILE = -1

/** The sizes of the files in a folder; null where there is no such folder. */
function sizesIn(folder: string): Map<string, number> | null {
  const account = ownAccount()
  try {
    return new Map(
      readdirSync(folder).map((name) => {
        const found = lstatSync(join(folder, name))
        return [name, found.isFile() && (!account || isOurs(found, account)) ? found.size : NOT_A_FILE]
      }),
    )
  } catch {
    return null
  }
}

/** A listed file of another size, one that is missing, or one that is not listed. */
function firstStrange(
  sizes: ReadonlyMap<string, number>,
  known: readonly KnownFile[],
  copied: readonly string[],
): string | undefined {
  const listed = new Set([...known.map(({ name }) => name), ...copied])
  return (
    known.find(({ name, sizeBytes }) => sizes.get(name) !== sizeBytes)?.name ??
    copied.find((name) => (sizes.get(name) ?? NOT_A_FILE) === NOT_A_FILE) ??
    [...sizes.keys()].find((name) => !listed.has(name))
  )
}

/**
 * The name of the first file whose contents are not those that were brought; null where all are. Reads all of them,
 * side by side.
 */
export async function changedFile({ files }: InstalledPack): Promise<string | null> {
  return firstChanged(files, await sha256OfFiles(files.map(({ path }) => path)))
}

/** The same, one after the other. */
export const changedFileNow = ({ files }: InstalledPack): string | null =>
  firstChanged(files, sha256OfFilesNow(files.map(({ path }) => path)))

const firstChanged = (files: readonly KnownFile[], sums: readonly (string | null)[]): string | null =>
  files.find(({ sha256 }, index) => sums[index] !== sha256)?.name ?? null

/** The name of the first copy that differs from what comes with the studio; null where none does. */
export const changedCopy = ({ copies }: InstalledPack): string | null => {
  const changed = copies.find(({ path, shipped }) => !haveSameContents(path, shipped))
  return changed ? basename(changed.path) : null
}
