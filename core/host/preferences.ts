import { copyFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { Preferences, UserError } from '../contract/index.ts'
import { sweepTemporary } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { defineStored } from '../files/stored.ts'
import type { ReportBug } from './error-log.ts'

const PreferencesFile = Preferences.extend({
  libraryFolder: z.string().nullable().default(null),
  gpuPackFolder: z.string().nullable().default(null),
  /** See MoveMemory. */
  movingTo: z.string().nullable().default(null),
  leftLibraries: z.array(z.string()).max(20).default([]),
})
const HOUR_MS = 3_600_000

export const preferencesFile = defineStored({
  name: 'preferences.json',
  schema: PreferencesFile,
  migrations: [],
  maxBytes: 1e6,
  later: 'read',
})

export type StoredPreferences = z.infer<typeof PreferencesFile>

/**
 * Reads the preferences; a missing file gives the defaults. So does a damaged one, which is kept as `<file>.damaged`
 * and reported.
 */
export async function readPreferences(file: string, report: ReportBug): Promise<StoredPreferences> {
  // Other hosts of this account may be writing now.
  await sweepTemporary(dirname(file), { olderThanMs: HOUR_MS })
  try {
    return await preferencesFile.read(file)
  } catch (error) {
    if (!(error instanceof UserError && error.error.code === 'file/not-found')) {
      report('preferences', error)
      if (!(error instanceof UserError)) await copyFile(file, `${file}.damaged`).catch(() => undefined)
    }
    return PreferencesFile.parse({})
  }
}

/** Writes the preferences atomically. Throws UserError 'disk-full' or 'preferences/unwritable'. */
export async function writePreferences(file: string, preferences: StoredPreferences): Promise<void> {
  const folder = dirname(file)
  try {
    await disk.mkdir(folder, { recursive: true })
    await preferencesFile.write(file, preferences)
  } catch (error) {
    const told = toDiskError(error, folder)
    throw told instanceof UserError && told.error.code === 'library/unwritable'
      ? new UserError('preferences/unwritable', { folder })
      : told
  }
}
