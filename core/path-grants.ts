import { basename } from 'node:path'
import { fail, type AppError, type CallName, type Result } from './contract/index.ts'
import { isDownload } from './hub/download-paths.ts'

/** Which field of a call names a file or folder outside of the library, and whether it is only read. */
const pathFields: Readonly<Partial<Record<CallName, { readonly field: string; readonly isRead: boolean }>>> = {
  'datasets.import': { field: 'file', isRead: true },
  'datasets.preview': { field: 'file', isRead: true },
  'datasets.appendFile': { field: 'file', isRead: true },
  'datasets.export': { field: 'target', isRead: false },
  'system.setLibrary': { field: 'folder', isRead: false },
}

/** Paths that the user picked in a dialog, dropped or uploaded: only these may be read or written outside of the library. Every host asks here before it dispatches. */
export class PathGrants {
  readonly #paths = new Set<string>()

  add(path: string): string {
    this.#paths.add(path)
    return path
  }

  has(path: string): boolean {
    return this.#paths.has(path)
  }

  /** The failure of a call that names a path which the user did not pick and the studio did not download; null where all is well. */
  refusal(name: string, input: unknown, libraryFolder: string): Result<never, AppError> | null {
    const place = Object.hasOwn(pathFields, name) ? pathFields[name as CallName] : undefined
    if (!place) return null
    const path = typeof input === 'object' && input !== null ? (input as Record<string, unknown>)[place.field] : undefined
    if (typeof path !== 'string') return fail('file/not-picked', { file: '' })
    const isAllowed = this.#paths.has(path) || (place.isRead && isDownload(libraryFolder, path))
    return isAllowed ? null : fail('file/not-picked', { file: basename(path) })
  }
}
