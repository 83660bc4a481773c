import * as fs from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { FileOperation } from './fault.ts'

/** Kept as they were: the functions of node:fs are replaced later. */
const { fstatSync, linkSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, truncateSync } = fs

/** A change of a folder's entries that a power cut still takes back: the folder has not been synced since. */
type Change =
  | { readonly kind: 'made'; path: string }
  /** `backup`: what had the name before. */
  | { readonly kind: 'moved'; readonly from: string; path: string; readonly backup: Backup | null }
  | { readonly kind: 'gone'; path: string; readonly backup: Backup }

/** Hard links to what a change replaces or removes, and the keys of those files. */
interface Backup {
  readonly path: string
  readonly keys: readonly string[]
}

/** A call that is under way. */
export interface Step {
  done(): void
  failed(): void
}

/** What a call is about to change. */
export interface Intent {
  readonly operation: FileOperation
  readonly path: string
  /** Of a rename. */
  readonly from?: string
  /** An existing file loses what it holds. */
  readonly isEmptied?: boolean
}

const BACKUPS = '.power-'

/** Whether a path below the followed folder is this file's own. */
export const isBackup = (relativePath: string): boolean => relativePath.startsWith(BACKUPS)

const NOTHING: Step = { done: () => undefined, failed: () => undefined }

/**
 * What a power cut would take. Of a file only the bytes that were there at its last sync are sure to stay, whatever its
 * name is now. Of a folder only the names are that were there at its last sync: files and folders made since are gone,
 * renames and removals are undone.
 */
export class PowerCut {
  readonly #folder: string
  readonly #backups: string
  /** Bytes that are safe, by file; files that nobody wrote to are safe as a whole. */
  readonly #safeBytes = new Map<string, number>()
  /**
   * How long a file was when this process last wrote to it: what is longer has been written by another, which syncs it
   * itself.
   */
  readonly #ownBytes = new Map<string, number>()
  readonly #pending: Change[] = []
  #isFollowing = false
  #backupCount = 0

  constructor(folder: string) {
    this.#folder = resolve(folder)
    this.#backups = join(this.#folder, `${BACKUPS}${process.pid}`)
  }

  /** Names are followed only while a power cut is to come: what they replace must be held. */
  follow(isToCome: boolean): void {
    if (!isToCome) for (const change of this.#pending.splice(0)) this.#forget(change)
    this.#isFollowing = isToCome
  }

  /** Before a call; one of the functions of the step after it. */
  begin({ operation, path: given, from, isEmptied = false }: Intent): Step {
    const path = resolve(given)
    if (operation === 'rename') return this.#beginMove(resolve(from ?? ''), path)
    if (operation === 'rm') return this.#beginRemoval(path)
    if (operation === 'mkdir') return this.#hold(missingFolders(path).map((made) => ({ kind: 'made', path: made })))
    if (operation === 'link') return this.#hold([{ kind: 'made', path }])
    if (operation === 'sync' || operation === 'truncate') return NOTHING
    return this.#beginWriting(path, isEmptied || operation === 'copy')
  }

  /** A file's contents or a folder's names are on the disk now. */
  keep(descriptor: number, path: string): void {
    try {
      const found = fstatSync(descriptor)
      if (found.isFile()) this.#written(found).#safeBytes.set(keyOf(found), found.size)
      else if (found.isDirectory()) this.#keepFolder(resolve(path))
    } catch {
      // It was closed meanwhile.
    }
  }

  /** Something was written to an open file. */
  wrote(descriptor: number): void {
    try {
      this.#written(fstatSync(descriptor))
    } catch {
      // It was closed meanwhile.
    }
  }

  #written(found: fs.Stats): this {
    if (found.isFile()) this.#ownBytes.set(keyOf(found), found.size)
    return this
  }

