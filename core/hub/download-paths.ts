import { basename, join, resolve, sep } from 'node:path'
import type { HubBranch, HubDatasetId } from '../contract/index.ts'

/** Where a library keeps what it downloads. */
export const downloadsFolder = (libraryFolder: string): string => join(libraryFolder, 'downloads')

/** True for a file that the studio itself has downloaded: calls may read it although the user did not pick it in a dialog. */
export const isDownload = (libraryFolder: string, path: string): boolean => resolve(path).startsWith(resolve(downloadsFolder(libraryFolder)) + sep)

export interface DownloadPlace {
  readonly folder: string
  readonly id: HubDatasetId
  readonly branch: HubBranch
}

/** Where a file of a dataset is put; null for a path that would lead elsewhere. */
export function targetOf({ folder, id, branch }: DownloadPlace, path: string): string | null {
  const parts = path.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return null
  return join(folder, id.replace('/', '--'), branch, ...parts.map(plainName))
}

/** Without what Windows refuses in names. */
const plainName = (part: string): string => part.replaceAll(/[<>:"\\|?*\u0000-\u001f]/g, '_').replace(/[. ]+$/, '_')

/** The name of what is imported: converted tables are all called 0000.parquet, so theirs is made of dataset, configuration and split. */
export function nameOf(id: HubDatasetId, branch: HubBranch, path: string): string {
  if (branch === 'original') return basename(path).replace(/\.gz$/i, '')
  const [config = '', split = ''] = path.split('/')
  return `${[basename(id), ...(config === 'default' ? [] : [config]), split.replace(/^partial-/, '')].join('-')}.parquet`
}
