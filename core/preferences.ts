import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from './files/atomic.ts'
import { Preferences } from './contract/index.ts'

const PreferencesFile = Preferences.extend({ libraryFolder: z.string().nullable().default(null), gpuPackFolder: z.string().nullable().default(null) })
export type StoredPreferences = z.infer<typeof PreferencesFile>

/** Reads the preferences; a missing or damaged file gives the defaults. */
export async function readPreferences(file: string): Promise<StoredPreferences> {
  try {
    return PreferencesFile.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return PreferencesFile.parse({})
  }
}

/** Writes the preferences atomically. */
export async function writePreferences(file: string, preferences: StoredPreferences): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFileAtomic(file, JSON.stringify(preferences, null, 2))
}
