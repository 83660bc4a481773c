// A file that arrives in pieces, several at a time: which bytes of it are there, kept beside it for the next attempt.
import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { defineStored, jsonLine } from '../files/stored.ts'

/** Large enough that a request costs nothing, small enough that several fit into a file. */
export const PIECE_BYTES = 32 * 2 ** 20
const MAX_PIECES = 100_000

const Count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
const State = z.object({
  sizeBytes: Count,
  /** The checksum that the whole file must have: another version's pieces are of no use. */
  checksum: z.string().max(200),
  /** [index, bytes from its beginning that are there, their CRC-32] */
  pieces: z.array(z.tuple([Count, Count, Count])).max(MAX_PIECES),
})
type State = z.infer<typeof State>

export const piecesFile = defineStored({
  name: 'download-pieces.json',
  schema: State,
  migrations: [],
  maxBytes: 8_000_000,
  codec: jsonLine,
})

/** A piece: bytes [from, to) of the file, of which the first `have` are there. */
export interface Piece {
  readonly index: number
  readonly from: number
  readonly to: number
  have: number
  crc: number
}

export const isWhole = ({ from, to, have }: Piece): boolean => have === to - from

/** The pieces of a file of this size, with nothing there yet. */
export function piecesOf(sizeBytes: number, pieceBytes = PIECE_BYTES): Piece[] {
  const size = Math.max(pieceBytes, Math.ceil(sizeBytes / MAX_PIECES))
  return Array.from({ length: Math.ceil(sizeBytes / size) }, (_, index) => ({
    index,
    from: index * size,
    to: Math.min(sizeBytes, (index + 1) * size),
    have: 0,
    crc: 0,
  }))
}

/** Where a file's pieces are noted, and whose they are. */
export interface PiecesPlace {
  readonly file: string
  readonly sizeBytes: number
  readonly checksum: string
}

/** Notes which bytes have been written. What a power cut takes of them is told by `verifyPieces`. */
export async function savePieces({ file, sizeBytes, checksum }: PiecesPlace, pieces: readonly Piece[]): Promise<void> {
  const noted = pieces.filter(({ have }) => have > 0)
  await piecesFile.write(file, { sizeBytes, checksum, pieces: noted.map(({ index, have, crc }) => [index, have, crc]) })
}

/** Fills in what an earlier attempt has noted; nothing where there is no note, or it is of another file. */
export async function loadPieces(place: PiecesPlace, pieces: readonly Piece[]): Promise<void> {
  const state = await piecesFile.read(place.file).catch(() => null)
  if (state?.sizeBytes !== place.sizeBytes || state.checksum !== place.checksum) return
  for (const [index, have, crc] of state.pieces) {
    const piece = pieces[index]
    if (piece && have <= piece.to - piece.from) Object.assign(piece, { have, crc })
  }
}

const READ_BYTES = 2 ** 20

/**
 * Reads what should be there and forgets pieces that are not as they arrived: after a power cut a file may hold other
 * bytes than were written. Throws the signal's reason when aborted.
 */
export async function verifyPieces(file: FileHandle, pieces: readonly Piece[], signal: AbortSignal): Promise<void> {
  const buffer = Buffer.allocUnsafe(READ_BYTES)
  for (const piece of pieces) {
    let [crc, done] = [0, 0]
    while (done < piece.have) {
      signal.throwIfAborted()
      const wanted = Math.min(READ_BYTES, piece.have - done)
      const { bytesRead } = await file.read(buffer, 0, wanted, piece.from + done)
      if (bytesRead === 0) break
      crc = crc32(buffer.subarray(0, bytesRead), crc)
      done += bytesRead
    }
    if (done !== piece.have || crc !== piece.crc) Object.assign(piece, { have: 0, crc: 0 })
  }
}

/** Bytes that an earlier attempt has noted; 0 where there is no note. */
export async function bytesNoted(file: string): Promise<number> {
  const state = await piecesFile.read(file).catch(() => null)
  return state?.pieces.reduce((sum, [, have]) => sum + have, 0) ?? 0
}
