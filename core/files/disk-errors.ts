import { UserError } from '../contract/errors.ts'

/** DuckDB's errors have no code. */
const DUCKDB_DISK_FULL = /no space left on device|not enough space on the disk/i

/** Turns a failed write into the user's error: full disk, missing permission, read-only folder. Any other error comes back unchanged. */
export function toDiskError(error: unknown, folder: string): unknown {
  if (error instanceof UserError) return error
  const { code, path } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT' || DUCKDB_DISK_FULL.test(String(error))) return new UserError('disk-full', { file: path ?? folder })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EIO') return new UserError('library/unwritable', { folder })
  return error
}
