// The file of a trash that notes when something was moved there.
import { join } from 'node:path'
import { z } from 'zod'
import { defineStored } from '../files/stored.ts'

const INDEX_FILE = '.index.json'
/** Nothing is kept for longer. */
export const MAX_DAYS = 30
export const DAY_MS = 86_400_000

const time = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)))
  .transform((text) => new Date(text).toISOString())
const Note = z.object({
  name: z.string(),
  deletedAt: time,
  /** Its days were counted anew once. */
  isRenewed: z.boolean().optional(),
})
export type Note = z.infer<typeof Note>
const Index = z.object({
  /** When the library was opened last. */
  openedAt: time,
  entries: z.record(z.string(), Note),
})
export type Index = z.infer<typeof Index>
export const trashIndex = defineStored({
  name: 'trash-index.json',
  schema: Index,
  migrations: [],
  maxBytes: 16_000_000,
  later: 'read',
})

export interface IndexFile {
  /** An empty index where none can be read. */
  read(): Promise<Index>
  /** A note that cannot be written is made again; only the time is another one then. */
  write(index: Index): Promise<void>
}

export interface IndexFileOptions {
  readonly folder: string
  readonly isWritable: boolean
  readonly now: () => Date
}

/** The index of the trash in this folder. */
export function indexFileIn({ folder, isWritable, now }: IndexFileOptions): IndexFile {
  const path = join(folder, INDEX_FILE)
  return {
    async read() {
      try {
        return await trashIndex.read(path)
      } catch {
        return { openedAt: now().toISOString(), entries: {} }
      }
    },
    async write(index) {
      if (isWritable) await trashIndex.write(path, index).catch(() => undefined)
    },
  }
}

/**
 * The note with a time from which its days can be counted: the clock may have been wrong when it was written, or is
 * now. After a leap of the clock, forwards and for longer than anything is kept, days are counted anew, once; after one
 * backwards as soon as the library was opened twice with the earlier time.
 */
export function renewed(note: Note, openedAt: number, now: number): Note {
  const age = now - Date.parse(note.deletedAt)
  const renew = { name: note.name, deletedAt: new Date(now).toISOString() }
  if (age > MAX_DAYS * DAY_MS && now - openedAt > MAX_DAYS * DAY_MS && !note.isRenewed)
    return { ...renew, isRenewed: true }
  return age < -DAY_MS && openedAt <= now ? renew : note
}
