import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { userDataFolder } from '../files/folders.ts'
import { defineStored, migration } from '../files/stored.ts'
import type { KnownFile, Library } from './components.ts'

/** The files that came out of an archive of our list, by that archive's SHA-256. */
const Archives = z.record(
  z.string(),
  z.array(z.object({ name: z.string(), sizeBytes: z.number(), sha256: z.string() })),
)
type Archives = z.infer<typeof Archives>

/** Version 1 was the bare record. */
export const trustRecord = defineStored({
  name: 'gpu-pack-trust.json',
  schema: z.object({ archives: Archives }),
  migrations: [migration(Archives, (archives) => ({ archives }))],
  maxBytes: 1_000_000,
})

/** Lies in the account's folder, not in the pack's: that may be anywhere, also where other programs write. */
export const TRUST_FILE = 'gpu-pack-trust.json'

/** The record that TERAKOYA_GPU_PACK_TRUST names: how the studio tells its engine. */
export const trustFile = (environment: NodeJS.ProcessEnv): string =>
  environment['TERAKOYA_GPU_PACK_TRUST'] || join(userDataFolder(), TRUST_FILE)

function read(file: string): Archives {
  try {
    return trustRecord.parse(readFileSync(file, 'utf8')).archives
  } catch {
    // Without a record nothing is trusted.
    return {}
  }
}

/**
 * What the files of a library must be, in the order in which they are loaded; null where they never came out of its
 * archive.
 */
export function trustedFiles(file: string, { archive, files }: Library): KnownFile[] | null {
  const noted = read(file)[archive.sha256]
  const isTrue =
    noted?.length === files.length &&
    noted.every(({ name }, index) => name === basename(name) && name.startsWith(files[index] as string))
  return isTrue ? noted : null
}

/** Notes what came out of archives whose checksums were right. Throws UserErrors where it cannot be written. */
export async function noteTrusted(file: string, taken: Archives): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await trustRecord.write(file, { archives: { ...read(file), ...taken } })
}
