import { lstat, mkdir, readdir, readFile, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DatasetId, ExperimentId, UserError, type Handlers, type TrashContents, type TrashEntry, type TrashKind } from '../contract/index.ts'
import { writeFileAtomic } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'

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
  /** Notes that something has been moved to the trash. It stays as long as this process lives, so that it can be undone. */
  note(kind: TrashKind, id: string): Promise<void>
  /** Deletes for good what is too old or does not fit, the oldest first. Call once at the start. */
  purge(): Promise<void>
}

const Index = z.object({
  /** When the library was opened last. */
  openedAt: z.string(),
  entries: z.record(z.string(), z.object({ name: z.string(), deletedAt: z.string() })),
})
type Index = z.infer<typeof Index>
type Item = Pick<TrashEntry, 'kind' | 'id'>

const keyOf = ({ kind, id }: Item): string => `${kind} ${id}`

/** The trash of a library: datasets and experiments that were deleted, as they were, and a file that notes when. Calls follow each other. */
export function createTrash(options: TrashOptions): Trash {
  const now = options.now ?? (() => new Date())
  const kept = new Set<string>()
  let queue: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work).catch((error: unknown) => { throw toDiskError(error, options.folder) })
    queue = result.catch(() => undefined)
    return result
  }
  const indexFile = join(options.folder, INDEX_FILE)
  const filesOf = ({ kind, id }: Item): string[] => (kind === 'experiment' ? [id] : [`${id}${DATASET_ENDING}`, `${id}${DATASET_ENDING}.wal`]).map((name) => join(options.folder, name))

  async function readIndex(): Promise<Index> {
    try {
      return Index.parse(JSON.parse(await readFile(indexFile, 'utf8')))
    } catch {
      return { openedAt: now().toISOString(), entries: {} }
    }
  }

  /** What lies in the trash. What is not noted yet counts as deleted now: it came from an earlier version or by hand. */
  async function entries(): Promise<TrashEntry[]> {
    const index = await readIndex()
    const noted: Index['entries'] = {}
    const found: TrashEntry[] = []
    for (const item of await itemsIn(options.folder)) {
      const note = index.entries[keyOf(item)] ?? { name: await options.nameOf[item.kind](item.id).catch(() => item.id), deletedAt: now().toISOString() }
      noted[keyOf(item)] = note
      found.push({ ...item, ...note, sizeBytes: await sizeOf(filesOf(item)) })
    }
    if (JSON.stringify(noted) !== JSON.stringify(index.entries)) await writeIndex({ ...index, entries: noted })
    return found.sort((a, b) => b.deletedAt.localeCompare(a.deletedAt))
  }

  /** A note that cannot be written is made again; only the time is another one then. */
  async function writeIndex(index: Index): Promise<void> {
    if (options.isWritable ?? true) await writeFileAtomic(indexFile, JSON.stringify(index)).catch(() => undefined)
  }

  async function maxBytes(): Promise<number> {
    const { blocks, bsize } = await statfs(options.folder)
    return Math.min(MAX_BYTES, blocks * bsize * MAX_SHARE_OF_DISK)
  }

  const contents = async (): Promise<TrashContents> => ({ entries: await entries(), maxDays: MAX_DAYS, maxBytes: await maxBytes() })

  async function requireItem(item: Item): Promise<void> {
    if (!(await itemsIn(options.folder)).some((found) => keyOf(found) === keyOf(item))) throw new UserError('trash/not-found', { id: item.id })
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
    restore: (item) => inTurn(async () => {
      await requireItem(item)
      await options.restore[item.kind](item.id)
      return changed()
    }),
    remove: (item) => inTurn(async () => {
      await requireItem(item)
      await erase(item)
      return changed()
    }),
    empty: () => inTurn(async () => {
      for (const item of await itemsIn(options.folder)) await erase(item)
      return changed()
    }),
    note: (kind, id) => inTurn(async () => {
      kept.add(keyOf({ kind, id }))
      const index = await readIndex()
      const name = await options.nameOf[kind](id).catch(() => id)
      await writeIndex({ ...index, entries: { ...index.entries, [keyOf({ kind, id })]: { name, deletedAt: now().toISOString() } } })
      options.onChange()
    }),
    purge: () => inTurn(async () => {
      const found = await entries()
      const index = await readIndex()
      // Counted up to when the library was opened before: a clock that is wrong for once deletes nothing.
      const limit = Math.min(Date.parse(index.openedAt), now().getTime()) - MAX_DAYS * DAY_MS
      let room = await maxBytes()
      for (const entry of found) {
        room -= entry.sizeBytes
        const mayGo = !kept.has(keyOf(entry))
        if (mayGo && (room < 0 || Date.parse(entry.deletedAt) < limit)) await erase(entry)
      }
      await writeIndex({ ...(await readIndex()), openedAt: now().toISOString() })
      options.onChange()
    }),
  }
}

async function itemsIn(folder: string): Promise<Item[]> {
  await mkdir(folder, { recursive: true })
  const found = await readdir(folder, { withFileTypes: true })
  return found.flatMap((entry): Item[] => {
    if (entry.isFile() && entry.name.endsWith(DATASET_ENDING) && DatasetId.safeParse(entry.name.slice(0, -DATASET_ENDING.length)).success) return [{ kind: 'dataset', id: entry.name.slice(0, -DATASET_ENDING.length) }]
    return entry.isDirectory() && ExperimentId.safeParse(entry.name).success ? [{ kind: 'experiment', id: entry.name }] : []
  })
}

/** Bytes that these files and folders take, without following links. */
async function sizeOf(paths: readonly string[]): Promise<number> {
  let bytes = 0
  for (const path of paths) {
    const stats = await lstat(path).catch(() => null)
    if (!stats) continue
    bytes += stats.size
    if (stats.isDirectory()) bytes += await sizeOf((await readdir(path)).map((name) => join(path, name)))
  }
  return bytes
}
