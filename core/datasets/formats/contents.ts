import { open, readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { UserError } from '../../contract/index.ts'
import type { FileContents } from './table-format.ts'

/** So much is looked at to tell a file's format and encoding. */
export const BEGINNING_BYTES = 1 << 20
/** Read and looked at between two pauses. */
const PIECE_BYTES = 1 << 19
const GIB = 2 ** 30
/** What Node reads into one buffer. */
const MAX_READ_GIB = 2

/** A file on disk: it is read piece by piece, or as a whole where a format asks for it. Throws UserError where it cannot be read. */
export async function openFile(path: string, signal?: AbortSignal): Promise<FileContents> {
  const name = basename(path)
  const readable = <T>(work: Promise<T>): Promise<T> => work.catch((error: NodeJS.ErrnoException) => { throw toReadError(error, name) })
  const { size } = await readable(stat(path))
  const counter = { bytes: 0 }
  let read: Promise<Uint8Array<ArrayBuffer>> | null = null
  return {
    name,
    path,
    size,
    beginning: await readable(readBeginning(path)),
    whole() {
      if (size > MAX_READ_GIB * GIB) throw new UserError('dataset/too-large', { file: name, size: Math.ceil((size / GIB) * 10) / 10, limit: MAX_READ_GIB })
      read ??= readable(readFile(path)).then((bytes) => new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength))
      return read
    },
    pieces: () => piecesOf(path, counter, signal),
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

function toReadError(error: NodeJS.ErrnoException, file: string): Error {
  return error.code === 'ENOENT' ? new UserError('file/not-found', { file }) : new UserError('file/unreadable', { file, reason: error.code ?? '' })
}

async function readBeginning(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

async function* piecesOf(path: string, counter: { bytes: number }, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const handle = await open(path)
  counter.bytes = 0
  try {
    for (;;) {
      signal?.throwIfAborted()
      const { buffer, bytesRead } = await handle.read(new Uint8Array(PIECE_BYTES), 0, PIECE_BYTES, null)
      if (bytesRead === 0) return
      counter.bytes += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

async function* slicesOf(bytes: Uint8Array, counter: { bytes: number }, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
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
