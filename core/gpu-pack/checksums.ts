import * as crypto from 'node:crypto'
import { once } from 'node:events'
import * as fs from 'node:fs'
import { Worker } from 'node:worker_threads'
import { defaultThreadCount } from '../processes/threads.ts'

/**
 * What reads and hashes a file: the SHA-256 in hexadecimal digits, null where it cannot be read. Its text is what the
 * threads run, so it knows nothing but its parameters.
 */
function makeSha256(
  { createHash }: typeof crypto,
  { closeSync, constants, openSync, readSync }: typeof fs,
): (file: string) => string | null {
  const buffer = Buffer.allocUnsafeSlow(4 * 1024 * 1024)
  return (file) => {
    let descriptor = -1
    try {
      // Neither another file by a symbolic link, nor waiting for the other end of a pipe.
      descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
      const hash = createHash('sha256')
      for (let count = 0; (count = readSync(descriptor, buffer)) > 0;)
        hash.update(count === buffer.length ? buffer : buffer.subarray(0, count))
      return hash.digest('hex')
    } catch {
      return null
    } finally {
      if (descriptor !== -1) closeSync(descriptor)
    }
  }
}

/** As CommonJS text: it needs no file of its own in a bundle. */
const threadSource = `
  const { parentPort } = require('node:worker_threads')
  const sha256 = (${String(makeSha256)})(require('node:crypto'), require('node:fs'))
  parentPort.on('message', (file) => parentPort.postMessage(sha256(file)))
`

/** The SHA-256 of each file, null where it cannot be read: several at once, each on a thread of its own. */
export async function sha256OfFiles(files: readonly string[]): Promise<(string | null)[]> {
  const sums: (string | null)[] = []
  const waiting = [...files.entries()]
  const work = async () => {
    const worker = new Worker(threadSource, { eval: true })
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [index, file] = next
        // Rejects where the thread fails.
        const answer = once(worker, 'message') as Promise<[string | null]>
        worker.postMessage(file)
        sums[index] = (await answer)[0]
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(defaultThreadCount(), files.length) }, work))
  return sums
}

/** The same on this thread, one after the other, for whoever cannot wait. */
export const sha256OfFilesNow = (files: readonly string[]): (string | null)[] => files.map(makeSha256(crypto, fs))

/** True where both files have the same bytes; false where one cannot be read. */
export function haveSameContents(one: string, other: string): boolean {
  const descriptors: number[] = []
  try {
    const [first, second] = [one, other].map((file) => {
      const descriptor = fs.openSync(file, 'r')
      descriptors.push(descriptor)
      return descriptor
    }) as [number, number]
    const [left, right] = [Buffer.allocUnsafeSlow(1024 * 1024), Buffer.allocUnsafeSlow(1024 * 1024)]
    for (;;) {
      const counts = [fs.readSync(first, left), fs.readSync(second, right)] as const
      if (counts[0] !== counts[1] || !left.subarray(0, counts[0]).equals(right.subarray(0, counts[1]))) return false
      if (counts[0] === 0) return true
    }
  } catch {
    return false
  } finally {
    for (const descriptor of descriptors) fs.closeSync(descriptor)
  }
}
