import { UserError } from '../../contract/index.ts'
import type { FileContents } from './table-format.ts'
import { streamZipEntry } from './zip.ts'

/** True for a ZIP file by its first bytes: most workbooks are one. */
export const isZip = ({ beginning }: FileContents): boolean => beginning[0] === 0x50 && beginning[1] === 0x4b

/** The size from which a part of a workbook that is kept in memory is refused. */
export const MAX_SHARED_BYTES = 2 ** 29
export const GIB = 2 ** 30

/** The user's error for what the libraries throw: the file is damaged. Throws the signal's reason of a cancelled import. */
export function toDamage(error: unknown, file: FileContents): Error {
  file.throwIfCancelled()
  return error instanceof UserError ? error : new UserError('dataset/workbook-damaged', { file: file.name })
}

/** Reads a part to its end, so that one that is larger than it says is found out. Throws UserError. */
export async function readThrough(bytes: Uint8Array, name: string, file: FileContents): Promise<void> {
  const pieces = streamZipEntry(bytes, name)
  try {
    while (!(await pieces.next()).done) file.throwIfCancelled()
  } catch (error) {
    throw toDamage(error, file)
  }
}
