import { UserError } from '../../contract/index.ts'
import type { FileContents } from './table-format.ts'
import { listZip, sizeInZip, streamZipEntry } from './zip.ts'

/** True for a ZIP file by its first bytes: most workbooks are one. */
export const isZip = ({ beginning }: FileContents): boolean => beginning[0] === 0x50 && beginning[1] === 0x4b

/** The size from which a part of a workbook that is kept in memory is refused. */
export const MAX_SHARED_BYTES = 2 ** 29
export const GIB = 2 ** 30

/** The user's error for what the readers throw: the file is damaged. Throws the signal's reason of a cancelled import. */
export function toDamage(error: unknown, file: FileContents): Error {
  file.throwIfCancelled()
  return error instanceof UserError ? error : new UserError('dataset/workbook-damaged', { file: file.name })
}

/** What a reader gives; what it throws becomes the user's error. */
export async function* sayingDamage<T>(file: FileContents, values: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* values
  } catch (error) {
    throw toDamage(error, file)
  }
}

/** The parts of a workbook that is a ZIP file, by their paths in it. */
export class WorkbookParts {
  readonly #bytes: Uint8Array
  readonly #file: FileContents
  readonly #names: ReadonlyMap<string, string>
  #read = 0
  #size = 0

  constructor(bytes: Uint8Array, file: FileContents) {
    this.#bytes = bytes
    this.#file = file
    const names = listZip(bytes)
    this.#names = new Map([
      ...names.map((name) => [keyOf(name), name] as const),
      ...names.map((name) => [name, name] as const),
    ])
  }

  has(path: string): boolean {
    return this.#nameOf(path) !== undefined
  }

  #nameOf(path: string): string | undefined {
    return this.#names.get(path) ?? this.#names.get(keyOf(path))
  }

  /** A path that matches, in any case of letters. */
  find(pattern: RegExp): string | undefined {
    return [...this.#names.values()].find((name) => pattern.test(name))
  }

  /** A part's bytes piece by piece. Throws UserError for one of `limit` bytes or more; nothing comes of one that is not there. */
  async *pieces(path: string, limit = MAX_SHARED_BYTES): AsyncGenerator<Uint8Array> {
    const name = this.#nameOf(path)
    if (name === undefined) return
    this.#size = sizeInZip(this.#bytes, name)
    this.#read = 0
    if (this.#size >= limit)
      throw new UserError('dataset/zip-too-large', {
        file: this.#file.name,
        entry: name,
        limit: Math.round((limit / GIB) * 10) / 10,
      })
    for await (const piece of streamZipEntry(this.#bytes, name)) {
      this.#file.throwIfCancelled()
      this.#read += piece.length
      yield piece
    }
  }

  /** Reads every part to its end, so that one that is larger than it says is found out. Throws UserError. */
  async readThrough(): Promise<void> {
    for (const name of new Set(this.#names.values())) for await (const _ of this.pieces(name));
  }

  /** How much of the latest part was read, 0 … 1. */
  share(): number {
    return this.#size === 0 ? 0 : this.#read / this.#size
  }
}

/** Some programs write backslashes, a slash at the beginning or another case. */
const keyOf = (path: string): string => path.replaceAll('\\', '/').replace(/^\/+/, '').toLowerCase()

/** Where a path leads that is relative to a part. */
export function resolvePath(from: string, path: string): string {
  const target = path.replaceAll('\\', '/')
  const steps = target.startsWith('/') ? [] : from.split('/').slice(0, -1)
  for (const step of target.split('/'))
    if (step === '..') steps.pop()
    else if (step !== '.' && step !== '') steps.push(step)
  return steps.join('/')
}
