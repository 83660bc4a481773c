import { readFile } from 'node:fs/promises'
import { UserError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'

/**
 * Returns the object in a JSON file.
 * Throws UserError `missing` {file} where there is no file, 'checkpoint/json-invalid' {file} where it holds no JSON object, 'file/unreadable' otherwise.
 */
export async function readJsonObject(file: string, missing: ErrorCode = 'file/not-found'): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw toReadError(error, file, missing)
  })
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UserError('checkpoint/json-invalid', { file })
  return value as Record<string, unknown>
}

/** The user's error for a failed open or read of `file`; `missing` is the code for a file that does not exist. */
export function toReadError(error: unknown, file: string, missing: ErrorCode = 'file/not-found'): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT' || code === 'ENOTDIR') return new UserError(missing, { file })
  return code ? new UserError('file/unreadable', { file, reason: code }) : error
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}
