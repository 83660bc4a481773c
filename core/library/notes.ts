// Notes that lie in a library's folder: that a copy is being made there, and that it has been moved away.
import { join } from 'node:path'
import { z } from 'zod'
import { defineStored } from '../files/stored.ts'

const Note = z.object({
  from: z.string().max(4096),
  to: z.string().max(4096),
  /** ISO 8601 */
  at: z.iso.datetime(),
})
export type MoveNote = z.infer<typeof Note>

export const moveNote = defineStored({
  name: 'library-move.json',
  schema: Note,
  migrations: [],
  maxBytes: 20_000,
  later: 'read',
})

/** In a folder that a library is being copied to. */
export const comingNote = (folder: string): string => join(folder, '.terakoya-coming.json')
/** In a folder that a library was copied from. */
export const movedNote = (folder: string): string => join(folder, '.terakoya-moved.json')

export const readMoveNote = (file: string): Promise<MoveNote | null> => moveNote.read(file).catch(() => null)
