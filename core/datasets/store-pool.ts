import { UserError } from '../contract/index.ts'
import type { DatasetStore } from './store.ts'

/** So many datasets are open at once: each takes threads, descriptors and memory. */
const MAX_OPEN = 6
const IDLE_MS = 60_000

interface Entry {
  /** Everything that was asked of this dataset; a connection has one transaction at a time. */
  queue: Promise<unknown>
  waiting: number
  /** Work on it is under way, and not only waited for. */
  isInUse: boolean
  store: DatasetStore | null
  usedAt: number
}

export interface StorePoolOptions {
  /** Opens a dataset; throws UserError where it cannot. */
  open(id: string): Promise<DatasetStore>
  /**
   * Hears that a dataset was closed: what lay beside its file is in it now. `hasFailed`: what became of the last
   * statement is not known.
   */
  onClose?(id: string, hasFailed: boolean): Promise<void>
  readonly maxOpen?: number
  readonly idleMs?: number
}

/**
 * The open datasets of a library: opened when they are used, closed when others need the place or after a minute.
 *
 *   closed ──use──► open ──idle, or the oldest of too many──► closed
 *                    └──failed statement──► closed (the next use shows what is on disk)
 *
 * A pool that was closed opens nothing any more: the library belongs to another process by then.
 */
export class StorePool {
  readonly #entries = new Map<string, Entry>()
  readonly #options: Required<Pick<StorePoolOptions, 'maxOpen' | 'idleMs'>> & StorePoolOptions
  readonly #timer: NodeJS.Timeout
  #isClosed = false
  /** Uses under way, and those that wait for a place. */
  #inUse = 0
  readonly #waiting: (() => void)[] = []

  constructor(options: StorePoolOptions) {
    this.#options = { maxOpen: MAX_OPEN, idleMs: IDLE_MS, ...options }
    this.#timer = setInterval(
      () => void this.closeIdle(Date.now() - this.#options.idleMs),
      this.#options.idleMs / 2,
    ).unref()
  }

  /** Ids of the datasets that are open. */
  get openIds(): string[] {
    return [...this.#entries].flatMap(([id, { store }]) => (store ? [id] : []))
  }

  /** Runs work on one dataset after everything that was asked of it before. Throws UserError `library/closed`. */
  async use<T>(id: string, work: (store: DatasetStore) => Promise<T>): Promise<T> {
    this.#requireOpen()
    return this.#inTurn(id, async (entry) => {
      await this.#takePlace()
      entry.isInUse = true
      try {
        entry.store ??= await this.#open(id)
        const result = await work(entry.store)
        if (entry.store.mustReopen) await this.#close(id, entry, true)
        return result
      } catch (error) {
        // After a failed write DuckDB may refuse all further work until the file is opened again.
        if (!(error instanceof UserError)) await this.#close(id, entry, true)
        throw error
      } finally {
        entry.isInUse = false
        entry.usedAt = Date.now()
        this.#givePlace()
      }
    })
  }

  /**
   * Runs work while the dataset is closed and nobody can open it: its file may be moved. Throws UserError
   * `library/closed`.
   */
  async whileClosed<T>(id: string, work: () => Promise<T>): Promise<T> {
    this.#requireOpen()
    return this.#inTurn(id, async (entry) => {
      await this.#close(id, entry)
      return work()
    })
  }

  /** Closes a dataset after everything that was asked of it before. */
  async close(id: string): Promise<void> {
    await this.#inTurn(id, (entry) => this.#close(id, entry))
  }

  /** Closes the datasets that have not been used since then. */
  async closeIdle(before: number): Promise<void> {
    for (const [id, entry] of this.#entries) if (entry.waiting === 0 && entry.usedAt <= before) await this.close(id)
  }

  /** Closes all of them after everything that was asked before; what is asked from now on is refused. */
  async closeAll(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    await Promise.all([...this.#entries.keys()].map((id) => this.close(id)))
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new UserError('library/closed')
  }

  async #inTurn<T>(id: string, work: (entry: Entry) => Promise<T>): Promise<T> {
    const entry = this.#entries.get(id) ?? {
      queue: Promise.resolve(),
      waiting: 0,
      isInUse: false,
      store: null,
      usedAt: 0,
    }
    this.#entries.set(id, entry)
    entry.waiting++
    const result = entry.queue.then(() => work(entry))
    entry.queue = result.catch(() => undefined)
    try {
      return await result
    } finally {
      if (--entry.waiting === 0 && !entry.store) this.#entries.delete(id)
    }
  }

  async #open(id: string): Promise<DatasetStore> {
    const idle = [...this.#entries]
      .filter(([, entry]) => entry.store && !entry.isInUse)
      .sort(([, a], [, b]) => a.usedAt - b.usedAt)
    const tooMany =
      [...this.#entries.values()].filter(({ store, isInUse }) => store || isInUse).length - this.#options.maxOpen
    for (const [oldest, entry] of idle.slice(0, Math.max(0, tooMany))) await this.#close(oldest, entry)
    return this.#options.open(id)
  }

  /**
   * Closing never fails a use: what could not be written to the file lies beside it and is read at the next opening.
   */
  async #close(id: string, entry: Entry, hasFailed = false): Promise<void> {
    const { store } = entry
    if (!store) return
    entry.store = null
    store.close()
    await this.#options.onClose?.(id, hasFailed)
    if (entry.waiting === 0) this.#entries.delete(id)
  }

  async #takePlace(): Promise<void> {
    if (this.#inUse >= this.#options.maxOpen) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#inUse++
  }

  #givePlace(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#inUse--
  }
}
