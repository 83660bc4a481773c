import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { type HubBranch, type HubDatasetId, type RepositoryPath } from '../contract/index.ts'
import { isWithin } from '../files/inside.ts'

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

/**
 * Refused by Windows, or invisible: control and format characters (such as those that turn the direction of writing),
 * halves of surrogate pairs.
 */
const UNUSABLE = /[<>:"/\\|?*]|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i
/** File systems take 255 bytes (or UTF-16 units), and `.partial` and the like are appended. */
const MAX_NAME_BYTES = 200

/**
 * A name that every file system takes and that shows what it is. One that had to be changed gets letters of its own, so
 * that no two files get the same.
 */
export function plainName(part: string): string {
  const plain = part
    .replaceAll(UNUSABLE, '_')
    .replace(/[. ]+$/, '_')
    .replace(DEVICE, '_$1')
  if (plain === part && Buffer.byteLength(plain) <= MAX_NAME_BYTES) return part
  const letters = createHash('sha256').update(part).digest('hex').slice(0, 8)
  // Both endings of `table.jsonl.gz` tell how it is read.
  const ending = /(?:\.[a-z0-9]{1,8}){1,2}$/i.exec(plain)?.[0] ?? ''
  return `${cut(plain.slice(0, plain.length - ending.length), MAX_NAME_BYTES - ending.length)}-${letters}${ending}`
}

/** The first characters of a text, at most so many bytes in UTF-8. */
function cut(text: string, bytes: number): string {
  let kept = ''
  for (const character of text) {
    if (Buffer.byteLength(kept) + Buffer.byteLength(character) > bytes) break
    kept += character
  }
  return kept
}

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
