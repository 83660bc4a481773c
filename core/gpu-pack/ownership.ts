import { lstatSync, realpathSync, type Stats } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { UserError } from '../contract/index.ts'

const OTHERS_WRITE = 0o002
const GROUP_WRITES = 0o020
const STICKY = 0o1000
const ROOT = 0

type Owned = Pick<Stats, 'uid' | 'gid' | 'mode'>

/** Who this process is; null on Windows, where rights are no such numbers. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

export const ownAccount = (): Account | null =>
  process.getuid && process.getgid ? { uid: process.getuid(), gid: process.getgid() } : null

/**
 * True for what no account but ours and the administrator's may write to. A group with the number of its only user is
 * that user.
 */
export function isOurs({ uid, gid, mode }: Owned, account: Account): boolean {
  const isOwnGroup = gid === account.gid && account.gid === account.uid
  return (uid === ROOT || uid === account.uid) && !(mode & OTHERS_WRITE) && (!(mode & GROUP_WRITES) || isOwnGroup)
}

/**
 * True for a folder in which no other account may exchange what is ours: in one that is sticky, as /tmp, everybody may
 * write, but each exchanges only its own. Links have an owner, but no rights.
 */
function keepsOurs(found: Stats, account: Account): boolean {
  const isOwn = found.uid === ROOT || found.uid === account.uid
  return isOurs(found, account) || (isOwn && (found.isSymbolicLink() || Boolean(found.mode & STICKY)))
}

/**
 * The folder on the way to `path`, itself included, in which another account may exchange what lies in it: between the
 * check of a library and its loading it would be another one. Null where there is none, and on Windows. What does not
 * exist yet is passed over; a link counts, and so does where it leads.
 */
export function openFolderOn(path: string, account = ownAccount()): string | null {
  if (!account) return null
  const named = resolve(path)
  return (
    [named, realFolder(named)].flatMap(withFoldersAbove).find((folder) => {
      const found = look(folder)
      return found !== null && !keepsOurs(found, account)
    }) ?? null
  )
}

/** Throws UserError `gpu-pack/folder-open`. */
export function requireOwn(folder: string): void {
  const open = openFolderOn(folder)
  if (open !== null) throw new UserError('gpu-pack/folder-open', { folder: open })
}

const withFoldersAbove = (path: string): string[] =>
  dirname(path) === path ? [path] : [path, ...withFoldersAbove(dirname(path))]

function look(path: string): Stats | null {
  try {
    return lstatSync(path)
  } catch {
    return null
  }
}

/** The nearest folder above that exists, or the path itself, without links. */
function realFolder(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return dirname(path) === path ? path : realFolder(dirname(path))
  }
}
