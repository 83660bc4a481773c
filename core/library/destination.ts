// Where a library may go.
import { randomBytes } from 'node:crypto'
import { readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { UserError, type LibraryMovePlan } from '../contract/index.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { isWithin } from '../files/inside.ts'
import { inGigabytes } from '../files/space.ts'
import { warningsOf } from './cloud.ts'
import { comingNote, readMoveNote } from './notes.ts'
import { freeBytesOf } from './usage.ts'
import { isFile, walkLibrary } from './walk.ts'

/** What a library is called in a folder that holds other things. */
const OWN_NAME = 'Terakoya Studio'
/** Systems put such files into every folder that they show. */
const SHOWN_NAMES = new Set(['.DS_Store', 'desktop.ini', 'Thumbs.db', '.localized', '.directory'])
/** FAT's largest file. */
const FAT_FILE_BYTES = 2 ** 32 - 1

export interface PlanOptions {
  /** Where a copy was broken off, whose beginning may go. */
  readonly brokenOff?: string | null
  readonly signal?: AbortSignal
}

/**
 * What moving a library into a chosen folder means. Throws UserError 'library/move-same' {folder}, 'library/move-inside'
 * {folder}, 'library/move-taken' {folder}, 'library/move-space' {needed, free}, 'library/move-file-size' {file}, and
 * 'library/unwritable' {folder}.
 */
export async function planMove(
  from: string,
  chosen: string,
  { brokenOff = null, signal }: PlanOptions = {},
): Promise<LibraryMovePlan> {
  const to = await destinationIn(from, chosen, brokenOff)
  const parent = await nearestFolder(to)
  await probe(parent)
  const warnings = await warningsOf(to, parent)
  const isFat = warnings.some(({ kind }) => kind === 'removable-format')
  let [bytes, files] = [0, 0]
  for await (const found of walkLibrary(from, signal)) {
    if (!isFile(found)) continue
    if (isFat && found.bytes > FAT_FILE_BYTES)
      throw new UserError('library/move-file-size', { file: found.steps.join('/') })
    bytes += found.bytes
    files++
  }
  const freeBytes = await freeBytesOf(parent)
  if (freeBytes !== null && bytes > freeBytes)
    throw new UserError('library/move-space', { needed: inGigabytes(bytes), free: inGigabytes(freeBytes) })
  return { from, to, bytes, files, freeBytes, warnings }
}

async function destinationIn(from: string, chosen: string, brokenOff: string | null): Promise<string> {
  const wanted = await realPathOf(chosen)
  const source = await realPathOf(from)
  if (await isSameFolder(source, wanted)) throw new UserError('library/move-same', { folder: wanted })
  const to = (await isFree(wanted, brokenOff)) ? wanted : join(wanted, OWN_NAME)
  if (await isSameFolder(source, to)) throw new UserError('library/move-same', { folder: to })
  if (isWithin(source, to) || isWithin(to, source)) throw new UserError('library/move-inside', { folder: to })
  if (!(await isFree(to, brokenOff))) throw new UserError('library/move-taken', { folder: to })
  return to
}

/** Not there, empty, or with the beginning of the copy that was broken off. */
async function isFree(folder: string, brokenOff: string | null): Promise<boolean> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error.code === 'ENOTDIR' ? new UserError('library/not-folder', { folder }) : toDiskError(error, folder)
  })
  if (names.every((name) => SHOWN_NAMES.has(name))) return true
  return folder === brokenOff && (await readMoveNote(comingNote(folder))) !== null
}

/** Links are followed as far as the path is there. */
async function realPathOf(folder: string): Promise<string> {
  const path = resolve(folder)
  return realpath(path).catch(async () =>
    dirname(path) === path ? path : join(await realPathOf(dirname(path)), path.slice(dirname(path).length)),
  )
}

/** Also by another name, or in other letters where the disk makes no difference. */
async function isSameFolder(one: string, other: string): Promise<boolean> {
  if (one === other) return true
  const [a, b] = await Promise.all([one, other].map((folder) => stat(folder).catch(() => null)))
  return !!a && !!b && a.ino !== 0 && a.ino === b.ino && a.dev === b.dev
}

async function nearestFolder(folder: string): Promise<string> {
  if ((await stat(folder).catch(() => null))?.isDirectory()) return folder
  return dirname(folder) === folder ? folder : nearestFolder(dirname(folder))
}

/** Tries what every write of the studio does. Throws UserError 'library/unwritable' {folder}. */
async function probe(folder: string): Promise<void> {
  const [file, moved] = ['', '-2'].map((end) =>
    join(folder, `.terakoya-${randomBytes(6).toString('hex')}${end}.tmp`),
  ) as [string, string]
  try {
    const handle = await disk.open(file, 'wx')
    try {
      await handle.writeFile('terakoya')
      await handle.sync()
    } finally {
      await handle.close()
    }
    await disk.rename(file, moved)
  } catch {
    throw new UserError('library/unwritable', { folder })
  } finally {
    for (const each of [file, moved]) await disk.rm(each, { force: true }).catch(() => undefined)
  }
}
