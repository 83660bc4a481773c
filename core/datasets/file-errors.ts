import { UserError } from '../contract/index.ts'

/** Not the file's own fault. */
const CIRCUMSTANCE =
  /no space left|not enough space|file too large|permission denied|read-only file system|out of memory|cannot open file|too many open files/i
const DAMAGE = /corrupt|checksum|could not read enough bytes|deserializ/i

/**
 * The user's error for what DuckDB says of a file; others come back unchanged. `isOpening`: nothing but the file was
 * asked for, so that it is to blame for whatever is not known.
 */
export function toFileError(error: unknown, file: string, isOpening = false): unknown {
  if (error instanceof UserError) return error
  const text = error instanceof Error ? error.message : String(error)
  if (/could not set lock|conflicting lock|used by another process/i.test(text))
    return new UserError('dataset/locked', { file })
  if (isOpening && /newer version|version number/i.test(text)) return new UserError('dataset/newer', { file })
  return DAMAGE.test(text) || (isOpening && !CIRCUMSTANCE.test(text))
    ? new UserError('dataset/damaged', { file })
    : error
}
