import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Secrets } from '../files/secrets.ts'

const PREFIX = 'sk-terakoya-'
const KEY_BYTES = 24

/** Who may ask: whoever has the key. */
export interface ApiKeys {
  exists(): Promise<boolean>
  /** Makes a key in the place of the one before, and gives it this once. Throws those of a disk. */
  replace(): Promise<string>
  /** Looked up anew each time: another studio of the account may have replaced the key. */
  accepts(given: string): Promise<boolean>
}

/** One key of the account. Its hash alone is kept: it is long and random, so that the hash tells nothing of it. */
export const storedKeys = (secrets: Secrets): ApiKeys => ({
  exists: async () => (await secrets.read()) !== null,
  async replace() {
    const key = newKey()
    await secrets.write(hash(key).toString('hex'), true)
    return key
  },
  async accepts(given) {
    const stored = await secrets.read()
    return stored !== null && isSame(hash(given), Buffer.from(stored.secret, 'hex'))
  },
})

/** The key of a file: the caller's, for as long as the server runs. */
export const fixedKey = (key: string): ApiKeys => ({
  exists: async () => true,
  replace: async () => key,
  accepts: async (given) => isSame(hash(given), hash(key)),
})

export const newKey = (): string => PREFIX + randomBytes(KEY_BYTES).toString('hex')

const hash = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()

/** In constant time. */
const isSame = (given: Buffer, wanted: Buffer): boolean =>
  given.length === wanted.length && timingSafeEqual(given, wanted)
