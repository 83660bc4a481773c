import type { Dirent } from 'node:fs'
import { mkdir, readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { PathGrants } from './path-grants.ts'
import { UserError, type FolderListing, type FolderSteps } from '../contract/index.ts'

/** A list for people: longer ones are cut, and say so. */
const MAX_FOLDERS = 1000

/** The folders that the window of a web host may choose among. */
export interface HomeFolders {
  list(steps: FolderSteps): Promise<FolderListing>
  /** Makes a folder in another; returns what is in the new one. */
  make(steps: FolderSteps, name: string): Promise<FolderListing>
  /** The absolute path, which the window may name in a call from now on. */
  pick(steps: FolderSteps): Promise<string>
}

/**
 * Folders of `home` only: hidden ones, and links that lead out of it or into a hidden one, do not exist.
 * Calls throw UserError `folder/not-found`, `folder/unreadable`, `folder/unwritable`, `folder/exists` or `folder/name`.
 */
export function createHomeFolders(home: string, grants: Pick<PathGrants, 'add'>): HomeFolders {
  const resolveFolder = async (steps: FolderSteps): Promise<string> => {
    const root = await realpath(home)
    const found = steps.every(isPlainName) ? await realpath(join(root, ...steps)).catch(() => null) : null
    if (found === null || !isVisibleIn(root, found) || !(await isFolder(found)))
      throw new UserError('folder/not-found', { folder: shown(steps) })
    return found
  }
  return {
    async list(steps) {
      const folder = await resolveFolder(steps)
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => {
        throw new UserError('folder/unreadable', { folder: shown(steps) })
      })
      const names = await visibleFolders(await realpath(home), folder, entries)
      return { steps: [...steps], folders: names.slice(0, MAX_FOLDERS), isCut: names.length > MAX_FOLDERS }
    },
    async make(steps, name) {
      const folder = await resolveFolder(steps)
      if (!isGoodName(name)) throw new UserError('folder/name', { folder: name.slice(0, 80) })
      await mkdir(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
        throw makeError(error.code, { name, parent: shown(steps) })
      })
      return { steps: [...steps, name], folders: [], isCut: false }
    },
    pick: async (steps) => grants.add(await resolveFolder(steps), 'folder'),
  }
}

function makeError(
  code: string | undefined,
  { name, parent }: { readonly name: string; readonly parent: string },
): UserError {
  if (code === 'EEXIST') return new UserError('folder/exists', { folder: name })
  if (code === 'ENAMETOOLONG' || code === 'EINVAL') return new UserError('folder/name', { folder: name.slice(0, 80) })
  return new UserError('folder/unwritable', { folder: parent })
}

/** As the user knows it: `~/資料`. */
const shown = (steps: FolderSteps): string => ['~', ...steps].join('/')

/** One step down: no way up, no hidden folder, no second step in one name. */
const isPlainName = (name: string): boolean => !name.startsWith('.') && !/[/\\\0]/.test(name)

/** What every file system takes, Windows' own too. */
const isGoodName = (name: string): boolean =>
  isPlainName(name) &&
  !/[<>:"|?*\p{Cc}\p{Cf}\p{Cs}]|[. ]$/u.test(name) &&
  !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)

function isVisibleIn(root: string, folder: string): boolean {
  if (folder === root) return true
  return (
    folder.startsWith(root.endsWith(sep) ? root : root + sep) && relative(root, folder).split(sep).every(isPlainName)
  )
}

const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isDirectory() ?? false

/** Names of the folders in view, as a person sorts them; links count where they lead to such a folder. */
async function visibleFolders(root: string, folder: string, entries: readonly Dirent[]): Promise<string[]> {
  const candidates = entries.filter(
    (entry) => isPlainName(entry.name) && (entry.isDirectory() || entry.isSymbolicLink()),
  )
  const names = await Promise.all(
    candidates.map(async (entry) => {
      if (entry.isDirectory()) return entry.name
      const target = await realpath(join(folder, entry.name)).catch(() => null)
      return target !== null && isVisibleIn(root, target) && (await isFolder(target)) ? entry.name : null
    }),
  )
  return names.filter((name) => name !== null).sort(new Intl.Collator('ja', { numeric: true }).compare)
}
