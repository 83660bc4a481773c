import { UserError } from '../contract/errors.ts'

/** DuckDB's errors have no code: they end with the system's words. */
const DUCKDB_DISK_FULL = /no space left on device|disk quota exceeded|not enough space on the disk/i
const DUCKDB_UNWRITABLE =
  /could not (?:write|sync|fsync|truncate|create|remove|move|rename)[^\n]*: (?:file too large|input\/output error|read-only file system|permission denied|operation not permitted)/i

/**
 * Permissions, read-only and failing disks, names that the disk does not take, network disks that are away, too many
 * open files.
 */
const UNWRITABLE: readonly unknown[] = [
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'EIO',
  'ENAMETOOLONG',
  'ELOOP',
  'ENXIO',
  'ENODEV',
  'EBUSY',
  'EFBIG',
  'ESTALE',
  'ETIMEDOUT',
  'EHOSTDOWN',
  'ENOTCONN',
  'EREMOTEIO',
  'EMFILE',
  'ENFILE',
]

/**
 * Turns a failed write into the user's error: a full disk, or a folder that cannot be written to. Any other error comes
 * back unchanged.
 */
export function toDiskError(error: unknown, folder: string): unknown {
  if (error instanceof UserError) return error
  const { code, path } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT' || DUCKDB_DISK_FULL.test(String(error)))
    return new UserError('disk-full', { file: path ?? folder })
  if (UNWRITABLE.includes(code) || DUCKDB_UNWRITABLE.test(String(error)))
    return new UserError('library/unwritable', { folder })
  return error
}
