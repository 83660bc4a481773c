import { lstat, mkdir, readdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import {
  DatasetId,
  ExperimentId,
  UserError,
  type Handlers,
  type TrashContents,
  type TrashEntry,
  type TrashKind,
} from '../contract/index.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { defineStored } from '../files/stored.ts'

const INDEX_FILE = '.index.json'
const DATASET_ENDING = '.duckdb'

const MAX_DAYS = 30
const DAY_MS = 86_400_000
const MAX_BYTES = 10e9
const MAX_SHARE_OF_DISK = 0.1

type TrashHandlers = { [N in keyof Handlers as N extends `trash.${infer C}` ? C : never]: Handlers[N] }

export interface TrashOptions {
  readonly folder: string
  /** The name that the user gave it, as its files tell; it lies in the trash. */
  readonly nameOf: Readonly<Record<TrashKind, (id: string) => Promise<string>>>
  /** Brings it back to where it was. */
  readonly restore: Readonly<Record<TrashKind, (id: string) => Promise<unknown>>>
  readonly onChange: () => void
  /** False where another host writes: only `list` is asked for, and notes nothing. */
  readonly isWritable?: boolean
  readonly now?: () => Date
}

export interface Trash extends TrashHandlers {
  /**
   * Notes that something has been moved to the trash. It stays as long as this process lives, so that it can be undone.
   */
  note(kind: TrashKind, id: string): Promise<void>
  /**
   * Deletes for good what is too old or does not fit, the oldest first; what cannot be deleted stays. Call once at the
   * start.
   */
  purge(): Promise<void>
}

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
type Note = z.infer<typeof Note>
const Index = z.object({
  /** When the library was opened last. */
  openedAt: time,
  entries: z.record(z.string(), Note),
})
type Index = z.infer<typeof Index>
export const trashIndex = defineStored({
  name: 'trash-index.json',
  schema: Index,
  migrations: [],
  maxBytes: 16_000_000,
  later: 'read',
})
type Item = Pick<TrashEntry, 'kind' | 'id'>

const keyOf = ({ kind, id }: Item): string => `${kind} ${id}`

/**
 * The trash of a library: datasets and experiments that were deleted, as they were, and a file that notes when. Calls
 * follow each other.
 */
export function createTrash(options: TrashOptions): Trash {
  const now = options.now ?? (() => new Date())
  const kept = new Set<string>()
  let queue: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work).catch((error: unknown) => {
      throw toDiskError(error, options.folder)
    })
    queue = result.catch(() => undefined)
    return result
  }
  const indexFile = join(options.folder, INDEX_FILE)
  const filesOf = ({ kind, id }: Item): string[] =>
    (kind === 'experiment' ? [id] : [`${id}${DATASET_ENDING}`, `${id}${DATASET_ENDING}.wal`]).map((name) =>
      join(options.folder, name),
    )

  async function readIndex(): Promise<Index> {
    try {
      return await trashIndex.read(indexFile)
    } catch {
      return { openedAt: now().toISOString(), entries: {} }
    }
  }

  async function newNote({ kind, id }: Item, { openedAt }: Index): Promise<Note> {
    const name = await options.nameOf[kind](id).catch(() => id)
    // Nothing was deleted before the library was opened: the clock was set back since.
    return { name, deletedAt: new Date(Math.max(now().getTime(), Date.parse(openedAt))).toISOString() }
  }

  /**
   * What lies in the trash. What is not noted yet counts as deleted now: it came from an earlier version or by hand.
   */
  async function entries(renewed = (note: Note): Note => note): Promise<TrashEntry[]> {
    const index = await readIndex()
    const noted: Index['entries'] = {}
    const found: TrashEntry[] = []
    for (const item of await itemsIn(options.folder)) {
      const note = renewed(index.entries[keyOf(item)] ?? (await newNote(item, index)))
      noted[keyOf(item)] = note
      found.push({ ...item, name: note.name, deletedAt: note.deletedAt, sizeBytes: await sizeOf(filesOf(item)) })
    }
    if (JSON.stringify(noted) !== JSON.stringify(index.entries)) await writeIndex({ ...index, entries: noted })
    return found.sort((a, b) => b.deletedAt.localeCompare(a.deletedAt))
  }

  /** A note that cannot be written is made again; only the time is another one then. */
  async function writeIndex(index: Index): Promise<void> {
    if (options.isWritable ?? true) await trashIndex.write(indexFile, index).catch(() => undefined)
  }

  async function maxBytes(): Promise<number> {
    const { blocks, bsize } = await statfs(options.folder)
    return Math.min(MAX_BYTES, blocks * bsize * MAX_SHARE_OF_DISK)
  }

  const contents = async (): Promise<TrashContents> => ({
    entries: await entries(),
    maxDays: MAX_DAYS,
    maxBytes: await maxBytes(),
  })

  async function requireItem(item: Item): Promise<void> {
    if (!(await itemsIn(options.folder)).some((found) => keyOf(found) === keyOf(item)))
      throw new UserError('trash/not-found', { id: item.id })
  }

  async function erase(item: Item): Promise<void> {
    for (const path of filesOf(item)) await disk.rm(path, { recursive: true, force: true })
  }

  /** Says what is left, also to other windows. */
  async function changed(): Promise<TrashContents> {
    const left = await contents()
    options.onChange()
    return left
  }

  return {
    list: () => inTurn(contents),
    restore: (item) =>
      inTurn(async () => {
        await requireItem(item)
        await options.restore[item.kind](item.id)
        return changed()
      }),
    remove: (item) =>
      inTurn(async () => {
        await requireItem(item)
        await erase(item)
        return changed()
      }),
    empty: () =>
      inTurn(async () => {
        const failures: unknown[] = []
        for (const item of await itemsIn(options.folder))
          await erase(item).catch((error: unknown) => failures.push(error))
        const left = await changed()
        if (failures.length > 0) throw failures[0]
        return left
      }),
    note: (kind, id) =>
      inTurn(async () => {
        kept.add(keyOf({ kind, id }))
        const index = await readIndex()
        await writeIndex({
          ...index,
          entries: { ...index.entries, [keyOf({ kind, id })]: await newNote({ kind, id }, index) },
        })
        options.onChange()
      }),
    purge: () =>
      inTurn(async () => {
        const [openedAt, at] = [Date.parse((await readIndex()).openedAt), now().getTime()]
        const found = await entries((note) => renewed(note, openedAt, at))
        // Counted up to when the library was opened before: a clock that is wrong for once deletes nothing.
        const ageOf = ({ deletedAt }: TrashEntry) => Math.min(openedAt, at) - Date.parse(deletedAt)
        let room = await maxBytes()
        for (const entry of found) {
          const [mayGo, age, fits] = [!kept.has(keyOf(entry)), ageOf(entry), entry.sizeBytes <= room]
          if (mayGo && (age > MAX_DAYS * DAY_MS || (!fits && age >= DAY_MS))) await erase(entry).catch(() => undefined)
          // What does not fit but stays for now takes no room from what does.
          else if (fits) room -= entry.sizeBytes
        }
        await writeIndex({ ...(await readIndex()), openedAt: now().toISOString() })
        options.onChange()
      }),
  }
}

