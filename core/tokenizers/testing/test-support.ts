import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The model that is shipped with the studio. */
export const TINY_FOLDER = join(import.meta.dirname, '../../../resources/models/terakoya-tiny-ja')

/** Path of a file or folder in this part's fixtures. */
export const fixture = (name: string): string => join(import.meta.dirname, '..', 'fixtures', name)

/** The lines of a fixture file. */
export const linesOf = <T>(name: string): T[] =>
  (JSON.parse(readFileSync(fixture(name), 'utf8')) as { lines: T[] }).lines
