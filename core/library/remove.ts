import { readdir } from 'node:fs/promises'
import { disk } from '../files/disk.ts'
import { placesIn } from './places.ts'

/** Deletes what a library's folder holds of the studio, and these files; the folder too where nothing else is in it. */
export async function removeLibrary(folder: string, files: readonly string[]): Promise<void> {
  for (const [, place] of placesIn(folder)) await disk.rm(place, { recursive: true, force: true })
  for (const file of files) await disk.rm(file, { force: true })
  if ((await readdir(folder).catch(() => ['?'])).length === 0) await disk.rm(folder, { recursive: true, force: true })
}
