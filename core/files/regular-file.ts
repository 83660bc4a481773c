import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { UserError, type ErrorCode } from '../contract/errors.ts'
import { toReadError } from './read-error.ts'

/** Without it, opening a FIFO waits for a writer. Windows has neither. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Sockets, folders (Windows) and links in a circle. */
const NO_FILE = new Set(['ENXIO', 'EISDIR', 'ELOOP', 'ENODEV', 'EOPNOTSUPP'])

/**
 * Opens a file for reading that came from elsewhere; the caller closes it.
 * Throws UserError 'file/not-regular' {file} for a folder, FIFO, socket or device, 'file/lfs-pointer' {file} for one
 * whose contents stayed with Git LFS, `missing` {file} where there is none, 'file/unreadable' otherwise.
 */
export async function openRegularFile(path: string, missing: ErrorCode = 'file/not-found'): Promise<FileHandle> {
  const file = await open(path, FLAGS).catch((error: NodeJS.ErrnoException) => {
    throw NO_FILE.has(error.code ?? '')
      ? new UserError('file/not-regular', { file: path })
      : toReadError(error, path, missing)
  })
  const found = await file.stat().catch(() => null)
  const isFile = found?.isFile() ?? false
  if (isFile && !(await isLfsPointer(file, found?.size ?? 0))) return file
  await file.close()
  throw new UserError(isFile ? 'file/lfs-pointer' : 'file/not-regular', { file: path })
}

/** Specification: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
const LFS = 'version https://git-lfs.github.com/spec/'
const MAX_LFS_BYTES = 1024

/** True for the few lines that Git leaves in the place of a large file until Git LFS brings it. */
async function isLfsPointer(file: FileHandle, size: number): Promise<boolean> {
  if (size < LFS.length || size >= MAX_LFS_BYTES) return false
  const first = await file.read(Buffer.alloc(LFS.length), 0, LFS.length, 0).catch(() => null)
  return first?.buffer.toString('latin1', 0, first.bytesRead) === LFS
}

/** What a whole file may be. */
export interface WholeFile {
  readonly maxBytes: number
  /** The code of a file that is not there; 'file/not-found' unless given. */
  readonly missing?: ErrorCode
  /** Takes the beginning of a longer file instead of refusing it. */
  readonly cut?: boolean
}

/**
 * Reads a whole file that came from elsewhere. Throws like openRegularFile, and UserError 'file/too-large' {file,
 * foundMB, maxMB}.
 */
export async function readRegularFile(
  path: string,
  { maxBytes, missing, cut = false }: WholeFile,
): Promise<Buffer<ArrayBuffer>> {
  const file = await openRegularFile(path, missing)
  try {
    const { size } = await file.stat()
    if (size > maxBytes && !cut)
      throw new UserError('file/too-large', { file: path, foundMB: megabytes(size), maxMB: megabytes(maxBytes) })
    return await readUpTo(file, Math.min(size, maxBytes))
  } catch (error) {
    throw toReadError(error, path, missing)
  } finally {
    await file.close()
  }
}

/** Not to the end of the file: one that grows, or claims to be empty as those in /proc, is read as far as it said. */
async function readUpTo(file: FileHandle, length: number): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.from(new ArrayBuffer(length))
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1e5) / 10