/**
 * The note with a time from which its days can be counted: the clock may have been wrong when it was written, or is
 * now. After a leap of the clock, forwards and for longer than anything is kept, days are counted anew, once; after one
 * backwards as soon as the library was opened twice with the earlier time.
 */
function renewed(note: Note, openedAt: number, now: number): Note {
  const age = now - Date.parse(note.deletedAt)
  const renew = { name: note.name, deletedAt: new Date(now).toISOString() }
  if (age > MAX_DAYS * DAY_MS && now - openedAt > MAX_DAYS * DAY_MS && !note.isRenewed)
    return { ...renew, isRenewed: true }
  return age < -DAY_MS && openedAt <= now ? renew : note
}

async function itemsIn(folder: string): Promise<Item[]> {
  await mkdir(folder, { recursive: true })
  const found = await readdir(folder, { withFileTypes: true })
  return found.flatMap((entry): Item[] => {
    if (
      entry.isFile() &&
      entry.name.endsWith(DATASET_ENDING) &&
      DatasetId.safeParse(entry.name.slice(0, -DATASET_ENDING.length)).success
    )
      return [{ kind: 'dataset', id: entry.name.slice(0, -DATASET_ENDING.length) }]
    return entry.isDirectory() && ExperimentId.safeParse(entry.name).success
      ? [{ kind: 'experiment', id: entry.name }]
      : []
  })
}

/** Bytes that these files and folders take, without following links; those that cannot be read count nothing. */
async function sizeOf(paths: readonly string[]): Promise<number> {
  let bytes = 0
  for (const path of paths) {
    const stats = await lstat(path).catch(() => null)
    if (!stats) continue
    bytes += stats.size
    if (stats.isDirectory())
      bytes += await sizeOf((await readdir(path).catch(() => [])).map((name) => join(path, name)))
  }
  return bytes
}
