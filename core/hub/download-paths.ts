import { realpathSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { type HubBranch, type HubDatasetId, type RepositoryPath } from '../contract/index.ts'
import { isWithin } from '../files/inside.ts'
import { plainName } from '../files/plain-name.ts'

/** Where a library keeps what it downloads. */
export const downloadsFolder = (libraryFolder: string): string => join(libraryFolder, 'downloads')

/** Where a library keeps its models. */
export const modelsFolder = (libraryFolder: string): string => join(libraryFolder, 'models')

/**
 * True for a file that the studio itself has downloaded: calls may read it although the user did not pick it in a
 * dialog. Symbolic links lead nowhere else, nor does one in the place of the downloads, as a library from elsewhere may
 * have. A path that leads elsewhere by its text is not looked at.
 */
export function isDownload(libraryFolder: string, path: string): boolean {
  if (!isWithin(downloadsFolder(libraryFolder), path)) return false
  try {
    return realpathSync.native(path).startsWith(downloadsFolder(realpathSync.native(libraryFolder)) + sep)
  } catch {
    // What is not there was not downloaded.
    return false
  }
}

const NO_DATA = /(^|\/)(\.|readme|licen[sc]e|notice|requirements|dataset_infos?\.json$)/i

/** Whether the studio, which imports files of such names, imports one of a dataset: what is about it is no table. */
export const isTable = (path: string, mayHoldTable: (name: string) => boolean): boolean =>
  !NO_DATA.test(path) && mayHoldTable(path)

export interface DownloadPlace {
  readonly folder: string
  readonly id: HubDatasetId
  readonly branch: HubBranch
}

/** Where a file of a dataset is put. */
export const targetOf = ({ folder, id, branch }: DownloadPlace, path: RepositoryPath): string =>
  join(folder, plainName(id.replace('/', '--')), branch, ...path.split('/').map(plainName))

const PACKED = /\.(gz|zstd?|bz2)$/i

/**
 * The name of what is imported: converted tables are all called 0000.parquet, so theirs is made of dataset,
 * configuration and split.
 */
export function nameOf(id: HubDatasetId, branch: HubBranch, path: RepositoryPath): string {
  if (branch === 'original') return plainName(basename(path)).replace(PACKED, '')
  const [config = '', split = ''] = path.split('/')
  return `${[basename(id), ...(config === 'default' ? [] : [config]), split.replace(/^partial-/, '')].join('-')}.parquet`
}
