import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rm, statfs } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { UserError, type PickedFile } from '../../core/contract/index.ts'
import type { PathGrants } from '../../core/host/path-grants.ts'
import { safeFileName } from './file-names.ts'
import { answerJson, answerStatus } from './http-answers.ts'
import type { Limits } from './limits.ts'

const GB = 1e9
/** How much is written between two looks at the free space of the disk. */
const CHECK_BYTES = 64e6

const SaveRequest = z.object({ suggestedName: z.string().max(1000) })
const UploadSize = z.coerce.number().int().nonnegative()

/** Files on their way between a window and the studio: each in a folder of its own, so that it keeps its name. */
export class Transfers {
  readonly #folder: string
  readonly #grants: PathGrants
  readonly #limits: Limits
  /** Complete uploads, and targets that are to be fetched, the oldest first. */
  readonly #uploads: string[] = []
  #targets: string[] = []

  constructor(folder: string, grants: PathGrants, limits: Limits) {
    this.#folder = folder
    this.#grants = grants
    this.#limits = limits
  }

  /**
   * Says before it is sent whether a file of this size can be taken. Throws UserError `upload/too-large` or
   * `upload/no-space`.
   */
  async checkUpload(url: URL, response: ServerResponse): Promise<void> {
    const size = UploadSize.safeParse(url.searchParams.get('size') ?? '0')
    if (!size.success) return answerStatus(response, 400)
    await this.#checkSize(url.searchParams.get('name') ?? '', size.data)
    answerStatus(response, 200)
  }

  /**
   * Takes the body as a file. What it claims to be and what comes are both held to the limit and to the free space; an
   * upload that breaks off is removed.
   */
  async upload(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = safeFileName(url.searchParams.get('name') ?? '')
    await this.#checkSize(name, Number(request.headers['content-length'] ?? 0))
    const path = await this.#place(name)
    const sizeBytes = await this.#receive(request, path).catch(async (error: NodeJS.ErrnoException) => {
      await rm(dirname(path), { recursive: true, force: true })
      throw error.code === 'ENOSPC' || error.code === 'EDQUOT' ? this.#noSpace(name, 0, 0) : error
    })
    await this.#keep(path, this.#uploads, this.#limits.maxUploads)
    const picked: PickedFile = { path: this.#grants.add(path, 'read'), name, sizeBytes }
    answerJson(response, 200, picked)
  }

  /** A place for a file that the studio will write and the window will fetch. */
  async save(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parsed = SaveRequest.safeParse(await readJson(request, this.#limits.maxBodyBytes))
    if (!parsed.success) return answerStatus(response, 400)
    const target = await this.#place(safeFileName(parsed.data.suggestedName))
    await this.#keep(target, this.#targets, this.#limits.maxTargets)
    answerJson(response, 200, { target: this.#grants.add(target, 'write') })
  }

  /** Sends a saved file; one that was fetched to its end is removed. */
  async download(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = url.searchParams.get('target') ?? ''
    const file = this.#targets.includes(target) ? await open(target).catch(() => null) : null
    if (!file) return answerStatus(response, 404)
    const { size } = await file.stat()
    const headers = {
      'content-type': 'application/octet-stream',
      'content-length': size,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(basename(target))}`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    }
    response.writeHead(200, headers)
    if (request.method === 'HEAD') {
      await file.close()
      return void response.end()
    }
    await pipeline(createReadStream(target, { fd: file, end: Math.max(0, size - 1) }), response)
    this.#targets = this.#targets.filter((kept) => kept !== target)
    await rm(dirname(target), { recursive: true, force: true })
  }

  async #checkSize(name: string, sizeBytes: number): Promise<void> {
    const { maxUploadBytes, spareDiskBytes } = this.#limits
    if (sizeBytes > maxUploadBytes)
      throw new UserError('upload/too-large', { file: safeFileName(name), limit: maxUploadBytes / GB })
    const free = await freeBytes(this.#folder)
    if (sizeBytes + spareDiskBytes > free) throw this.#noSpace(safeFileName(name), sizeBytes + spareDiskBytes, free)
  }

  #noSpace(file: string, needed: number, free: number): UserError {
    return new UserError('upload/no-space', {
      file,
      needed: inGigabytes(needed || this.#limits.spareDiskBytes),
      free: inGigabytes(free),
    })
  }

  /** Writes the body to the file. Returns its size. The connection stays, so that a refusal can be answered. */
  async #receive(request: IncomingMessage, path: string): Promise<number> {
    const file = await open(path, 'wx', 0o600)
    let received = 0
    let checked = 0
    try {
      for await (const chunk of chunksOf(request)) {
        received += chunk.length
        if (received > this.#limits.maxUploadBytes || received - checked >= CHECK_BYTES) {
          await this.#checkSize(basename(path), received > this.#limits.maxUploadBytes ? received : 0)
          checked = received
        }
        await file.writeFile(chunk)
      }
      return received
    } finally {
      await file.close()
    }
  }

  /** The oldest go: uploads were imported long ago, and targets belong to exports that failed or were never fetched. */
  async #keep(path: string, kept: string[], max: number): Promise<void> {
    kept.push(path)
    const oldest = kept.length > max ? kept.shift() : undefined
    if (oldest !== undefined) await rm(dirname(oldest), { recursive: true, force: true })
  }

  async #place(name: string): Promise<string> {
    const folder = join(this.#folder, randomBytes(8).toString('hex'))
    await mkdir(folder, { mode: 0o700 })
    return join(folder, name)
  }
}

const inGigabytes = (bytes: number): number => Math.round(bytes / (GB / 10)) / 10

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

const chunksOf = (request: IncomingMessage): AsyncIterable<Buffer> =>
  request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>

/** The body as JSON; undefined where it is none, or longer than the limit. */
async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of chunksOf(request)) {
    size += chunk.length
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return undefined
  }
}
