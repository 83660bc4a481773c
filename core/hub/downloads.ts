import { randomUUID } from 'node:crypto'
import { rm, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { toDiskError } from '../files/disk-errors.ts'
import {
  DownloadId,
  toAppError,
  UserError,
  type Events,
  type HubBranch,
  type HubDatasetId,
  type HubDownloaded,
  type HubProgress,
  type RepositoryPath,
} from '../contract/index.ts'
import { datasetAt } from './datasets.ts'
import { isTable, nameOf, targetOf } from './download-paths.ts'
import { downloadFile, type DownloadJob } from '../net/download.ts'
import type { HubClient } from '../net/hub-client.ts'
import { ProgressMeter } from '../net/progress-meter.ts'
import { fileUrl, listFiles, subjectOf } from '../net/repository.ts'
import { spaceError } from '../files/space.ts'
import { ensureFolder } from '../files/ensure-folder.ts'

export interface DownloadsOptions {
  readonly client: HubClient
  /** The folder `downloads` of the library that is open. */
  readonly folder: () => string
  /** Whether the studio imports files of such a name. */
  readonly mayHoldTable: (name: string) => boolean
  readonly emit: (name: 'hub.progress', payload: Events['hub.progress']) => void
  /** Milliseconds. */
  readonly now: () => number
}

interface Request {
  readonly id: HubDatasetId
  readonly branch: HubBranch
  readonly paths: readonly RepositoryPath[]
}

interface Running {
  readonly downloadId: DownloadId
  readonly request: Request
  readonly abort: AbortController
  readonly ended: Promise<void>
}

/** Downloads in progress, one after another for each dataset: two of them may need the same file. */
export class Downloads {
  readonly #options: DownloadsOptions
  readonly #running = new Map<DownloadId, Running>()
  readonly #finished = new Map<DownloadId, readonly string[]>()

  constructor(options: DownloadsOptions) {
    this.#options = options
  }

  /**
   * Begins a download; the same one that is in progress already is not begun twice. Throws UserError `hub/not-a-table`
   * before anything is fetched.
   */
  start(request: Request): DownloadId {
    const other = request.paths.find((path) => !isTable(path, this.#options.mayHoldTable))
    if (other !== undefined) throw new UserError('hub/not-a-table', { file: other })
    const sameDataset = [...this.#running.values()].filter((each) => each.request.id === request.id)
    const same = sameDataset.find((each) => isDeepStrictEqual(each.request, request))
    if (same) return same.downloadId
    const downloadId = DownloadId.parse(randomUUID())
    const abort = new AbortController()
    const ended = Promise.all(sameDataset.map((each) => each.ended))
      .then(() => this.#run(downloadId, request, abort.signal))
      .finally(() => this.#running.delete(downloadId))
    this.#running.set(downloadId, { downloadId, request, abort, ended })
    return downloadId
  }

  /** Ends a download; what has arrived stays for the next attempt. */
  async cancel(downloadId: DownloadId): Promise<void> {
    const running = this.#running.get(downloadId)
    running?.abort.abort()
    await running?.ended
  }

  /** Deletes what a finished download has brought. */
  async discard(downloadId: DownloadId): Promise<void> {
    await Promise.all((this.#finished.get(downloadId) ?? []).map((file) => rm(file, { force: true })))
    this.#finished.delete(downloadId)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.cancel(id)))
  }

  async #run(downloadId: DownloadId, request: Request, signal: AbortSignal): Promise<void> {
    const report = new Report(downloadId, request.paths.length, this.#options)
    const folder = this.#options.folder()
    try {
      const jobs = await this.#jobs(request, folder, signal)
      await report.begin(jobs, folder)
      const files: HubDownloaded[] = []
      const written: string[] = []
      for (const [index, job] of jobs.entries()) {
        await downloadFile(this.#options.client, job, {
          signal,
          onBytes: (bytes) => report.bytes(index, bytes),
          onChecking: () => report.tell('checking'),
        })
        written.push(job.target)
        files.push({
          path: job.target,
          name: nameOf(request.id, request.branch, request.paths[index] as RepositoryPath),
          sizeBytes: (await stat(job.target)).size,
        })
      }
      this.#finished.set(downloadId, written)
      report.tell('done', { files })
    } catch (error) {
      if (signal.aborted) report.tell('cancelled')
      else report.tell('failed', { error: toAppError(toDiskError(error, folder)) })
    }
  }

  async #jobs({ id, branch, paths }: Request, folder: string, signal: AbortSignal): Promise<DownloadJob[]> {
    const { client } = this.#options
    const repository = datasetAt(id, branch)
    const known = new Map((await listFiles(client, repository, signal)).map((file) => [file.path, file]))
    return paths.map((path) => {
      const file = known.get(path)
      const target = targetOf({ folder, id, branch }, path)
      if (!file) throw new UserError('hub/file-not-found', { dataset: id, file: path })
      return {
        url: fileUrl(client, repository, path),
        target,
        sizeBytes: file.sizeBytes,
        checksum: file.checksum,
        subject: subjectOf(client, repository, path),
      }
    })
  }
}

/** Tells how far a download is. */
class Report {
  readonly #downloadId: DownloadId
  readonly #fileCount: number
  readonly #emit: DownloadsOptions['emit']
  readonly #meter: ProgressMeter
  #received: number[] = []
  #totalBytes = 0
  #fileIndex = 0

  constructor(downloadId: DownloadId, fileCount: number, { emit, now }: DownloadsOptions) {
    this.#downloadId = downloadId
    this.#fileCount = fileCount
    this.#emit = emit
    this.#meter = new ProgressMeter(now)
  }

  /** Counts what is there already. Throws UserError `hub/no-space` where the rest has no room. */
  async begin(jobs: readonly DownloadJob[], folder: string): Promise<void> {
    this.#totalBytes = jobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    this.#received = await Promise.all(jobs.map(bytesThere))
    for (const place of new Set(jobs.map(({ target }) => dirname(target)))) await ensureFolder(place, dirname(folder))
    const { bavail, bsize } = await statfs(folder)
    const neededBytes = this.#totalBytes - this.#sum()
    if (neededBytes > bavail * bsize) throw spaceError(neededBytes, bavail * bsize)
    this.#meter.start(this.#sum())
    this.tell('downloading')
  }

  bytes(fileIndex: number, received: number): void {
    this.#fileIndex = fileIndex
    this.#received[fileIndex] = received
    if (this.#meter.add(this.#sum())) this.tell('downloading')
  }

  tell(state: HubProgress['state'], more: Pick<HubProgress, 'files' | 'error'> = {}): void {
    this.#emit('hub.progress', {
      downloadId: this.#downloadId,
      state,
      receivedBytes: this.#sum(),
      totalBytes: this.#totalBytes,
      fileNumber: this.#fileIndex + 1,
      fileCount: this.#fileCount,
      ...this.#meter.rate(this.#totalBytes),
      ...more,
    })
  }

  #sum = (): number => this.#received.reduce((sum, bytes) => sum + bytes, 0)
}

async function bytesThere({ target, sizeBytes }: DownloadJob): Promise<number> {
  const sizes = await Promise.all(
    [target, `${target}.partial`].map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return Math.min(sizeBytes, Math.max(...sizes))
}
