// Folders of models that the user names: copied into the library, or made of the GGUF file that lies there.
import { randomUUID } from 'node:crypto'
import { lstat, opendir, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AdditionId, ModelId, toAppError, UserError, type ModelAddition } from '../contract/index.ts'
import { syncFolder } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { spaceError } from '../files/space.ts'
import type { ModelReader } from '../reader/client.ts'
import type { Bringing } from './bringing.ts'
import { conversionIn, conversionOf } from './gguf-conversion.ts'
import { copyOf } from './folder-copy.ts'
import { ensureFolder } from '../files/ensure-folder.ts'

const PREFIX = '.copy-'
/** Of an addition that was killed: also the draft of its draft. */
const LEFT = /^\.{1,2}copy-/
const TELL_EVERY_MS = 200

export interface AdditionsOptions {
  /** The library's folder of models. */
  readonly folder: string
  readonly reader: Pick<ModelReader, 'call'>
  readonly tell: (addition: ModelAddition) => void
  readonly onDone: (id: ModelId) => void
  readonly now: () => number
}

interface Running {
  readonly abort: AbortController
  readonly ended: Promise<void>
}

/** Additions in progress. */
export class Additions {
  readonly #options: AdditionsOptions
  readonly #running = new Map<AdditionId, Running>()

  constructor(options: AdditionsOptions) {
    this.#options = options
  }

  /**
   * Begins to add a folder and returns what is known of it. Throws UserError 'model/no-model-folder',
   * 'model/several-gguf', 'hub/no-space', and what is wrong with a GGUF.
   */
  async start(from: string): Promise<ModelAddition> {
    const bringing = (await copyOf(from)) ?? (await conversionIn(from, this.#options.reader))
    if (!bringing) throw new UserError('model/no-model-folder', { folder: from })
    return this.#begin(bringing, basename(from))
  }

  /** Begins to add a GGUF file. Throws UserError 'hub/no-space', and what is wrong with the file. */
  async startGguf(file: string): Promise<ModelAddition> {
    const name = basename(file)
    const bringing = await conversionOf(dirname(file), name, this.#options.reader)
    return this.#begin(bringing, name.replace(/\.gguf$/i, ''))
  }

  async #begin(bringing: Bringing, name: string): Promise<ModelAddition> {
    const { folder } = this.#options
    const { totalBytes } = bringing
    await ensureFolder(folder)
    const { bavail, bsize } = await statfs(folder)
    if (totalBytes > bavail * bsize) throw spaceError(totalBytes, bavail * bsize)
    const additionId = AdditionId.parse(randomUUID())
    const abort = new AbortController()
    const first: ModelAddition = {
      additionId,
      name,
      state: 'copying',
      copiedBytes: 0,
      totalBytes,
      remainingSeconds: null,
    }
    const ended = this.#run(bringing, first, abort.signal).finally(() => this.#running.delete(additionId))
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

  async #run(bringing: Bringing, first: ModelAddition, signal: AbortSignal): Promise<void> {
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
      await bringing.bring(draft, { signal, progress })
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

/** Removes what copies of an ended process have left. Only where nobody else writes. */
export async function sweepAdditions(folder: string): Promise<void> {
  for await (const { name } of (await opendir(folder).catch(() => null)) ?? [])
    if (LEFT.test(name)) await disk.rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined)
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
