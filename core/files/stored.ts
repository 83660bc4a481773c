import type { z } from 'zod'
import { UserError, type ErrorCode } from '../contract/errors.ts'
import { writeFileAtomic } from './atomic.ts'
import { readRegularFile } from './regular-file.ts'

/** How a value becomes text; JSON unless another is given. `parse` throws where the text cannot be read. */
export interface Codec {
  parse(text: string): unknown
  stringify(value: object): string
}

const json: Codec = {
  parse: (text) => JSON.parse(text) as unknown,
  stringify: (value) => JSON.stringify(value, null, 2),
}

/** Of a file whose lines are values of their own, each with its version. */
export const jsonLine: Codec = { parse: json.parse, stringify: (value) => JSON.stringify(value) }

/** Makes a value of the next version out of one of an earlier version. Throws where it is no such value. */
export type Migration = (old: unknown) => unknown

/** A migration from values of `schema`. */
export const migration =
  <Old>(schema: z.ZodType<Old>, up: (old: Old) => unknown): Migration =>
  (old) =>
    up(schema.parse(old))

export interface StoredDefinition<T extends object> {
  /** Names the fixtures of its versions: `fixtures/stored/<name>.v<version>` beside the file that defines it. */
  readonly name: string
  readonly schema: z.ZodType<T>
  /** The first leads from version 1 to version 2, and so on: a file's current version is one more than there are. */
  readonly migrations: readonly Migration[]
  readonly maxBytes: number
  readonly codec?: Codec
  /**
   * What a file of a later version is: `refused` counts as damaged; `read` takes what this version knows of it, for
   * files that studios of several versions read at the same time.
   */
  readonly later?: 'refused' | 'read'
  /** The code of a file that is not there; 'file/not-found' unless given. */
  readonly missing?: ErrorCode
  /** The code of a damaged file; without it `read` throws what the parser said. */
  readonly damaged?: ErrorCode
}

/** A kind of file that the studio writes and reads again, perhaps with another version. */
export interface StoredFile<T extends object> {
  readonly name: string
  readonly version: number
  /**
   * Reads a file of this version or an earlier one; one that says no version is of version 1. Throws UserError
   * `missing` {file}, `damaged` {file} (also where it is too large or no file), 'file/unreadable' otherwise.
   */
  read(file: string): Promise<T>
  /** The value of a text. Throws where it is damaged. */
  parse(text: string): T
  /** The value of a text; null where it is damaged. */
  tryParse(text: string): T | null
  /** The text of a value, with the version. */
  text(value: T): string
  /** Replaces the file in one move. Throws like `writeFileAtomic`. */
  write(file: string, value: T): Promise<void>
}

/** Describes a stored file; everything that reads or writes it goes through what this returns. */
export function defineStored<T extends object>(definition: StoredDefinition<T>): StoredFile<T> {
  const { name, schema, migrations, maxBytes, codec = json, later = 'refused', missing, damaged } = definition
  const version = migrations.length + 1

  function parse(text: string): T {
    const value = codec.parse(text)
    const found = versionOf(value)
    if (found > version && later === 'refused') throw new Error(`${name}: version ${found} is later than ${version}`)
    return schema.parse(migrations.slice(found - 1).reduce((old, migrate) => migrate(old), value))
  }

  const text = (value: T): string => codec.stringify({ version, ...value })

  async function read(file: string): Promise<T> {
    const bytes = await readRegularFile(file, { maxBytes, ...(missing ? { missing } : {}) }).catch((error: unknown) => {
      throw damaged && isNoFile(error) ? new UserError(damaged, { file }) : error
    })
    try {
      return parse(bytes.toString('utf8'))
    } catch (error) {
      throw damaged ? new UserError(damaged, { file }) : error
    }
  }

  return {
    name,
    version,
    read,
    parse,
    tryParse(written) {
      try {
        return parse(written)
      } catch {
        return null
      }
    },
    text,
    write: (file, value) => writeFileAtomic(file, text(value)),
  }
}

function versionOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || !('version' in value)) return 1
  const { version } = value
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1)
    throw new Error(`${JSON.stringify(version)} is no version`)
  return version
}

const isNoFile = (error: unknown): boolean =>
  error instanceof UserError && ['file/not-regular', 'file/too-large'].includes(error.error.code)
