import { basename, extname } from 'node:path'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { UserError } from '../../contract/index.ts'
import { unpackBzip2 } from './bzip2.ts'
import { BEGINNING_BYTES, pause } from './contents.ts'
import type { FileContents } from './table-format.ts'
import { unpackZstd, WindowTooLarge } from './zstd.ts'

type Unpack = (pieces: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>

/** One file that was packed by itself. */
const packings: readonly {
  readonly endings: readonly string[]
  readonly marks: readonly (readonly number[])[]
  readonly unpack: Unpack
}[] = [
  { endings: ['gz'], marks: [[0x1f, 0x8b, 8]], unpack: unpackGzip },
  {
    endings: ['zst', 'zstd'],
    marks: [[0x28, 0xb5, 0x2f, 0xfd], ...Array.from({ length: 16 }, (_, kind) => [0x50 + kind, 0x2a, 0x4d, 0x18])],
    unpack: unpackZstd,
  },
  { endings: ['bz2'], marks: [[0x42, 0x5a, 0x68]], unpack: unpackBzip2 },
]

/** Endings of packed files, without the dot. */
export const packedEndings: readonly string[] = packings.flatMap(({ endings }) => endings)

const ENDING = new RegExp(`\\.(?:${packedEndings.join('|')})$`, 'i')

/** The name of the file inside: what is left of `table.jsonl.gz` without its last ending. */
export const unpackedName = (name: string): string => name.replace(ENDING, '')

/** What a file's table is called: its name without the endings. */
export const tableName = (path: string): string => {
  const name = unpackedName(basename(path))
  return basename(name, extname(name))
}

/** What a small file may grow to; a larger one to so many times its size. Texts shrink to a twentieth. */
const MAX_BYTES = 2 ** 30
const MAX_GROWTH = 100
const GIB = 2 ** 30

/**
 * A packed file as what it holds, unpacked while it is read; other files as they are. Throws UserError
 * `dataset/packed-damaged`, `dataset/packed-too-large` for what grows without end; both also while it is read.
 */
export async function unpacked(file: FileContents, maxBytes = MAX_BYTES): Promise<FileContents> {
  const packing = packings.find(({ marks }) =>
    marks.some((mark) => mark.every((byte, index) => file.beginning[index] === byte)),
  )
  if (!packing) return file
  const limit = Math.max(maxBytes, file.size * MAX_GROWTH)
  const pieces = () => boundedPieces(file, packing.unpack, limit)
  let read: Promise<Uint8Array<ArrayBuffer>> | null = null
  return {
    ...file,
    name: unpackedName(file.name),
    path: null,
    beginning: await firstBytes(pieces(), BEGINNING_BYTES),
    whole: () => (read ??= firstBytes(boundedPieces(file, packing.unpack, maxBytes))),
    pieces,
  }
}

async function* boundedPieces(file: FileContents, unpack: Unpack, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0
  try {
    for await (const piece of unpack(file.pieces())) {
      size += piece.length
      if (size > limit) throw new UserError('dataset/packed-too-large', { file: file.name, limit: limit / GIB })
      yield piece
      await pause()
    }
  } catch (error) {
    file.throwIfCancelled()
    if (error instanceof UserError) throw error
    const code = error instanceof WindowTooLarge ? 'dataset/packed-memory' : 'dataset/packed-damaged'
    throw new UserError(code, { file: file.name })
  }
}

async function firstBytes(pieces: AsyncIterable<Uint8Array>, limit = Infinity): Promise<Uint8Array<ArrayBuffer>> {
  const taken: Uint8Array[] = []
  let size = 0
  for await (const piece of pieces) {
    taken.push(piece)
    size += piece.length
    if (size >= limit) break
  }
  return Uint8Array.from(Buffer.concat(taken).subarray(0, limit))
}

async function* unpackGzip(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  // Whoever reads from it learns of errors.
  pipeline(Readable.from(pieces), gunzip, () => undefined)
  yield* gunzip as AsyncIterable<Uint8Array>
}
