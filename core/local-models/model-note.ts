import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { HubModelId, HubRevision } from '../contract/index.ts'
import { defineStored } from '../files/stored.ts'

/** In the folder of a model of the library: what its own files do not say. */
export const NOTE_FILE = '.terakoya.json'

const Note = z.object({
  /** What the user calls it; null: as its folder. */
  name: z.string().trim().min(1).max(120).nullable().catch(null).default(null),
  hub: z
    .object({ id: HubModelId, revision: HubRevision, commit: z.string().max(100).default('') })
    .nullable()
    .catch(null)
    .default(null),
  /** A run's adapter was computed into it. */
  isMerged: z.boolean().catch(false).default(false),
})
export type ModelNote = z.infer<typeof Note>

export const modelNote = defineStored({
  name: 'model-note.json',
  schema: Note,
  migrations: [],
  maxBytes: 10_000,
  later: 'read',
})

const NOTHING: ModelNote = Note.parse({})

/** The note in a model's folder; one that says nothing where there is none, or none that can be read. */
export async function readNote(folder: string): Promise<ModelNote> {
  const file = join(folder, NOTE_FILE)
  const found = await lstat(file).catch(() => null)
  // A link would lead to a file elsewhere.
  return found?.isFile() ? modelNote.read(file).catch(() => NOTHING) : NOTHING
}

/** Changes what is named and keeps the rest. Throws UserError 'disk-full' or 'library/unwritable'. */
export async function writeNote(folder: string, changes: Partial<ModelNote>): Promise<void> {
  await modelNote.write(join(folder, NOTE_FILE), { ...(await readNote(folder)), ...changes })
}

/** What a model is called, by its note; `id` where that says nothing. */
export const nameOfModel = async (folder: string, id: string): Promise<string> => (await readNote(folder)).name ?? id
