import { randomBytes } from 'node:crypto'
import { constants, lstatSync, readFileSync } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { HostKind, UserError } from '../contract/index.ts'
import { disk } from '../files/disk.ts'
import { readRegularFile } from '../files/regular-file.ts'
import { defineStored } from '../files/stored.ts'
import { machineIdentity, processStart } from './process-identity.ts'

const LOCK_FILE = '.terakoya-lock'
const REQUEST_FILE = '.terakoya-lock.request'
/** Ours has 300. */
const MAX_BYTES = 4096
const MAX_NAME = 255
/** What would do something to a terminal or turn a line of text around. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

const Owner = z.object({
  /** Of this very lock. */
  nonce: z.string().regex(/^[0-9a-f]{16}$/),
  kind: HostKind,
  /** Shown to the user. */
  host: z
    .string()
    .max(MAX_NAME)
    .refine((name) => name === printable(name)),
  pid: z.number().int().positive(),
  /** See `machineIdentity` and `processStart`. */
  machine: z.string().nullable(),
  started: z.string().nullable(),
  /** ISO 8601 */
  since: z.iso.datetime(),
})
export type LibraryOwner = z.infer<typeof Owner>

const Request = z.object({ of: z.string(), by: Owner })
export type LockRequest = z.infer<typeof Request>

/** Studios of other versions read and write both at the same time. */
const shared = {
  migrations: [],
  maxBytes: MAX_BYTES,
  codec: { parse: JSON.parse, stringify: JSON.stringify },
  later: 'read',
} as const
export const lockOwner = defineStored({ name: 'library-lock', schema: Owner, ...shared })
export const lockRequest = defineStored({ name: 'library-lock-request', schema: Request, ...shared })

const printable = (name: string): string => name.replace(UNPRINTABLE, '').slice(0, MAX_NAME)

/** This computer's name as locks have it. */
export const ownHost = (): string => printable(hostname())

export const lockFile = (folder: string): string => join(folder, LOCK_FILE)
export const requestFile = (folder: string): string => join(folder, REQUEST_FILE)
/** A name beside the file that the next start sweeps up. */
export const draftBeside = (file: string): string =>
  join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`)

export function newOwner(kind: LibraryOwner['kind']): LibraryOwner {
  return {
    nonce: randomBytes(8).toString('hex'),
    kind,
    host: ownHost(),
    pid: process.pid,
    machine: machineIdentity(),
    started: processStart(process.pid),
    since: new Date().toISOString(),
  }
}

/**
 * Whose the lock is; null where there is none or nothing that is a lock. Throws UserError `file/unreadable` where that
 * cannot be told.
 */
export async function readOwner(file: string): Promise<LibraryOwner | null> {
  const bytes = await readRegularFile(file, { maxBytes: MAX_BYTES }).catch((error: unknown) => {
    if (error instanceof UserError && error.error.code !== 'file/unreadable') return null
    throw error
  })
  return bytes && lockOwner.tryParse(bytes.toString())
}

/** As `readOwner`, for a process that ends. */
export const readOwnerNow = (file: string): LibraryOwner | null =>
  lstatSync(file).isFile() ? lockOwner.tryParse(readFileSync(file, 'utf8')) : null

/** Who asks for the lock; null where nobody does, or not in our words. */
export async function readRequest(folder: string): Promise<LockRequest | null> {
  const bytes = await readRegularFile(requestFile(folder), { maxBytes: MAX_BYTES }).catch(() => null)
  return bytes && lockRequest.tryParse(bytes.toString())
}

/**
 * When the file was last written, by the clock of its file system; null where there is none. A link is not followed.
 */
export const mtimeOf = (file: string): Promise<number | null> =>
  lstat(file).then(
    ({ mtimeMs }) => mtimeMs,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
      throw error
    },
  )

/**
 * Writes the first byte of our lock again, so that its file system notes the time. Returns whose the lock is; a foreign
 * one is left alone.
 */
export async function touch(file: string, nonce: string): Promise<LibraryOwner | null> {
  // A link could lead to any file of the user's, and a pipe would wait. Windows has neither flag.
  const handle = await open(file, constants.O_RDWR | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0))
  try {
    if (!(await handle.stat()).isFile()) return null
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0)
    const found = lockOwner.tryParse(buffer.toString('utf8', 0, bytesRead))
    if (found?.nonce === nonce) await handle.write('{', 0)
    return found
  } finally {
    await handle.close()
  }
}

/** File systems without links, such as exFAT or a synchronised drive; Windows says EISDIR there. */
const NO_LINKS: readonly unknown[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EISDIR']

/** Creates the file with its content in one step; false where it exists. */
export async function createLock(file: string, owner: LibraryOwner): Promise<boolean> {
  const draft = draftBeside(file)
  const text = lockOwner.text(owner)
  try {
    await disk.writeFile(draft, text, { flag: 'wx' })
    await disk.link(draft, file)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (NO_LINKS.includes(code)) return createPlainly(file, text)
    throw error
  } finally {
    await disk.rm(draft, { force: true })
  }
}

const createPlainly = (file: string, text: string): Promise<boolean> =>
  disk.writeFile(file, text, { flag: 'wx' }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false
      throw error
    },
  )
