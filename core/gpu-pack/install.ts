import { copyFile, link, mkdir, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../contract/index.ts'
import { downloadFile } from '../hub/download.ts'
import type { HubClient } from '../hub/hub-client.ts'
import { installedFolder, MANIFEST } from './installed.ts'
import type { PackPlan } from './plan.ts'
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
}

/** Archives, what is being unpacked, and what was taken from them; then the pack itself. Nothing else in the folder is ours. */
const workFolders = (folder: string) => ['downloads', 'unpacked', 'unpacking'].map((name) => join(folder, name)) as [archives: string, draft: string, scratch: string]

/** Everything that belongs to a pack. */
export const placesOf = (folder: string): string[] => [installedFolder(folder), ...workFolders(folder)]

/** Unpacked, libraries take about twice the room of their archives, which lie beside them until the end. */
const ROOM_PER_BYTE = 3.2

/**
 * Brings what is missing and puts it into the pack's folder: the folder of a version appears in one move when everything is in it. Goes on from an earlier attempt. Throws UserErrors, and the
 * signal's reason; what has arrived is kept then.
 */
export async function installPack({ plan, client, folder, shippedLibrary }: Installation, { signal, onBytes, onState }: InstallWatch): Promise<void> {
  const [archives, draft, scratch] = workFolders(folder)
  await mkdir(archives, { recursive: true })
  await checkRoom(plan, folder, archives)
  for (const [index, { url, fileName, sizeBytes, checksum }] of plan.downloads.entries()) {
    await downloadFile(client, { url, target: join(archives, fileName), sizeBytes, checksum, subject: {} }, { signal, onBytes: (received) => onBytes(index, received), onChecking: () => onState('checking', index) })
  }
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft)
  const taken = new Map<string, readonly string[]>()
  for (const [index, { name, fileName, files }] of plan.downloads.entries()) {
    onState('unpacking', index)
    taken.set(name, await takeFiles(join(archives, fileName), files, draft, scratch, signal))
  }
  await linkShipped(shippedLibrary, draft)
  const preload = plan.libraries.flatMap(({ library, onSystem }) => onSystem ?? taken.get(library.component) ?? [])
  const sizes = await Promise.all((await readdir(draft)).map(async (name) => (await stat(join(draft, name))).size))
  await writeFile(join(draft, MANIFEST), JSON.stringify({ library: basename(shippedLibrary), preload, sizeBytes: sizes.reduce((sum, size) => sum + size, 0) }, null, 2))
  signal.throwIfAborted()
  await rm(installedFolder(folder), { recursive: true, force: true })
  await rename(draft, installedFolder(folder))
  await rm(archives, { recursive: true, force: true })
}

async function checkRoom({ downloads }: PackPlan, folder: string, archives: string): Promise<void> {
  const there = await Promise.all(downloads.map(({ fileName }) => Promise.all([fileName, `${fileName}.partial`].map((name) => stat(join(archives, name)).then(({ size }) => size, () => 0))).then((sizes) => Math.max(...sizes))))
  const total = downloads.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const needed = total * ROOM_PER_BYTE - there.reduce((sum, size) => sum + size, 0)
  const { bavail, bsize } = await statfs(folder)
  if (needed > bavail * bsize) throw new UserError('gpu-pack/no-space', { folder, needed: inGigabytes(needed), free: inGigabytes(bavail * bsize) })
}

const inGigabytes = (bytes: number): number => Math.ceil((bytes / 2 ** 30) * 10) / 10

/** The provider is looked for beside the library: a link to it where the disk allows one, else a copy. */
async function linkShipped(library: string, into: string): Promise<void> {
  const from = dirname(library)
  const names = (await readdir(from)).filter((name) => name === basename(library) || /\.dll$/i.test(name))
  for (const name of names) await link(join(from, name), join(into, name)).catch(() => copyFile(join(from, name), join(into, name)))
}
