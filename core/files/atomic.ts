import { randomBytes } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { disk } from './disk.ts'
import { toDiskError } from './disk-errors.ts'

/**
 * Replaces the file in one move: readers see the old content or the whole new one, also after a power cut. The folder
 * must exist. Throws UserError 'disk-full' or 'library/unwritable'; nothing is left behind then.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  await writeAtomic(path, async (file) => {
    await file.writeFile(data)
  })
}

/** Like writeFileAtomic, for content that `write` puts into the open file piece by piece. */
export async function writeAtomic(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  await replaceAtomic(path, async (temporary) => {
    const file = await disk.open(temporary, 'wx')
    try {
      await write(file)
      await file.sync()
    } finally {
      await file.close()
    }
  })
}

/** Like writeFileAtomic, for content that lies in another file, also on another disk. */
export async function copyFileAtomic(from: string, path: string): Promise<void> {
  await replaceAtomic(path, async (temporary) => {
    await disk.copyFile(from, temporary)
    await syncFile(temporary)
  })
}

async function replaceAtomic(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await make(temporary)
    await disk.rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    // The disk that failed may refuse this too; the next start sweeps such files up.
    await disk.rm(temporary, { force: true }).catch(() => undefined)
    throw toDiskError(error, dirname(path))
  }
}

/** Names of the files that the functions above leave behind where the process ends in the middle. */
export const isTemporary = (name: string): boolean => /^\..+\.[0-9a-f]{12}\.tmp$/.test(name)

/**
 * Removes such files from a folder. Only where nobody else writes, or with an age that no write reaches. A folder that
 * cannot be read has none.
 */
export async function sweepTemporary(
  folder: string,
  { olderThanMs = 0 }: { readonly olderThanMs?: number } = {},
): Promise<void> {
  for (const name of (await readdir(folder).catch(() => [])).filter(isTemporary)) {
    const path = join(folder, name)
    const isOld =
      olderThanMs === 0 ||
      (await stat(path).then(
        ({ mtimeMs }) => mtimeMs < Date.now() - olderThanMs,
        () => false,
      ))
    if (isOld) await disk.rm(path, { force: true }).catch(() => undefined)
  }
}

/** Makes the content of a file survive a power cut that something else has written. */
export async function syncFile(path: string): Promise<void> {
  // Windows syncs only what is open for writing.
  const handle = await disk.open(path, process.platform === 'win32' ? 'r+' : 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes renames in the folder survive a power cut. Windows cannot open folders and needs no such step. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await disk.open(folder, 'r')
  try {
    await handle.sync()
  } catch (error) {
    // Some network and cloud file systems cannot sync folders; the rename itself has succeeded.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EISDIR') throw error
  } finally {
    await handle.close()
  }
}
