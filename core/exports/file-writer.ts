import type { FileHandle } from 'node:fs/promises'
import { disk } from '../files/disk.ts'
import { openRegularFile } from '../files/regular-file.ts'
import type { ExportWatch } from './watch.ts'

/** After so many bytes the system has put them on the disk: ending takes no long wait then. */
const SYNC_BYTES = 64 * 2 ** 20
const COPY_BYTES = 4 * 2 ** 20

/** A new file that is written from its beginning to its end. */
export class FileWriter {
  readonly #file: FileHandle
  readonly #watch: ExportWatch
  #unsynced = 0
  #length = 0

  private constructor(file: FileHandle, watch: ExportWatch) {
    this.#file = file
    this.#watch = watch
  }

  /** Makes a file and lets `write` fill it; it is on the disk when this resolves. Throws what the disk and `write` throw. */
  static async write(path: string, watch: ExportWatch, write: (to: FileWriter) => Promise<void>): Promise<void> {
    watch.signal.throwIfAborted()
    const file = await disk.open(path, 'wx')
    try {
      await write(new FileWriter(file, watch))
      await file.sync()
    } finally {
      await file.close()
    }
  }

  /** How many bytes there are by now. */
  get length(): number {
    return this.#length
  }

  async add(bytes: Uint8Array): Promise<void> {
    this.#watch.signal.throwIfAborted()
    // The file's own place, so that a piece is never written twice.
    await this.#file.writeFile(bytes)
    this.#length += bytes.length
    this.#unsynced += bytes.length
    if (this.#unsynced >= SYNC_BYTES) {
      await this.#file.datasync()
      this.#unsynced = 0
    }
    this.#watch.wrote(bytes.length)
  }
}

/** The bytes of a file in pieces, as far as it reached when it was opened. Throws UserError as openRegularFile. */
export async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await openRegularFile(path)
  try {
    const { size } = await file.stat()
    for (let done = 0; done < size;) {
      const { buffer, bytesRead } = await file.read(new Uint8Array(Math.min(COPY_BYTES, size - done)), 0, null, done)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
      done += bytesRead
    }
  } finally {
    await file.close()
  }
}

/** Copies a file. */
export const copyInto = (path: string, from: string, watch: ExportWatch): Promise<void> =>
  FileWriter.write(path, watch, async (to) => {
    for await (const bytes of bytesOf(from)) await to.add(bytes)
  })

/** Writes a small file. */
export const writeText = (path: string, text: string, watch: ExportWatch): Promise<void> =>
  FileWriter.write(path, watch, (to) => to.add(Buffer.from(text)))
