import { statSync, truncateSync } from 'node:fs'
import { resolve } from 'node:path'

/** Kept as they were: the functions of node:fs are replaced later. */
const size = statSync
const cutTo = truncateSync

/**
 * What a power cut would take: of a file only the bytes that were there at its last sync are sure to stay, whatever its name is now. Renames and new names are taken
 * as kept, so that the order of a sync and a rename shows.
 */
export class PowerCut {
  /** Bytes that are safe, by path; files that nobody wrote to are safe as a whole. */
  readonly #safeBytes = new Map<string, number>()

  /** The file is going to be written to: what it holds now is safe, unless it is emptied first. */
  touch(path: string, isEmptied: boolean): void {
    const key = resolve(path)
    if (isEmptied) this.#safeBytes.set(key, 0)
    else if (!this.#safeBytes.has(key)) this.#safeBytes.set(key, size(key, { throwIfNoEntry: false })?.size ?? 0)
  }

  keep(path: string): void {
    const key = resolve(path)
    const found = size(key, { throwIfNoEntry: false })
    if (found?.isFile()) this.#safeBytes.set(key, found.size)
  }

  /** A file, or a folder with all that is in it. */
  move(from: string, to: string): void {
    const [source, target] = [resolve(from), resolve(to)]
    for (const [path, bytes] of [...this.#safeBytes]) {
      if (path !== source && !path.startsWith(`${source}/`)) continue
      this.#safeBytes.delete(path)
      this.#safeBytes.set(target + path.slice(source.length), bytes)
    }
  }

  cut(): void {
    for (const [path, bytes] of this.#safeBytes) {
      const found = size(path, { throwIfNoEntry: false })
      if (found?.isFile() && found.size > bytes) cutTo(path, bytes)
    }
  }
}
