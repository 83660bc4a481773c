import { createReadStream } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import type { Bringing, BringingWatch } from './bringing.ts'

const MAX_FILES = 2_000
/** Each says what kind of model lies in a folder. */
const MODEL_FILES = new Set(['config.json', 'adapter_config.json'])
const CHUNK_BYTES = 4 * 2 ** 20

interface Source {
  readonly name: string
  /** What it is called in the copy, where that is another name. */
  readonly as?: string
  readonly sizeBytes: number
}

/** A copy of a model's or adapter's folder; null where it is none. */
export async function copyOf(from: string): Promise<Bringing | null> {
  const files = await filesOf(from)
  return files.length === 0 ? null : copyOfFiles(from, files)
}

/** A copy of these files of a folder. */
export const copyOfFiles = (from: string, files: readonly Source[]): Bringing => ({
  totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  async bring(folder, watch) {
    await disk.mkdir(folder)
    for (const { name, as = name, sizeBytes } of files)
      await copyFile(join(from, name), join(folder, as), { sizeBytes, ...watch })
    await syncFolder(folder)
  },
})

/** The files of a model's folder that are copied: its own, nothing hidden, no folders in it, no links; none of another. */
async function filesOf(folder: string): Promise<Source[]> {
  const files: Source[] = []
  for await (const { name } of (await opendir(folder).catch(() => null)) ?? []) {
    if (name.startsWith('.') || /\.(py|pyc|sh|exe|dll|so)$/i.test(name)) continue
    const found = await lstat(join(folder, name)).catch(() => null)
    if (found?.isFile()) files.push({ name, sizeBytes: found.size })
    if (files.length > MAX_FILES) break
  }
  const isModel = files.some(({ name }) => MODEL_FILES.has(name))
  return isModel && files.length <= MAX_FILES ? files : []
}

/** Copies piece by piece, so that it can be ended and told of. A file that has grown meanwhile is copied as it was. */
async function copyFile(
  from: string,
  to: string,
  { sizeBytes, signal, progress }: BringingWatch & Pick<Source, 'sizeBytes'>,
): Promise<void> {
  const file = await disk.open(to, 'wx')
  try {
    if (sizeBytes > 0)
      for await (const chunk of createReadStream(from, { end: sizeBytes - 1, highWaterMark: CHUNK_BYTES, signal })) {
        await file.writeFile(chunk as Buffer)
        progress((chunk as Buffer).length)
      }
    await file.sync()
  } finally {
    await file.close()
  }
}
