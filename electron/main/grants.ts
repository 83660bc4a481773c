import { basename } from 'node:path'
import { fail, type AppError, type Result } from '../../core/contract/index.ts'
import { isDownload } from '../../core/hub/download-paths.ts'

/** Which field of a call names a file outside of the library. */
const pathFields: Readonly<Record<string, string>> = { 'datasets.import': 'file', 'datasets.export': 'target', 'system.setLibrary': 'folder' }

/** Paths that the user picked in a dialog or dropped: only these may be read or written outside of the library. */
export class Grants {
  readonly #paths = new Set<string>()

  add(path: string): string {
    this.#paths.add(path)
    return path
  }

  /** The failure of a call that names a path which the user did not pick and the studio did not download; null where all is well. */
  refusal(name: string, input: unknown, libraryFolder: string): Result<never, AppError> | null {
    const field = Object.hasOwn(pathFields, name) ? pathFields[name] : undefined
    if (field === undefined) return null
    const path = typeof input === 'object' && input !== null ? (input as Record<string, unknown>)[field] : undefined
    if (name === 'datasets.import' && typeof path === 'string' && isDownload(libraryFolder, path)) return null
    return typeof path === 'string' && this.#paths.has(path) ? null : fail('file/not-picked', { file: typeof path === 'string' ? basename(path) : '' })
  }
}
