import { basename, resolve } from 'node:path'
import {
  fail,
  pathFields,
  pathsIn,
  type AppError,
  type NamedPath,
  type PathUse,
  type Result,
} from '../contract/index.ts'
import { definitionOf, parseInput } from './dispatch.ts'
import { isDownload } from '../hub/download-paths.ts'

/** What the studio itself knows of paths; a Studio is one. */
export interface OwnPlaces {
  libraryFolder(): string
  /** The folders that the preferences name already, and the ones that are used without them. */
  ownFolders(): readonly string[]
}

/** The oldest grants go first: nobody picks so many paths. */
const MAX_GRANTS = 10_000

/**
 * Paths that the user picked in a dialog, dropped or uploaded: only these may be read or written outside of the
 * library. Every host asks here before it dispatches. Which fields of a call are paths is told by the contract
 * (contract/paths.ts).
 */
export class PathGrants {
  /** In the order of their last use. */
  readonly #grants = new Map<string, true>()

  /** Allows one use of a path: what was picked for reading may not be written. Returns the path. */
  add(path: string, use: PathUse): string {
    this.#renew(keyOf({ path, use }))
    const [oldest] = this.#grants.keys()
    if (this.#grants.size > MAX_GRANTS && oldest !== undefined) this.#grants.delete(oldest)
    return path
  }

  has(path: string, use: PathUse): boolean {
    const key = keyOf({ path, use })
    if (!this.#grants.has(key)) return false
    this.#renew(key)
    return true
  }

  /**
   * The failure of a call that names a path which the user did not pick for this use and which is not the studio's own;
   * null where all is well. What does not fit the call's schema is left to dispatch.
   */
  refusal(name: string, input: unknown, own: OwnPlaces): Result<never, AppError> | null {
    const schema = definitionOf(name)?.input
    if (!schema || pathFields(schema).length === 0) return null
    const parsed = parseInput(name, schema, input)
    if (!parsed.ok) return null
    const foreign = pathsIn(schema, parsed.value).find((named) => !this.#allows(named, own))
    if (!foreign) return null
    return foreign.use === 'folder'
      ? fail('folder/not-picked', { folder: foreign.path })
      : fail('file/not-picked', { file: basename(foreign.path) })
  }

  #allows({ path, use }: NamedPath, own: OwnPlaces): boolean {
    // Behind a symbolic link `..` is another folder than the one that `resolve` finds.
    if (path.split(/[\\/]/).includes('..')) return false
    if (this.has(path, use)) return true
    if (use === 'read') return isDownload(own.libraryFolder(), path)
    return use === 'folder' && own.ownFolders().some((folder) => resolve(folder) === resolve(path))
  }

  #renew(key: string): void {
    this.#grants.delete(key)
    this.#grants.set(key, true)
  }
}

const keyOf = ({ path, use }: NamedPath): string => `${use} ${resolve(path)}`
