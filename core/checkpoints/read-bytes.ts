import type { FileHandle } from 'node:fs/promises'
import { UserError } from '../contract/errors.ts'

/** A single read takes at most 2 GB. */
const MAX_READ_BYTES = 2 ** 30

/**
 * Returns exactly `length` bytes from `position` of an open file, in `into` where given; `path` names the file in
 * errors. Throws UserError 'checkpoint/truncated' where it ends before.
 */
export async function readAt(
  file: FileHandle,
  path: string,
  position: number,
  length: number,
  into?: Uint8Array<ArrayBuffer>,
): Promise<Buffer<ArrayBuffer>> {
  // A buffer of its own, not a piece of Node's pool: callers view it as wider numbers from byte 0.
  const bytes = into ? Buffer.from(into.buffer, into.byteOffset, length) : Buffer.from(new ArrayBuffer(length))
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, Math.min(length - done, MAX_READ_BYTES), position + done)
    if (bytesRead === 0)
      throw new UserError('checkpoint/truncated', { file: path, expected: position + length, found: position + done })
    done += bytesRead
  }
  return bytes
}
