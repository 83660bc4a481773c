import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from './files/atomic.ts'
import { Preferences } from './contract/index.ts'
import type { ReportBug } from './host/error-log.ts'

const PreferencesFile = Preferences.extend({ libraryFolder: z.string().nullable().default(null), gpuPackFolder: z.string().nullable().default(null) })
export type StoredPreferences = z.infer<typeof PreferencesFile>

/** Reads the preferences; a missing file gives the defaults. So does a damaged one, which is kept as `<file>.damaged` and reported. */
export async function readPreferences(file: string, report: ReportBug): Promise<StoredPreferences> {
  try {
    return PreferencesFile.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      report('preferences', error)
      await copyFile(file, `${file}.damaged`).catch(() => undefined)
    }
    return PreferencesFile.parse({})
  }
}

/** Writes the preferences atomically. */
export async function writePreferences(file: string, preferences: StoredPreferences): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFileAtomic(file, JSON.stringify(preferences, null, 2))
}
