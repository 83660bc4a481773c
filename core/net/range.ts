// One request for a part of a file.
import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { crc32 } from 'node:zlib'
import { UserError } from '../contract/index.ts'
import type { DownloadJob } from './download.ts'
import type { HubClient } from './hub-client.ts'
import type { Answer } from './network.ts'
import type { Piece } from './pieces.ts'

/** What ranges are asked of. */
export interface RangeSource {
  readonly client: HubClient
  readonly job: DownloadJob
  /** Where the Hub has sent us for this file: asked directly until it refuses. */
  link: URL | null
}

export interface RangeWriter {
  readonly file: FileHandle
  readonly signal: AbortSignal
  /** More bytes have been written. */
  readonly onBytes: () => void
}

/** The server gives whole files only. */
export class NoRanges extends Error {}

/** Written at once: small writes cost more than what they hold. */
const WRITE_BYTES = 2 ** 20

/**
 * Brings what is missing of a piece. Throws UserErrors and NoRanges, and the signal's reason when it is aborted; what
 * has arrived is written then, and `have` says so.
 */
export async function fetchRange(source: RangeSource, piece: Piece, writer: RangeWriter): Promise<void> {
  const response = await openRange(source, piece, writer.signal)
  const { client, job } = source
  const sink = new Sink(piece, writer)
  try {
    for await (const chunk of response.body) await sink.take(chunk, job)
  } catch (error) {
    writer.signal.throwIfAborted()
    throw await client.explain(error, job.url)
  } finally {
    await sink.flush()
  }
  if (piece.have < piece.to - piece.from) throw new UserError('hub/interrupted', { host: job.url.host })
}

async function openRange(source: RangeSource, piece: Piece, signal: AbortSignal): Promise<Answer> {
  const { client, job } = source
  const headers = { 'accept-encoding': 'identity', range: `bytes=${piece.from + piece.have}-${piece.to - 1}` }
  const ask = { subject: job.subject, signal, headers }
  const { link } = source
  const linked = link === null ? null : await client.open(link, ask).catch(() => null)
  signal.throwIfAborted()
  // Such links end after a while: the Hub gives a new one.
  const response = linked ?? (await client.open(job.url, ask))
  const found = response.url
  source.link = found.origin === job.url.origin ? null : found
  try {
    checkAnswer(response, piece, job)
  } catch (error) {
    source.link = null
    await response.cancel()
    throw error
  }
  return response
}

/** Throws UserError where an answer is not the range that was asked for, NoRanges where it is the whole file. */
function checkAnswer({ status, headers }: Answer, piece: Piece, job: DownloadJob): void {
  const encoding = headers.get('content-encoding')
  if (encoding !== null && encoding !== 'identity')
    throw new UserError('hub/unexpected', { host: job.url.host, found: `content-encoding: ${encoding.slice(0, 40)}` })
  if (status === 200) {
    if (piece.to - piece.from !== job.sizeBytes) throw new NoRanges()
    const told = headers.get('content-length')
    if (told !== null && Number(told) !== job.sizeBytes) throw sizeChanged(job)
    Object.assign(piece, { have: 0, crc: 0 })
    return
  }
  const range = headers.get('content-range') ?? ''
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(range) ?? []
  if (status === 416 || (total !== undefined && total !== '*' && Number(total) !== job.sizeBytes))
    throw sizeChanged(job)
  if (status !== 206 || Number(first) !== piece.from + piece.have || Number(last) !== piece.to - 1)
    throw new UserError('hub/unexpected', { host: job.url.host, found: range.slice(0, 60) || String(status) })
}

const sizeChanged = (job: DownloadJob): UserError => new UserError('hub/size-changed', { file: basename(job.target) })

/** Gathers what comes in and writes it where it belongs. */
class Sink {
  readonly #piece: Piece
  readonly #writer: RangeWriter
  #chunks: Uint8Array[] = []
  #bytes = 0

  constructor(piece: Piece, writer: RangeWriter) {
    this.#piece = piece
    this.#writer = writer
  }

  async take(chunk: Uint8Array, job: DownloadJob): Promise<void> {
    const { from, to, have } = this.#piece
    if (have + this.#bytes + chunk.byteLength > to - from) throw sizeChanged(job)
    this.#chunks.push(chunk)
    this.#bytes += chunk.byteLength
    if (this.#bytes >= WRITE_BYTES) await this.flush()
  }

  async flush(): Promise<void> {
    if (this.#bytes === 0) return
    const [chunks, bytes] = [this.#chunks, this.#bytes]
    this.#chunks = []
    this.#bytes = 0
    const { bytesWritten } = await this.#writer.file.writev(chunks, this.#piece.from + this.#piece.have)
    if (bytesWritten !== bytes) throw Object.assign(new Error('short write'), { code: 'ENOSPC' })
    this.#piece.crc = chunks.reduce((crc, chunk) => crc32(chunk, crc), this.#piece.crc)
    this.#piece.have += bytes
    this.#writer.onBytes()
  }
}
