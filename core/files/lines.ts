// Text files of many lines that came from elsewhere: read piece by piece, so that no file is long enough to hold up the
// process.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { UserError } from '../contract/errors.ts'
import { toReadError } from './read-error.ts'
import { openRegularFile } from './regular-file.ts'

export interface LineLimits {
  readonly maxBytes: number
  readonly maxLineBytes: number
}

export interface FileLine {
  /** Null for a line that is too long. */
  readonly text: string | null
  /** False for the last one where the file does not end with a line break. */
  readonly isEnded: boolean
}

const PIECE_BYTES = 1 << 18
/** The process turns to others so often. */
const LINES_PER_TURN = 1000
const LINE_BREAK = 0x0a

/**
 * The lines of a file, without empty ones, as far as it reached when it was opened.
 * Throws UserError like `openRegularFile`, and 'file/too-large' {file, foundMB, maxMB}.
 */
export async function* linesOf(path: string, { maxBytes, maxLineBytes }: LineLimits): AsyncGenerator<FileLine> {
  const cutter = new LineCutter(maxLineBytes)
  let count = 0
  for await (const piece of piecesOf(path, maxBytes)) {
    for (const line of cutter.cut(piece)) {
      yield line
      if (++count % LINES_PER_TURN === 0) await nextTurn()
    }
  }
  yield* cutter.end()
}

async function* piecesOf(path: string, maxBytes: number): AsyncGenerator<Buffer> {
  const file = await openRegularFile(path)
  try {
    const { size } = await file.stat()
    if (size > maxBytes)
      throw new UserError('file/too-large', {
        file: path,
        foundMB: Math.ceil(size / 1e6),
        maxMB: Math.ceil(maxBytes / 1e6),
      })
    for (let done = 0; done < size;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(PIECE_BYTES, size - done)), 0)
      if (bytesRead === 0) break
      done += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } catch (error) {
    throw toReadError(error, path)
  } finally {
    await file.close()
  }
}

/** Cuts bytes into lines, which may begin in one piece and end in another. */
class LineCutter {
  readonly #maxLineBytes: number
  #begun: Buffer[] = []
  #length = 0

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes
  }

  *cut(piece: Buffer): Generator<FileLine> {
    let from = 0
    for (let at = piece.indexOf(LINE_BREAK); at >= 0; at = piece.indexOf(LINE_BREAK, from)) {
      this.#add(piece.subarray(from, at))
      yield* this.#take(true)
      from = at + 1
    }
    this.#add(piece.subarray(from))
  }

  end(): Generator<FileLine> {
    return this.#take(false)
  }

  /** Of a line that is too long only the length is kept. */
  #add(part: Buffer): void {
    this.#length += part.length
    if (this.#length > this.#maxLineBytes) this.#begun = []
    else this.#begun.push(part)
  }

  *#take(isEnded: boolean): Generator<FileLine> {
    if (this.#length > 0)
      yield { text: this.#length > this.#maxLineBytes ? null : Buffer.concat(this.#begun).toString('utf8'), isEnded }
    this.#begun = []
    this.#length = 0
  }
}
