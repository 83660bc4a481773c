import { UserError, type ErrorCode } from '../contract/errors.ts'

/** The user's error for a failed open or read of `file`; `missing` is the code for a file that does not exist. */
export function toReadError(error: unknown, file: string, missing: ErrorCode = 'file/not-found'): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT' || code === 'ENOTDIR') return new UserError(missing, { file })
  return code ? new UserError('file/unreadable', { file, reason: code }) : error
}
