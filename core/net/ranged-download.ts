// Large files over several connections: ranges that arrive side by side, each written where it belongs.
import { constants } from 'node:fs'
import { rm, type FileHandle } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { UserError, type AppError } from '../contract/index.ts'
import { syncFolder } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { Connections } from './connections.ts'
import { checksumOf, type DownloadJob, type DownloadWatch } from './download.ts'
import type { HubClient } from './hub-client.ts'
import { isWhole, loadPieces, piecesOf, savePieces, verifyPieces, type Piece, type PiecesPlace } from './pieces.ts'
import { fetchRange, NoRanges, type RangeSource } from './range.ts'
import { Patience, pause } from './retry.ts'

export interface RangedWatch extends DownloadWatch {
  /** Nothing comes in until so many milliseconds have passed. */
  readonly onWaiting: (ms: number, error: AppError) => void
}

export interface RangedOptions {
  readonly pieceBytes?: number
  /** How often it is noted what has arrived. */
  readonly saveEveryMs?: number
  readonly now?: () => number
  readonly random?: () => number
  readonly wait?: typeof pause
}

const SAVE_EVERY_MS = 3_000

const partialOf = (target: string): string => `${target}.partial`
/** Beside the file: which bytes of it are there. */
export const piecesOfTarget = (target: string): string => `${target}.pieces`

/**
 * Brings a file to `target` over as many connections as make it faster, going on from what an earlier attempt has left
 * beside it. It appears only when its checksum is right; memory does not grow with its size. What may pass is tried
 * again, later each time. Throws UserErrors, and the signal's reason when it is aborted; what has arrived is kept then.
 */
export async function downloadRanged(
  client: HubClient,
  job: DownloadJob,
  watch: RangedWatch,
  options: RangedOptions = {},
): Promise<void> {
  const place = {
    file: piecesOfTarget(job.target),
    sizeBytes: job.sizeBytes,
    checksum: `${job.checksum.kind} ${job.checksum.hex}`,
  }
  // A link in its place would lead to a file elsewhere.
  const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)
  const file = await disk.open(partialOf(job.target), flags, 0o644)
  try {
    const bring = async (pieceBytes: number | undefined) => {
      const pieces = piecesOf(job.sizeBytes, pieceBytes)
      await loadPieces(place, pieces)
      await verifyPieces(file, pieces, watch.signal)
      await new RangedDownload({ client, job, watch, options, place, file }, pieces).run()
    }
    await bring(options.pieceBytes).catch((error: unknown) => {
      if (error instanceof NoRanges) return bring(job.sizeBytes)
      throw error
    })
    await file.truncate(job.sizeBytes)
    await file.sync()
  } finally {
    await file.close()
  }
  watch.onBytes(job.sizeBytes)
  watch.onChecking()
  await checkAndMove(job, watch.signal)
}

/** A partial file with wrong contents is of no use for a further attempt. */
async function checkAndMove(job: DownloadJob, signal: AbortSignal): Promise<void> {
  const partial = partialOf(job.target)
  const isRight = (await checksumOf(partial, job, signal)) === job.checksum.hex
  if (!isRight) await disk.rm(partial, { force: true })
  else await disk.rename(partial, job.target)
  await rm(piecesOfTarget(job.target), { force: true })
  await syncFolder(dirname(job.target))
  if (!isRight) throw new UserError('hub/checksum', { file: basename(job.target) })
}

interface RangedParts {
  readonly client: HubClient
  readonly job: DownloadJob
  readonly watch: RangedWatch
  readonly options: RangedOptions
  readonly place: PiecesPlace
  readonly file: FileHandle
}

class RangedDownload {
  readonly #parts: RangedParts
  readonly #stop = new AbortController()
  readonly #patience: Patience
  readonly #connections: Connections
  readonly #source: RangeSource
  readonly #now: () => number
  readonly #pieces: readonly Piece[]
  #waiting: Piece[] = []
  #rest: Promise<void> | null = null
  #saved: Promise<void> = Promise.resolve()
  #savedAtMs = -Infinity

  constructor(parts: RangedParts, pieces: readonly Piece[]) {
    const { client, job, options } = parts
    this.#parts = parts
    this.#now = options.now ?? (() => performance.now())
    this.#patience = new Patience(options.random ?? Math.random)
    this.#connections = new Connections(this.#now)
    this.#source = { client, job, link: null }
    this.#pieces = pieces
  }

  async run(): Promise<void> {
    const { watch } = this.#parts
    this.#waiting = this.#pieces.filter((piece) => !isWhole(piece))
    watch.onBytes(this.#received())
    const workers = new Set<Promise<void>>()
    let failure: { readonly error: unknown } | null = null
    const fail = (error: unknown) => {
      failure ??= { error }
      this.#stop.abort()
    }
    while ((this.#waiting.length > 0 || workers.size > 0) && !failure) {
      while (this.#waiting.length > 0 && workers.size < this.#connections.wanted) {
        const worker = this.#bring(this.#waiting.shift()!).catch(fail)
        workers.add(worker)
        void worker.then(() => workers.delete(worker))
      }
      await Promise.race(workers)
    }
    await Promise.all(workers)
    await this.#save()
    watch.signal.throwIfAborted()
    if (failure) throw (failure as { readonly error: unknown }).error
  }

  /** Brings one piece, however often it has to be asked for. */
  async #bring(piece: Piece): Promise<void> {
    const { watch, options } = this.#parts
    const signal = AbortSignal.any([watch.signal, this.#stop.signal])
    while (!isWhole(piece)) {
      await this.#rest
      signal.throwIfAborted()
      try {
        await fetchRange(this.#source, piece, { file: this.#parts.file, signal, onBytes: () => this.#arrived() })
      } catch (error) {
        signal.throwIfAborted()
        const wait = this.#patience.after(error)
        if (!wait) throw error
        this.#connections.slower()
        watch.onWaiting(wait.ms, wait.error)
        // The others rest too: the server has trouble, or counts requests.
        this.#rest ??= (options.wait ?? pause)(wait.ms, signal).finally(() => (this.#rest = null))
      }
    }
  }

  #arrived(): void {
    const received = this.#received()
    this.#patience.reward()
    this.#connections.note(received)
    this.#parts.watch.onBytes(received)
    const { saveEveryMs = SAVE_EVERY_MS } = this.#parts.options
    if (this.#now() - this.#savedAtMs < saveEveryMs) return
    this.#savedAtMs = this.#now()
    void this.#save()
  }

  /** One after the other; a note that cannot be written costs the next attempt its bytes, nothing else. */
  #save(): Promise<void> {
    this.#saved = this.#saved.then(() => savePieces(this.#parts.place, this.#pieces)).catch(() => undefined)
    return this.#saved
  }

  #received = (): number => this.#pieces.reduce((sum, { have }) => sum + have, 0)
}
