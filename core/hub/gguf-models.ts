// Repositories of GGUF files: one file is chosen, and its header is looked at before the rest is fetched.
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GgufName, toAppError, UserError, type HubGguf } from '../contract/index.ts'
import type { ModelReader } from '../reader/client.ts'
import type { ReaderResult } from '../reader/protocol.ts'
import type { RepositoryFile } from '../net/repository.ts'
import { weightFiles } from './model-files.ts'

/** Parts for images, and of a model in several files. */
const NO_MODEL = /^mmproj|-\d{5}-of-\d{5}\.gguf$/i
/** What a file's name says of its numbers. */
const TYPE = /[-._]((?:I?Q\d|F16|BF16|F32|FP16|FP32)[A-Z0-9_]*)\.gguf$/i
/** The first that is there is looked at unless another one is asked for: nearly exact, and half the size. */
const PREFERRED: readonly RegExp[] = [/^Q8_0$/i, /^(B?F16|FP16)$/i, /^Q6_K/i, /^Q5_K/i, /^Q4_K/i]

/** The files of a repository that has GGUF and no other weights; empty for another. */
export function ggufFiles(files: readonly RepositoryFile[]): RepositoryFile[] {
  if (weightFiles(files).length > 0) return []
  return files.filter(({ path }) => GgufName.safeParse(path).success && !NO_MODEL.test(path))
}

export const typeInName = (path: string): string => TYPE.exec(path)?.[1]?.toUpperCase() ?? ''

/** The file that is asked for, else the one that is best to begin with. Throws UserError 'hub/file-not-found'. */
export function chosenGguf(files: readonly RepositoryFile[], wanted?: string): RepositoryFile | null {
  const found = ggufFiles(files)
  if (wanted !== undefined) {
    const named = found.find(({ path }) => path === wanted)
    if (!named) throw new UserError('hub/file-not-found', { file: wanted })
    return named
  }
  for (const type of PREFERRED) {
    const named = found.find(({ path }) => type.test(typeInName(path)))
    if (named) return named
  }
  return found.toSorted((a, b) => b.sizeBytes - a.sizeBytes)[0] ?? null
}

/** Vocabularies make headers long: most are within the first of these, all that are read within the last. */
const HEADER_BYTES: readonly number[] = [2e6, 16e6, 64e6]

interface HeaderPlace {
  readonly file: RepositoryFile
  readonly folder: string
  readonly reader: ModelReader
  /** The first bytes of the file. */
  readonly fetch: (from: number, to: number) => Promise<Buffer>
  /** How many are fetched, and how many where those are too few. */
  readonly headerBytes?: readonly number[]
}

/**
 * What the file would become, by its header: a file with holes stands for the whole. Throws UserError as the reader's
 * `gguf`, and as `fetch`.
 */
export async function inspectGguf({
  file,
  folder,
  reader,
  fetch,
  headerBytes = HEADER_BYTES,
}: HeaderPlace): Promise<ReaderResult<'gguf'>> {
  const local = join(folder, 'model.gguf')
  let have = Buffer.alloc(0)
  for (const bytes of headerBytes) {
    const end = Math.min(bytes, file.sizeBytes)
    have = Buffer.concat([have, await fetch(have.length, end)])
    await writeFile(local, have)
    await truncate(local, file.sizeBytes)
    try {
      return await reader.call('gguf', { folder, stamp: '', file: 'model.gguf' })
    } catch (error) {
      // A header that goes on has zeros in its place, which look damaged.
      const isWhole = end === file.sizeBytes || bytes === headerBytes.at(-1)
      const told = toAppError(error)
      if (isWhole || !told.code.startsWith('gguf/')) throw named(error, file.path)
    }
  }
  throw new UserError('gguf/damaged', { file: file.path, position: 0 })
}

/** The reader names the file that it was given. */
function named(error: unknown, file: string): unknown {
  const { code, facts } = toAppError(error)
  return error instanceof UserError && 'file' in facts ? new UserError(code, { ...facts, file }) : error
}

/** What is told of a repository's GGUF files. */
export const ggufOf = (
  files: readonly RepositoryFile[],
  { path }: RepositoryFile,
  found: ReaderResult<'gguf'> | null,
): HubGguf => ({
  file: path,
  type: found?.type ?? typeInName(path),
  modelBytes: found?.adapterOf === null ? found.weightBytes : 0,
  choices: ggufFiles(files)
    .map((file) => ({ file: file.path, sizeBytes: file.sizeBytes }))
    .sort((a, b) => b.sizeBytes - a.sizeBytes),
})
