import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { HubToken } from '../contract/index.ts'
import { syncFolder } from './atomic.ts'
import { disk } from './disk.ts'
import { toDiskError } from './disk-errors.ts'

export type Protection = NonNullable<HubToken['protection']>

/** Encrypts with a key that the system keeps for this account. */
export interface SecretCipher {
  readonly seal: (secret: string) => Uint8Array
  readonly open: (sealed: Buffer) => string
}

export interface StoredSecret {
  readonly secret: string
  readonly protection: Protection
}

/** Where a host keeps one secret of the user. */
export interface Secrets {
  /** True where the host has a keychain. */
  readonly canEncrypt: boolean
  /** Null where none is kept, or where it cannot be read any more. */
  read(): Promise<StoredSecret | null>
  /**
   * Keeps it encrypted; without a keychain in a plain file where the user agrees to that, else until the host ends.
   * Replaces an earlier one. Throws 'disk-full' or 'library/unwritable'.
   */
  write(secret: string, allowPlainFile: boolean): Promise<void>
  clear(): Promise<void>
}

/**
 * A secret in memory, or in a file of the folder that only this account can read: `name.sealed`, or `name` where it is
 * not encrypted.
 */
export function keepSecret({
  folder,
  name,
  cipher,
}: {
  readonly folder: string
  readonly name: string
  readonly cipher?: SecretCipher
}): Secrets {
  const plainFile = join(folder, name)
  const sealedFile = `${plainFile}.sealed`
  let inMemory: string | null = null

  const remove = async (...files: readonly string[]) => {
    await Promise.all(files.map((file) => disk.rm(file, { force: true })))
    // Where there is no such folder, nothing was removed.
    await syncFolder(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw toDiskError(error, folder)
    })
  }
  const clear = async () => {
    inMemory = null
    await remove(...[plainFile, sealedFile].flatMap((file) => [file, draftOf(file)]))
  }
  return {
    canEncrypt: cipher !== undefined,
    async read() {
      if (inMemory !== null) return { secret: inMemory, protection: 'session' }
      const sealed = cipher && (await readOrNull(sealedFile, cipher.open))
      if (sealed) return { secret: sealed, protection: 'keychain' }
      const plain = await readOrNull(plainFile, (bytes) => bytes.toString('utf8'))
      return plain ? { secret: plain, protection: 'plain-file' } : null
    },
    async write(secret, allowPlainFile) {
      if (cipher) {
        await writePrivate(sealedFile, cipher.seal(secret))
        await remove(plainFile, draftOf(plainFile))
      } else if (allowPlainFile) {
        await writePrivate(plainFile, Buffer.from(secret, 'utf8'))
        await remove(sealedFile, draftOf(sealedFile))
      } else await clear()
      inMemory = cipher || allowPlainFile ? null : secret
    },
    clear,
  }
}

async function readOrNull(file: string, open: (bytes: Buffer) => string): Promise<string | null> {
  try {
    return open(await readFile(file))
  } catch {
    return null
  }
}

/** One that a crash has left holds the secret too. */
const draftOf = (file: string): string => `${file}.draft`

/** On the disk when it returns: an earlier copy may be removed then. */
async function writePrivate(file: string, bytes: Uint8Array): Promise<void> {
  const draft = draftOf(file)
  try {
    await disk.mkdir(dirname(file), { recursive: true })
    await disk.rm(draft, { force: true })
    await writeNew(draft, bytes)
    await disk.rename(draft, file)
    await syncFolder(dirname(file))
  } catch (error) {
    await disk.rm(draft, { force: true }).catch(() => undefined)
    throw toDiskError(error, dirname(file))
  }
}

async function writeNew(file: string, bytes: Uint8Array): Promise<void> {
  // Readable for nobody else from its first moment on.
  const handle = await disk.open(file, 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
