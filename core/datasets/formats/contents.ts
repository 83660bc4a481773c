import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { UserError } from '../../contract/index.ts'
import { toReadError } from '../../files/read-error.ts'
import { openRegularFile, readRegularFile } from '../../files/regular-file.ts'
import type { FileContents } from './table-format.ts'

/** So much is looked at to tell a file's format and encoding. */
export const BEGINNING_BYTES = 1 << 20
/** Read and looked at between two pauses. */
const PIECE_BYTES = 1 << 19
const GIB = 2 ** 30
/** What Node reads into one buffer. */
const MAX_READ_GIB = 2
const MAX_READ_BYTES = MAX_READ_GIB * GIB - 1

/**
 * A file on disk: it is read piece by piece, or as a whole where a format asks for it, and never beyond the size that
 * it had at first. Throws UserError where it cannot be read, `file/not-regular` where it is no file (or is none any
 * more when it is read).
 */
export async function openFile(path: string, signal?: AbortSignal): Promise<FileContents> {
  const name = basename(path)
  const { size, beginning } = await whileOpen(path, async (handle) => ({
    size: (await handle.stat()).size,
    beginning: await readBeginning(handle),
  }))
  const counter = { bytes: 0 }
  let read: Promise<Uint8Array<ArrayBuffer>> | null = null
  return {
    name,
    path,
    size,
    beginning,
    whole() {
      if (size > MAX_READ_BYTES)
        throw new UserError('dataset/too-large', {
          file: name,
          size: Math.ceil((size / GIB) * 10) / 10,
          limit: MAX_READ_GIB,
        })
      read ??= naming(path, () => readRegularFile(path, { maxBytes: size, cut: true })).then(
        (bytes) => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      )
      return read
    },
    pieces: () => piecesOf({ path, size }, counter, signal),
    bytesRead: () => counter.bytes,
    throwIfCancelled: () => signal?.throwIfAborted(),
  }
}

/** Contents that are in memory, such as those of a file inside a ZIP. */
export function contentsOf(name: string, bytes: Uint8Array<ArrayBuffer>, signal?: AbortSignal): FileContents {
  const counter = { bytes: 0 }
  return {
    name,
    path: null,
    size: bytes.length,
    beginning: bytes.subarray(0, BEGINNING_BYTES),
    whole: () => Promise.resolve(bytes),
    pieces: () => slicesOf(bytes, counter, signal),
    bytesRead: () => counter.bytes,
    throwIfCancelled: () => signal?.throwIfAborted(),
  }
}

/** Throws UserError `file/not-regular` and the like: to be asked right before somebody else opens the path. */
export const requireRegular = (path: string): Promise<void> => whileOpen(path, async () => undefined)

async function whileOpen<T>(path: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
  return naming(path, async () => {
    const handle = await openRegularFile(path)
    try {
      return await work(handle)
    } finally {
      await handle.close()
    }
  })
}

/** Errors of reading name the file without its folder. */
async function naming<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toNamed(error, path)
  }
}

function toNamed(error: unknown, path: string): unknown {
  const told = error instanceof UserError ? error : toReadError(error, path)
  return told instanceof UserError && told.error.facts?.file === path
    ? new UserError(told.error.code, { ...told.error.facts, file: basename(path) })
    : told
}

async function readBeginning(handle: FileHandle): Promise<Uint8Array<ArrayBuffer>> {
  const { buffer, bytesRead } = await handle.read(new Uint8Array(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0)
  return buffer.subarray(0, bytesRead)
}

async function* piecesOf(
  { path, size }: { readonly path: string; readonly size: number },
  counter: { bytes: number },
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const handle = await naming(path, () => openRegularFile(path))
  counter.bytes = 0
  try {
    while (counter.bytes < size) {
      signal?.throwIfAborted()
      const { buffer, bytesRead } = await naming(path, () =>
        handle.read(new Uint8Array(PIECE_BYTES), 0, Math.min(PIECE_BYTES, size - counter.bytes), null),
      )
      if (bytesRead === 0) return
      counter.bytes += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

async function* slicesOf(
  bytes: Uint8Array,
  counter: { bytes: number },
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  counter.bytes = 0
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    signal?.throwIfAborted()
    await pause()
    counter.bytes = Math.min(bytes.length, from + PIECE_BYTES)
    yield bytes.subarray(from, from + PIECE_BYTES)
  }
}

/** Lets the process answer in between. */
export const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
