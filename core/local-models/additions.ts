// Folders of models that the user names: copied into the library.
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, opendir, statfs } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AdditionId, ModelId, toAppError, UserError, type ModelAddition } from '../contract/index.ts'
import { syncFolder } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'

const PREFIX = '.copy-'
const MAX_FILES = 2_000
const CHUNK_BYTES = 4 * 2 ** 20
const TELL_EVERY_MS = 200
const GIB = 2 ** 30

export interface AdditionsOptions {
  /** The library's folder of models. */
  readonly folder: string
  readonly tell: (addition: ModelAddition) => void
  readonly onDone: (id: ModelId) => void
  readonly now: () => number
}

interface Source {
  readonly name: string
  readonly sizeBytes: number
}

interface Running {
  readonly abort: AbortController
  readonly ended: Promise<void>
}

/** Copies of folders in progress. */
export class Additions {
  readonly #options: AdditionsOptions
  readonly #running = new Map<AdditionId, Running>()

  constructor(options: AdditionsOptions) {
    this.#options = options
  }

  /** Begins a copy and returns what is known of it. Throws UserError 'model/no-model-folder' or 'hub/no-space'. */
  async start(from: string): Promise<ModelAddition> {
    const { folder } = this.#options
    const files = await filesOf(from)
    const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    await disk.mkdir(folder, { recursive: true })
    const { bavail, bsize } = await statfs(folder)
    if (totalBytes > bavail * bsize)
      throw new UserError('hub/no-space', { needed: gigabytes(totalBytes), free: gigabytes(bavail * bsize) })
    const additionId = AdditionId.parse(randomUUID())
    const abort = new AbortController()
    const first: ModelAddition = {
      additionId,
      name: basename(from),
      state: 'copying',
      copiedBytes: 0,
      totalBytes,
      remainingSeconds: null,
    }
    const ended = this.#run(from, files, first, abort.signal).finally(() => this.#running.delete(additionId))
    this.#running.set(additionId, { abort, ended })
    return first
  }

  /** Ends a copy; nothing of it is left. */
  async cancel(additionId: AdditionId): Promise<void> {
    const running = this.#running.get(additionId)
    running?.abort.abort()
    await running?.ended
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.cancel(id)))
  }

  async #run(from: string, files: readonly Source[], first: ModelAddition, signal: AbortSignal): Promise<void> {
    const { folder, tell, onDone, now } = this.#options
    const draft = join(folder, `${PREFIX}${first.additionId}`)
    const [begin, last] = [now(), { atMs: -Infinity, copied: 0 }]
    const progress = (bytes: number) => {
      last.copied += bytes
      if (now() - last.atMs < TELL_EVERY_MS) return
      last.atMs = now()
      const perMs = last.copied / Math.max(1, now() - begin)
      const remainingSeconds = (first.totalBytes - last.copied) / perMs / 1000
      tell({ ...first, copiedBytes: last.copied, remainingSeconds })
    }
    try {
      await disk.mkdir(draft)
      for (const { name, sizeBytes } of files)
        await copyFile(join(from, name), join(draft, name), { sizeBytes, signal, progress })
      await syncFolder(draft)
      const modelId = await freeId(folder, first.name)
      await disk.rename(draft, join(folder, modelId))
      await syncFolder(folder)
      tell({ ...first, state: 'done', copiedBytes: first.totalBytes, modelId })
      onDone(modelId)
    } catch (error) {
      await disk.rm(draft, { recursive: true, force: true }).catch(() => undefined)
      const ending = signal.aborted
        ? ({ state: 'cancelled' } as const)
        : ({ state: 'failed', error: toAppError(toDiskError(error, folder)) } as const)
      tell({ ...first, copiedBytes: last.copied, ...ending })
    }
  }
}

const gigabytes = (bytes: number): number => Math.ceil((bytes / GIB) * 10) / 10

/** Removes what copies of an ended process have left. Only where nobody else writes. */
export async function sweepAdditions(folder: string): Promise<void> {
  for await (const { name } of (await opendir(folder).catch(() => null)) ?? [])
    if (name.startsWith(PREFIX))
      await disk.rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined)
}

/** The files of a model's folder that are copied: its own, nothing hidden, no folders in it, links followed. */
async function filesOf(folder: string): Promise<Source[]> {
  const files: Source[] = []
  for await (const { name } of (await opendir(folder).catch(() => null)) ?? []) {
    if (name.startsWith('.') || /\.(py|pyc|sh|exe|dll|so)$/i.test(name)) continue
    const found = await lstat(join(folder, name)).catch(() => null)
    if (found?.isFile()) files.push({ name, sizeBytes: found.size })
    if (files.length > MAX_FILES) break
  }
  const isModel = files.some(({ name }) => name === 'config.json' || name === 'adapter_config.json')
  if (!isModel || files.length > MAX_FILES) throw new UserError('model/no-model-folder', { folder })
  return files
}

interface CopyWatch {
  readonly sizeBytes: number
  readonly signal: AbortSignal
  readonly progress: (bytes: number) => void
}

/** Copies piece by piece, so that it can be ended and told of. A file that has grown meanwhile is copied as it was. */
async function copyFile(from: string, to: string, { sizeBytes, signal, progress }: CopyWatch): Promise<void> {
  const file = await disk.open(to, 'wx')
  try {
    if (sizeBytes > 0)
      for await (const chunk of createReadStream(from, { end: sizeBytes - 1, highWaterMark: CHUNK_BYTES, signal })) {
        await file.writeFile(chunk as Buffer)
        progress((chunk as Buffer).length)
      }
    await file.sync()
  } finally {
    await file.close()
  }
}

const MAX_TRIES = 1_000

/** An id that the library has not yet: the folder's name, with a number where that is taken. */
async function freeId(folder: string, name: string): Promise<ModelId> {
  const plain =
    name
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[.-]+|[.-]+$/g, '')
      .slice(0, 100) || 'model'
  for (let count = 1; count <= MAX_TRIES; count++) {
    const id = count === 1 ? plain : `${plain}-${count}`
    if (!(await lstat(join(folder, id)).catch(() => null))) return ModelId.parse(id)
  }
  throw new UserError('trash/occupied', { id: plain })
}
