import { UserError } from '../contract/errors.ts'

/** Turns a failed write into the user's error: full disk, missing permission, read-only folder. Any other error comes back unchanged. */
export function toDiskError(error: unknown, folder: string): unknown {
  if (error instanceof UserError) return error
  const { code, path } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return new UserError('disk-full', { file: path ?? folder })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR') return new UserError('library/unwritable', { folder })
  return error
}
