import { expect, it } from 'vitest'
import { UserError } from '../contract/errors.ts'
import { toDiskError } from './disk-errors.ts'

const told = (message: string): unknown => {
  const error = toDiskError(new Error(message), '/library')
  return error instanceof UserError ? error.error : error
}

it.each(['No space left on device', 'Disk quota exceeded', 'There is not enough space on the disk.'])(
  'takes %s in words of DuckDB for a full disk',
  (words) => {
    expect(told(`IO Error: Could not write file "/library/a.duckdb.wal": ${words}`)).toEqual({
      code: 'disk-full',
      facts: { file: '/library' },
    })
  },
)

it.each(['File too large', 'Input/output error', 'Read-only file system', 'Permission denied'])(
  'takes %s in words of DuckDB for a folder that cannot be written to',
  (words) => {
    expect(
      told(`TransactionContext Error: Failed to commit: Could not write file "/library/a.duckdb.wal": ${words}`),
    ).toEqual({ code: 'library/unwritable', facts: { folder: '/library' } })
  },
)

it('leaves other errors of DuckDB as they are, also where a cell holds such words', () => {
  const message = `Conversion Error: Could not convert string 'x: File too large' to INT64`
  expect(told(message)).toEqual(new Error(message))
})
