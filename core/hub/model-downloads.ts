import { randomUUID } from 'node:crypto'
import { lstat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import {
  DownloadId,
  toAppError,
  UserError,
  type AppError,
  type Events,
  type HubModelId,
  type HubRevision,
  type ModelDownload,
  type ModelDownloadState,
} from '../contract/index.ts'
import { syncFolder } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'
import type { Bringing } from '../local-models/bringing.ts'
import { writeNote } from '../local-models/model-note.ts'
import { checksumOf } from '../net/download.ts'
import type { HubClient } from '../net/hub-client.ts'
import { ProgressMeter } from '../net/progress-meter.ts'
import { downloadRanged, type RangedOptions } from '../net/ranged-download.ts'
import { fileUrl, subjectOf, type RepositoryFile } from '../net/repository.ts'
import {
  bytesThere,
  draftFile,
  draftFolder,
  draftsIn,
  modelIdFor,
  requireFolder,
  writeDraft,
  type Draft,
} from './model-draft.ts'
import { spaceError } from '../files/space.ts'
import { ensureFolder } from '../files/ensure-folder.ts'

type DownloadEvent = 'hub.downloads' | 'models.changed'

export interface ModelDownloadsOptions {
  readonly client: HubClient
  /** The folder `models` of the library that is open. */
  readonly folder: () => string
  readonly emit: <N extends DownloadEvent>(name: N, payload: Events[N]) => void
  /** Milliseconds, from any beginning. */
  readonly now: () => number
  readonly date: () => Date
  /** What the GGUF of a folder becomes; null where there is none. Throws UserError for one that cannot be used. */
  readonly convert: (folder: string) => Promise<Bringing | null>
  readonly ranged?: RangedOptions
}

/** What is asked for, with the files that it consists of. */
export interface ModelRequest {
  readonly id: HubModelId
  readonly revision: HubRevision
  readonly commit: HubRevision
  readonly files: readonly RepositoryFile[]
  /** Of a GGUF, which becomes a model when it is here. */
  readonly gguf?: Draft['gguf']
}

/** More of them wait: each has several connections. */
const MAX_AT_ONCE = 3

interface Entry {
  readonly draft: Draft
  /** The folder of models that it belongs to. */
  readonly models: string
  readonly meter: ProgressMeter
  state: ModelDownloadState
  /** By file. */
  received: number[]
  filesDone: number
  error: AppError | null
  retryAt: Date | null
  abort: AbortController
  ended: Promise<void>
}

/** Of a draft, the model that its GGUF becomes. */
const MADE = '.made'

/** Why a download was ended from outside. */
const PAUSED = new Error('paused')

/** Models on their way into the library; see ModelDownloadState for what becomes of one. */
export class ModelDownloads {
  readonly #options: ModelDownloadsOptions
  #entries: Entry[] = []
  #folder: string | null = null
  #opening: Promise<void> = Promise.resolve()

  constructor(options: ModelDownloadsOptions) {
    this.#options = options
  }

  async list(): Promise<ModelDownload[]> {
    await this.#open()
    return this.#entries.map((entry) => this.#view(entry))
  }

  /** Begins a download, or goes on with the one that is there. Throws UserError `hub/have-model` or `hub/no-space`. */
  async start({ id, revision, commit, files, gguf = null }: ModelRequest): Promise<ModelDownload> {
    await this.#open()
    const modelId = modelIdFor(id, revision, gguf?.type)
    const known = this.#entries.find(({ draft, state }) => draft.modelId === modelId && state !== 'done')
    // Another commit has other files: what is there of the old ones goes.
    if (known && known.draft.commit === commit) return this.#view(await this.#goOn(known))
    if (known) await this.cancel(known.draft.downloadId)
    const models = this.#options.folder()
    if (await lstat(join(models, modelId)).catch(() => null)) throw new UserError('hub/have-model', { model: modelId })
    const downloadId = DownloadId.parse(randomUUID())
    const startedAt = this.#options.date().toISOString()
    const draft = { downloadId, id, revision, commit, modelId, startedAt, files: [...files], gguf }
    const entry = this.#entryOf(
      draft,
      models,
      files.map(() => 0),
    )
    await this.#requireSpace(entry)
    await writeDraft(models, draft).catch((error: unknown) => {
      throw toDiskError(error, models)
    })
    this.#entries.unshift(entry)
    return this.#view(await this.#goOn(entry))
  }

  /** True where the download is one of a model. */
  async has(downloadId: DownloadId): Promise<boolean> {
    await this.#open()
    return this.#entries.some(({ draft }) => draft.downloadId === downloadId)
  }

  /** Ends the work; what has arrived is kept. */
  async pause(downloadId: DownloadId): Promise<void> {
    const entry = this.#find(downloadId)
    if (!entry || entry.state === 'done' || entry.state === 'failed') return
    entry.abort.abort(PAUSED)
    await entry.ended
    // A waiting one had no work to end; one that has just ended stays so.
    if (entry.state === 'queued') entry.state = 'paused'
    this.#tell()
  }

  async resume(downloadId: DownloadId): Promise<void> {
    await this.#open()
    const entry = this.#find(downloadId)
    if (entry) await this.#goOn(entry)
  }

  /** Ends the work and deletes what has arrived; a finished one only leaves the list. */
  async cancel(downloadId: DownloadId): Promise<void> {
    const entry = this.#find(downloadId)
    if (!entry) return
    await this.pause(downloadId)
    this.#entries = this.#entries.filter((each) => each !== entry)
    if (entry.state !== 'done')
      await disk
        .rm(draftFolder(entry.models, entry.draft.modelId), { recursive: true, force: true })
        .catch((error: unknown) => {
          throw toDiskError(error, entry.models)
        })
    this.#tell()
  }

  /** Pauses everything: the host ends, or another library is opened. */
  async close(): Promise<void> {
    await Promise.all(this.#entries.map(({ draft }) => this.pause(draft.downloadId)))
  }

  /** Reads what is unfinished in the library that is open; downloads into another one are paused first. */
  #open(): Promise<void> {
    return (this.#opening = this.#opening.then(async () => {
      const folder = this.#options.folder()
      if (folder === this.#folder) return
      await this.close()
      this.#folder = folder
      this.#entries = await Promise.all(
        (await draftsIn(folder)).map(async (draft) => {
          const inside = draftFolder(folder, draft.modelId)
          return this.#entryOf(draft, folder, await Promise.all(draft.files.map((file) => bytesThere(inside, file))))
        }),
      )
    }))
  }

  #entryOf(draft: Draft, models: string, received: number[]): Entry {
    return {
      draft,
      models,
      meter: new ProgressMeter(this.#options.now),
      state: 'paused',
      received,
      filesDone: draft.files.filter(({ sizeBytes }, index) => received[index] === sizeBytes).length,
      error: null,
      retryAt: null,
      abort: new AbortController(),
      ended: Promise.resolve(),
    }
  }

  #find = (downloadId: DownloadId): Entry | undefined =>
    this.#entries.find(({ draft }) => draft.downloadId === downloadId)

  async #goOn(entry: Entry): Promise<Entry> {
    if (entry.state !== 'paused' && entry.state !== 'failed') return entry
    await this.#requireSpace(entry)
    Object.assign(entry, { state: 'queued', error: null, abort: new AbortController() })
    this.#pump()
    this.#tell()
    return entry
  }

  /** Begins what may begin. */
  #pump(): void {
    const atWork = this.#entries.filter(({ state }) => isAtWork(state)).length
    const next = this.#entries.filter(({ state }) => state === 'queued').toReversed()
    for (const entry of next.slice(0, Math.max(0, MAX_AT_ONCE - atWork))) {
      entry.state = 'downloading'
      entry.ended = this.#work(entry).finally(() => this.#pump())
    }
  }

  async #work(entry: Entry): Promise<void> {
    const { signal } = entry.abort
    try {
      const folder = await writeDraft(entry.models, entry.draft)
      await requireFolder(folder)
      entry.meter.start(sum(entry.received))
      for (const index of entry.draft.files.keys()) await this.#bring(entry, folder, index)
      await this.#finish(entry, folder)
      entry.state = 'done'
      this.#options.emit('models.changed', { id: entry.draft.modelId })
    } catch (error) {
      if (signal.aborted) entry.state = 'paused'
      else Object.assign(entry, { state: 'failed', error: toAppError(toDiskError(error, entry.models)) })
    }
    entry.retryAt = null
    this.#tell()
  }

  /** Brings one file, unless it is there already as it should be. */
  async #bring(entry: Entry, folder: string, index: number): Promise<void> {
    const { draft, abort } = entry
    const { signal } = abort
    const file = draft.files[index] as RepositoryFile
    const repository = { kind: 'models', id: draft.id, revision: draft.commit } as const
    const target = join(folder, file.path)
    const to = (state: ModelDownloadState, changes: Partial<Entry> = {}) => {
      Object.assign(entry, { state, retryAt: null, error: null, ...changes })
      this.#tell()
    }
    if (!(await isThere(target, file, signal))) {
      const { client, ranged, date } = this.#options
      const subject = subjectOf(client, repository, file.path)
      await downloadRanged(
        client,
        { ...file, url: fileUrl(client, repository, file.path), target, subject },
        {
          signal,
          onBytes: (bytes) => {
            entry.received[index] = bytes
            if (entry.state === 'waiting-to-retry') to('downloading')
            if (entry.meter.add(sum(entry.received))) this.#tell()
          },
          onChecking: () => to('checking'),
          onWaiting: (ms, error) => to('waiting-to-retry', { error, retryAt: new Date(date().getTime() + ms) }),
        },
        ranged,
      )
    }
    entry.received[index] = file.sizeBytes
    entry.filesDone = Math.max(entry.filesDone, index + 1)
    to('downloading')
  }

  /** The folder becomes a model in one move. */
  async #finish(entry: Entry, folder: string): Promise<void> {
    const { draft, models } = entry
    const { id, revision, commit, modelId } = draft
    const made = draft.gguf ? await this.#convert(entry, folder) : folder
    await writeNote(made, { hub: { id, revision, commit } })
    await disk.rm(draftFile(made), { force: true })
    await disk.rename(made, join(models, modelId))
    await syncFolder(models)
    if (made !== folder) await disk.rm(folder, { recursive: true, force: true })
  }

  /** The model that the GGUF of a draft becomes, with the files that tell of it. */
  async #convert(entry: Entry, folder: string): Promise<string> {
    const { signal } = entry.abort
    entry.state = 'converting'
    this.#tell()
    const bringing = await this.#options.convert(folder)
    if (!bringing) throw new UserError('model/no-model-folder', { folder: entry.draft.id })
    const made = join(folder, MADE)
    // An earlier attempt may have ended in the middle.
    await disk.rm(made, { recursive: true, force: true })
    await bringing.bring(made, { signal, progress: () => undefined })
    for (const { path } of entry.draft.files)
      if (!/\.gguf$/i.test(path)) await disk.rename(join(folder, path), join(made, path))
    signal.throwIfAborted()
    return made
  }

  /** Throws UserError `hub/no-space` where what is missing of all downloads has no room. */
  async #requireSpace(entry: Entry): Promise<void> {
    const others = this.#entries.filter(
      (each) => each !== entry && each.models === entry.models && isAtWork(each.state),
    )
    const neededBytes = sum([entry, ...others].map(missingBytes))
    await ensureFolder(entry.models)
    const { bavail, bsize } = await statfs(entry.models)
    if (neededBytes > bavail * bsize) throw spaceError(neededBytes, bavail * bsize)
  }

  #view(entry: Entry): ModelDownload {
    const { draft, state, received, filesDone, error, retryAt, meter } = entry
    const totalBytes = sum(draft.files.map(({ sizeBytes }) => sizeBytes))
    return {
      downloadId: draft.downloadId,
      id: draft.id,
      revision: draft.revision,
      modelId: draft.modelId,
      state,
      receivedBytes: sum(received),
      totalBytes,
      ...(state === 'downloading' ? meter.rate(totalBytes) : { bytesPerSecond: null, remainingSeconds: null }),
      filesDone,
      fileCount: draft.files.length,
      retryAt: retryAt?.toISOString() ?? null,
      error,
    }
  }

  #tell(): void {
    this.#options.emit(
      'hub.downloads',
      this.#entries.map((entry) => this.#view(entry)),
    )
  }
}

const isAtWork = (state: ModelDownloadState): boolean =>
  state === 'downloading' || state === 'checking' || state === 'converting' || state === 'waiting-to-retry'

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const missingBytes = ({ draft, received }: Entry): number =>
  (draft.gguf?.modelBytes ?? 0) + sum(draft.files.map(({ sizeBytes }, index) => sizeBytes - (received[index] ?? 0)))

async function isThere(target: string, file: RepositoryFile, signal: AbortSignal): Promise<boolean> {
  const found = await lstat(target).catch(() => null)
  if (!found?.isFile() || found.size !== file.sizeBytes) return false
  return (await checksumOf(target, file, signal)) === file.checksum.hex
}
