import { statfs } from 'node:fs/promises'
import type { Handlers, TrashContents, TrashEntry, TrashKind } from '../contract/index.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { DAY_MS, indexFileIn, MAX_DAYS, renewed, type Index, type IndexFile, type Note } from './trash-index.ts'
import { erase, itemsIn, keyOf, requireItem, sizeOfItem, type Item } from './trash-items.ts'

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

/**
 * The trash of a library: what was deleted, as they were, and a file that notes when. Calls
 * follow each other.
 */
export function createTrash(options: TrashOptions): Trash {
  const { folder } = options
  const now = options.now ?? (() => new Date())
  const kept = new Set<string>()
  const index = indexFileIn({ folder, isWritable: options.isWritable ?? true, now })
  const shelf: Shelf = { options, now, index }
  const inTurn = turnsOf(folder)

  /** Says what is left, also to other windows. */
  async function changed(): Promise<TrashContents> {
    const left = await contents(shelf)
    options.onChange()
    return left
  }

  return {
    list: () => inTurn(() => contents(shelf)),
    restore: (item) =>
      inTurn(async () => {
        await requireItem(folder, item)
        await options.restore[item.kind](item.id)
        return changed()
      }),
    remove: (item) =>
      inTurn(async () => {
        await requireItem(folder, item)
        await erase(folder, item)
        return changed()
      }),
    empty: () =>
      inTurn(async () => {
        const failures: unknown[] = []
        for (const item of await itemsIn(folder))
          await erase(folder, item).catch((error: unknown) => failures.push(error))
        const left = await changed()
        if (failures.length > 0) throw failures[0]
        return left
      }),
    note: (kind, id) =>
      inTurn(async () => {
        kept.add(keyOf({ kind, id }))
        await noteDeleted(shelf, { kind, id })
        options.onChange()
      }),
    purge: () =>
      inTurn(async () => {
        await purge(shelf, kept)
        options.onChange()
      }),
  }
}

/** A trash and what it is asked about with. */
interface Shelf {
  readonly options: TrashOptions
  readonly now: () => Date
  readonly index: IndexFile
}

/** Work on a folder that follows each other; what fails is told as what the disk said. */
function turnsOf(folder: string): <T>(work: () => Promise<T>) => Promise<T> {
  let queue: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = queue.then(work).catch((error: unknown) => {
      throw toDiskError(error, folder)
    })
    queue = result.catch(() => undefined)
    return result
  }
}

async function newNote({ options, now }: Shelf, { kind, id }: Item, { openedAt }: Index): Promise<Note> {
  const name = await options.nameOf[kind](id).catch(() => id)
  // Nothing was deleted before the library was opened: the clock was set back since.
  return { name, deletedAt: new Date(Math.max(now().getTime(), Date.parse(openedAt))).toISOString() }
}

/**
 * What lies in the trash. What is not noted yet counts as deleted now: it came from an earlier version or by hand.
 */
async function entries(shelf: Shelf, renewed = (note: Note): Note => note): Promise<TrashEntry[]> {
  const { folder } = shelf.options
  const index = await shelf.index.read()
  const noted: Index['entries'] = {}
  const found: TrashEntry[] = []
  for (const item of await itemsIn(folder)) {
    const note = renewed(index.entries[keyOf(item)] ?? (await newNote(shelf, item, index)))
    noted[keyOf(item)] = note
    found.push({ ...item, name: note.name, deletedAt: note.deletedAt, sizeBytes: await sizeOfItem(folder, item) })
  }
  if (JSON.stringify(noted) !== JSON.stringify(index.entries)) await shelf.index.write({ ...index, entries: noted })
  return found.sort((a, b) => b.deletedAt.localeCompare(a.deletedAt))
}

async function maxBytes(folder: string): Promise<number> {
  const { blocks, bsize } = await statfs(folder)
  return Math.min(MAX_BYTES, blocks * bsize * MAX_SHARE_OF_DISK)
}

const contents = async (shelf: Shelf): Promise<TrashContents> => ({
  entries: await entries(shelf),
  maxDays: MAX_DAYS,
  maxBytes: await maxBytes(shelf.options.folder),
})

async function noteDeleted(shelf: Shelf, item: Item): Promise<void> {
  const index = await shelf.index.read()
  await shelf.index.write({ ...index, entries: { ...index.entries, [keyOf(item)]: await newNote(shelf, item, index) } })
}

async function purge(shelf: Shelf, kept: ReadonlySet<string>): Promise<void> {
  const { folder } = shelf.options
  const [openedAt, at] = [Date.parse((await shelf.index.read()).openedAt), shelf.now().getTime()]
  const found = await entries(shelf, (note) => renewed(note, openedAt, at))
  // Counted up to when the library was opened before: a clock that is wrong for once deletes nothing.
  const ageOf = ({ deletedAt }: TrashEntry) => Math.min(openedAt, at) - Date.parse(deletedAt)
  let room = await maxBytes(folder)
  for (const entry of found) {
    const [mayGo, age, fits] = [!kept.has(keyOf(entry)), ageOf(entry), entry.sizeBytes <= room]
    if (mayGo && (age > MAX_DAYS * DAY_MS || (!fits && age >= DAY_MS)))
      await erase(folder, entry).catch(() => undefined)
    // What does not fit but stays for now takes no room from what does.
    else if (fits) room -= entry.sizeBytes
  }
  await shelf.index.write({ ...(await shelf.index.read()), openedAt: shelf.now().toISOString() })
}
