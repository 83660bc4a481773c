import { lstat, readdir } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { UserError, type FolderPath } from '../contract/index.ts'
import { workFolderNames } from './install.ts'
import { requireOwn } from './ownership.ts'

const OWN_FOLDER = 'terakoya-gpu-pack'
/** The folder of a pack is called by ONNX Runtime's version. */
const PACK = /^\d+\.\d+\.\d+$/

/**
 * Where a pack goes when this folder is chosen: a folder of ours in it, or itself where it is one. That one is new,
 * empty or holds a pack: in it folders will be deleted. Throws UserError `gpu-pack/folder-used` where it holds other
 * things, and `gpu-pack/folder-open` where other accounts may exchange what lies in it.
 */
export async function packFolderIn(chosen: FolderPath): Promise<string> {
  const folder = basename(chosen) === OWN_FOLDER ? resolve(chosen) : resolve(chosen, OWN_FOLDER)
  if (!(await isFree(folder))) throw new UserError('gpu-pack/folder-used', { folder })
  requireOwn(folder)
  return folder
}

async function isFree(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => null)
  if (!found) return true
  if (!found.isDirectory()) return false
  const names = await readdir(folder)
  return names.some((name) => PACK.test(name)) || names.every((name) => workFolderNames.includes(name))
}
