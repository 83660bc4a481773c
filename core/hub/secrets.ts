import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { toDiskError } from '../files/disk-errors.ts'

/** Where a host keeps one secret of the user: the system's keychain, or a file. */
export interface Secrets {
  /** Null where none is kept, or where it cannot be read any more. */
  read(): Promise<string | null>
  write(secret: string): Promise<void>
  clear(): Promise<void>
}

/** A secret in a file that only this user can read. `seal` and `open` encrypt it where the host can. */
export function fileSecrets(file: string, { seal, open }: SecretCipher = plainCipher): Secrets {
  return {
    async read() {
      try {
        return open(await readFile(file))
      } catch {
        return null
      }
    },
    async write(secret) {
      const draft = `${file}.draft`
      try {
        await mkdir(dirname(file), { recursive: true })
        await rm(draft, { force: true })
        // Readable for nobody else from its first moment on.
        await writeFile(draft, seal(secret), { mode: 0o600, flag: 'wx' })
        await rename(draft, file)
      } catch (error) {
        throw toDiskError(error, dirname(file))
      }
    },
    clear: () => rm(file, { force: true }),
  }
}

export interface SecretCipher {
  readonly seal: (secret: string) => Uint8Array
  readonly open: (sealed: Buffer) => string
}

const plainCipher: SecretCipher = { seal: (secret) => Buffer.from(secret, 'utf8'), open: (sealed) => sealed.toString('utf8') }
