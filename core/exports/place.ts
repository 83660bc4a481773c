// Where an export comes to lie: a draft beside its place, which is renamed when all is written.
import { lstat, readdir, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'
import { UserError } from '../contract/index.ts'
import { syncFolder } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { ensureFolder } from '../files/ensure-folder.ts'
import { plainName } from '../files/plain-name.ts'

const DRAFT = '.terakoya-draft-'
/** A draft that nobody has written to for so long was left behind by a process that was killed. */
const ABANDONED_MS = 24 * 3600 * 1000
/** The disk needs room for the folder itself, and the system some beside it. */
const SPARE_BYTES = 32e6
const MAX_NAMES = 10_000
const GIGA = 1e9

/** What is written, and where. */
export interface Place {
  readonly folder: string
  /** What must be there already; the folder above where it is left out. */
  readonly under?: string
  /** Without its ending. */
  readonly name: string
  /** Of the one file; null for a folder. */
  readonly ending: string | null
  /** The person was asked for this very path, and whether it may be replaced. */
  readonly isChosen?: boolean
}

/** The place of a file that a person has named. */
export const placeOfFile = (path: string): Place => {
  const { dir, name, ext } = parse(path)
  return { folder: dir, name, ending: ext, isChosen: true }
}

/** A name that every system takes and that shows which run it is of; for folders, in which form too. */
export const nameFor = (runName: string, form: string | null): string =>
  plainName([runName.replaceAll(/[<>:"/\\|?*]/g, '-').trim(), ...(form === null ? [] : [form])].join('-'))

/** The first of `name`, `name-2`, `name-3` … that nothing in the folder has. */
export async function freeName({ folder, name, ending }: Place): Promise<string> {
  for (let count = 1; count < MAX_NAMES; count++) {
    const free = `${name}${count === 1 ? '' : `-${count}`}${ending ?? ''}`
    if (!(await isThere(join(folder, free)))) return free
  }
  throw new UserError('export/folder-unwritable', { folder })
}

/** A link counts, wherever it leads. */
export const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )

/** Free bytes of the disk that the folder is, or would be, on; null where the system does not say. */
export async function freeBytesAt(folder: string): Promise<number | null> {
  const found = await statfs(folder).catch(() => null)
  if (found) return found.bavail * found.bsize
  return dirname(folder) === folder ? null : freeBytesAt(dirname(folder))
}

/** Throws UserError 'export/no-space' where so many bytes do not fit. */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const free = await freeBytesAt(folder)
  if (free === null || free >= bytes + SPARE_BYTES) return
  const gigabytes = (value: number): string => (value / GIGA).toFixed(1)
  throw new UserError('export/no-space', { folder, needed: gigabytes(bytes + SPARE_BYTES), free: gigabytes(free) })
}

/**
 * Makes a draft folder, lets `fill` write into it, and moves what it wrote to a name that is free then. Returns the
 * path. Whatever goes wrong, nothing is left. Throws UserError 'export/folder-unwritable' or 'disk-full', and what
 * `fill` throws.
 */
export async function inDraft(
  place: Place,
  draftName: string,
  fill: (written: string) => Promise<void>,
): Promise<string> {
  const { folder, ending, name } = place
  const draft = join(folder, `${DRAFT}${draftName}`)
  try {
    await ensureFolder(folder, place.under)
    await sweepDrafts(folder)
    await disk.mkdir(draft)
    const written = ending === null ? draft : join(draft, `${name}${ending}`)
    await fill(written)
    await syncFolder(draft)
    const path = join(folder, place.isChosen ? `${name}${ending ?? ''}` : await freeName(place))
    await disk.rename(written, path)
    if (ending !== null) await disk.rm(draft, { recursive: true, force: true })
    await syncFolder(folder)
    return path
  } catch (error) {
    await disk.rm(draft, { recursive: true, force: true }).catch(() => undefined)
    const told = toDiskError(error, folder)
    throw told instanceof UserError && told.error.code === 'library/unwritable'
      ? new UserError('export/folder-unwritable', { folder })
      : told
  }
}

async function sweepDrafts(folder: string): Promise<void> {
  for (const entry of (await readdir(folder)).filter((each) => each.startsWith(DRAFT))) {
    const found = await stat(join(folder, entry)).catch(() => null)
    if (found && found.mtimeMs < Date.now() - ABANDONED_MS)
      await rm(join(folder, entry), { recursive: true, force: true }).catch(() => undefined)
  }
}
