import { createHash } from 'node:crypto'
import { lstat, utimes, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../contract/index.ts'
import { syncFolder } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { openRegularFile } from '../files/regular-file.ts'
import { isFile, walkLibrary, type LibraryFile } from './walk.ts'

const PIECE_BYTES = 4 * 2 ** 20

export interface CopyWatch {
  readonly signal: AbortSignal
  /** Told once, before anything is read back. */
  onChecking(): void
  /** So many bytes more are copied, or checked. */
  onBytes(bytes: number): void
}

interface Copied extends LibraryFile {
  readonly sha256: string
}

/**
 * Copies a library into a folder that is there and has none, with the times of its files, and reads every file back.
 * Throws UserError 'library/move-changed' {file} where another program has changed one meanwhile, 'library/move-damaged'
 * {file} where something else is read than was written, what the disk throws, and the signal's reason.
 */
export async function copyLibrary(from: string, to: string, watch: CopyWatch): Promise<void> {
  const copied: Copied[] = []
  const folders: string[] = [to]
  for await (const found of walkLibrary(from, watch.signal)) {
    const target = join(to, ...found.steps)
    if (isFile(found))
      copied.push({ ...found, sha256: await copyFile(join(from, ...found.steps), target, { ...found, watch }) })
    else {
      await disk.mkdir(target)
      folders.push(target)
    }
  }
  for (const folder of folders.toReversed()) await syncFolder(folder)
  watch.onChecking()
  for (const file of copied) await check(file, from, to, watch)
}

async function copyFile(
  from: string,
  to: string,
  { bytes, modifiedMs, watch }: Pick<LibraryFile, 'bytes' | 'modifiedMs'> & { readonly watch: CopyWatch },
): Promise<string> {
  const source = await openRegularFile(from)
  try {
    const target = await disk.open(to, 'wx')
    const hash = createHash('sha256')
    try {
      for await (const piece of pieces(source, bytes, watch)) {
        hash.update(piece)
        await target.writeFile(piece)
      }
      await target.sync()
    } finally {
      await target.close()
    }
    await utimes(to, modifiedMs / 1000, modifiedMs / 1000)
    return hash.digest('hex')
  } finally {
    await source.close()
  }
}

async function check(
  { steps, bytes, modifiedMs, sha256 }: Copied,
  from: string,
  to: string,
  watch: CopyWatch,
): Promise<void> {
  const file = join(from, ...steps)
  const now = await lstat(file).catch(() => null)
  if (now?.size !== bytes || now.mtimeMs !== modifiedMs) throw new UserError('library/move-changed', { file })
  const target = join(to, ...steps)
  const handle = await openRegularFile(target)
  try {
    const hash = createHash('sha256')
    for await (const piece of pieces(handle, bytes, watch)) hash.update(piece)
    if (hash.digest('hex') !== sha256 || (await handle.stat()).size !== bytes)
      throw new UserError('library/move-damaged', { file: target })
  } finally {
    await handle.close()
  }
}

async function* pieces(file: FileHandle, bytes: number, { signal, onBytes }: CopyWatch): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(Math.min(PIECE_BYTES, Math.max(1, bytes)))
  for (let at = 0; at < bytes;) {
    signal.throwIfAborted()
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, bytes - at), at)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
    onBytes(bytesRead)
  }
}