  cut(): void {
    for (const change of this.#pending.reverse()) ignoring(() => undo(change))
    rmSync(this.#backups, { recursive: true, force: true })
    for (const path of filesBelow(this.#folder))
      ignoring(() => {
        const found = lstatSync(path)
        const bytes = this.#safeBytes.get(keyOf(found))
        const isOthers = found.size > (this.#ownBytes.get(keyOf(found)) ?? Infinity)
        if (bytes !== undefined && found.size > bytes && !isOthers) truncateSync(path, bytes)
      })
  }

  #beginWriting(path: string, isEmptied: boolean): Step {
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (!found) {
      const step = this.#hold([{ kind: 'made', path }])
      return { ...step, done: () => this.#nothingIsSafe(path) }
    }
    if (!found.isFile()) return NOTHING
    const key = keyOf(found)
    const before = this.#safeBytes.get(key)
    if (isEmptied) this.#safeBytes.set(key, 0)
    else if (before === undefined) this.#safeBytes.set(key, found.size)
    return {
      done: () => this.#wroteTo(path),
      failed: () => void (before === undefined ? this.#safeBytes.delete(key) : this.#safeBytes.set(key, before)),
    }
  }

  #nothingIsSafe(path: string): void {
    const made = lstatSync(path, { throwIfNoEntry: false })
    if (made?.isFile()) this.#written(made).#safeBytes.set(keyOf(made), 0)
  }

  #wroteTo(path: string): void {
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (found) this.#written(found)
  }

  #beginMove(from: string, path: string): Step {
    if (!this.#isFollowing) return this.#afterRemoval(path)
    return this.#hold([{ kind: 'moved', from, path, backup: this.#backUp(path) }])
  }

  #beginRemoval(path: string): Step {
    const backup = this.#backUp(path)
    return backup ? this.#hold([{ kind: 'gone', path, backup }]) : this.#afterRemoval(path)
  }

  /** The numbers of files that are gone are given to others. */
  #afterRemoval(path: string): Step {
    const keys = keysBelow(path)
    return { ...NOTHING, done: () => keys.forEach((key) => this.#safeBytes.delete(key)) }
  }

  #hold(changes: readonly Change[]): Step {
    if (!this.#isFollowing) return NOTHING
    this.#pending.push(...changes)
    return {
      done: () => undefined,
      failed: () =>
        changes.forEach((change) => {
          const index = this.#pending.indexOf(change)
          if (index >= 0) this.#forget(this.#pending.splice(index, 1)[0] as Change, false)
        }),
    }
  }

  #backUp(path: string): Backup | null {
    if (!this.#isFollowing || !lstatSync(path, { throwIfNoEntry: false })) return null
    mkdirSync(this.#backups, { recursive: true })
    const backup = join(this.#backups, String(this.#backupCount++))
    const keys = keysBelow(path)
    linkAll(path, backup)
    return { path: backup, keys }
  }

  #keepFolder(folder: string): void {
    const next = () => this.#pending.findIndex((_, index) => dirname(this.#nameNow(index)) === folder)
    for (let index = next(); index >= 0; index = next()) this.#settle(index)
  }

  /** What the changed entry is called after the changes that followed. */
  #nameNow(index: number): string {
    return this.#pending
      .slice(index + 1)
      .reduce(
        (name, later) => (later.kind === 'moved' ? movedName(name, later) : name),
        (this.#pending[index] as Change).path,
      )
  }

  /** A change stays: what came before it is seen from the names after it. */
  #settle(index: number): void {
    const [settled] = this.#pending.splice(index, 1) as [Change]
    this.#forget(settled)
    if (settled.kind !== 'moved') return
    for (const earlier of this.#pending.splice(0, index).reverse()) {
      if (earlier.kind !== 'gone' && earlier.path === settled.from) this.#forget(earlier)
      else {
        earlier.path = movedName(earlier.path, settled)
        this.#pending.unshift(earlier)
      }
    }
  }

  #forget(change: Change, isGone = true): void {
    if (change.kind === 'made' || !change.backup) return
    const { path, keys } = change.backup
    rmSync(path, { recursive: true, force: true })
    if (isGone) for (const key of keys) this.#safeBytes.delete(key)
  }
}

const keyOf = ({ dev, ino }: fs.Stats): string => `${dev}:${ino}`

const movedName = (name: string, { from, path }: { readonly from: string; readonly path: string }): string =>
  name === from || name.startsWith(`${from}/`) ? path + name.slice(from.length) : name

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined

function undo(change: Change): void {
  if (change.kind === 'made') return rmSync(change.path, { recursive: true, force: true })
  if (change.kind === 'moved' && isThere(change.path) && !isThere(change.from)) renameSync(change.path, change.from)
  if (change.backup && !isThere(change.path)) linkAll(change.backup.path, change.path)
}

/** The same tree in another place, of the same files. */
function linkAll(from: string, to: string): void {
  if (!lstatSync(from).isDirectory()) return linkSync(from, to)
  mkdirSync(to)
  for (const name of readdirSync(from)) linkAll(join(from, name), join(to, name))
}

function filesBelow(path: string): string[] {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found?.isDirectory()) return found?.isFile() ? [path] : []
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)))
}

const keysBelow = (path: string): string[] =>
  filesBelow(path)
    .flatMap((file) => lstatSync(file, { throwIfNoEntry: false }) ?? [])
    .map(keyOf)

/** Folders that a recursive mkdir would make, the uppermost first. */
function missingFolders(path: string): string[] {
  return isThere(path) || dirname(path) === path ? [] : [...missingFolders(dirname(path)), path]
}

/** What cannot be undone was never done, or is gone with its folder. */
function ignoring(work: () => void): void {
  try {
    work()
  } catch {
    // See above.
  }
}
