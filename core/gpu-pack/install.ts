import { constants } from 'node:fs'
import { chmod, copyFile, mkdir, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { InternalError, UserError } from '../contract/index.ts'
import { disk } from '../files/disk.ts'
import { inGigabytes } from '../files/space.ts'
import { downloadFile } from '../net/download.ts'
import type { HubClient } from '../net/hub-client.ts'
import { sha256OfFiles } from './checksums.ts'
import type { KnownFile } from './components.ts'
import { installedFolder, shippedNames } from './installed.ts'
import { requireOwn } from './ownership.ts'
import type { PackPlan } from './plan.ts'
import { noteTrusted } from './trust.ts'
import { takeFiles } from './unpack.ts'

export interface InstallWatch {
  readonly signal: AbortSignal
  /** How many bytes of the archive number `index` are there. */
  readonly onBytes: (index: number, received: number) => void
  readonly onState: (state: 'checking' | 'unpacking', index: number) => void
}

export interface Installation {
  readonly plan: PackPlan
  readonly client: HubClient
  /** The pack's folder. */
  readonly folder: string
  /** ONNX Runtime's library as onnxruntime-node brings it. */
  readonly shippedLibrary: string
  /** Where the checksums of what comes out of the archives are noted. */
  readonly trustFile: string
}

export const workFolderNames: readonly string[] = ['downloads', 'unpacked', 'unpacking']

/**
 * Archives, what is being unpacked, and what was taken from them; then the pack itself. Nothing else in the folder is
 * ours.
 */
const workFolders = (folder: string) =>
  workFolderNames.map((name) => join(folder, name)) as [archives: string, draft: string, scratch: string]

/** Everything that belongs to a pack. */
export const placesOf = (folder: string): string[] => [installedFolder(folder), ...workFolders(folder)]

/** Unpacked, libraries take about twice the room of their archives, which lie beside them until the end. */
const ROOM_PER_BYTE = 3.2

/**
 * Brings what is missing and puts it into the pack's folder: the folder of a version appears in one move when
 * everything is in it. Goes on from an earlier attempt. Throws UserErrors, and the signal's reason; what has arrived is
 * kept then.
 */
export async function installPack(
  { plan, client, folder, shippedLibrary, trustFile }: Installation,
  { signal, onBytes, onState }: InstallWatch,
): Promise<void> {
  const [archives, draft, scratch] = workFolders(folder)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // One that was there before. Some disks know no rights; then the next line tells.
  await chmod(folder, 0o700).catch(() => undefined)
  requireOwn(folder)
  await mkdir(archives, { recursive: true })
  await checkRoom(plan, folder, archives)
  for (const [index, { url, fileName, sizeBytes, checksum }] of plan.downloads.entries()) {
    await downloadFile(
      client,
      { url, target: join(archives, fileName), sizeBytes, checksum, subject: {} },
      { signal, onBytes: (received) => onBytes(index, received), onChecking: () => onState('checking', index) },
    )
  }
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft)
  const taken: Record<string, KnownFile[]> = {}
  for (const [index, { checksum, fileName, files }] of plan.downloads.entries()) {
    onState('unpacking', index)
    taken[checksum.hex] = await describeFiles(
      draft,
      await takeFiles(join(archives, fileName), files, draft, scratch, signal),
    )
  }
  for (const name of shippedNames(shippedLibrary))
    await copyFile(join(dirname(shippedLibrary), name), join(draft, name), constants.COPYFILE_FICLONE)
  signal.throwIfAborted()
  await noteTrusted(trustFile, taken)
  await rm(installedFolder(folder), { recursive: true, force: true })
  await disk.rename(draft, installedFolder(folder))
  await rm(archives, { recursive: true, force: true })
}

async function checkRoom({ downloads }: PackPlan, folder: string, archives: string): Promise<void> {
  const there = await Promise.all(
    downloads.map(({ fileName }) =>
      Promise.all(
        [fileName, `${fileName}.partial`].map((name) =>
          stat(join(archives, name)).then(
            ({ size }) => size,
            () => 0,
          ),
        ),
      ).then((sizes) => Math.max(...sizes)),
    ),
  )
  const total = downloads.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const needed = total * ROOM_PER_BYTE - there.reduce((sum, size) => sum + size, 0)
  const { bavail, bsize } = await statfs(folder)
  if (needed > bavail * bsize)
    throw new UserError('gpu-pack/no-space', { folder, needed: inGigabytes(needed), free: inGigabytes(bavail * bsize) })
}

/** Sizes and checksums of files that came out of an archive. */
async function describeFiles(folder: string, names: readonly string[]): Promise<KnownFile[]> {
  const sums = await sha256OfFiles(names.map((name) => join(folder, name)))
  return Promise.all(
    names.map(async (name, index) => {
      const sha256 = sums[index]
      if (!sha256) throw new InternalError(`${name} was written and cannot be read`)
      return { name, sizeBytes: (await stat(join(folder, name))).size, sha256 }
    }),
  )
}
