import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { UserError, type CallName, type LibraryHolder } from '../contract/index.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { callAccess } from './call-access.ts'
import { openServices, prepareFolders, type Library, type LibraryServices } from './library.ts'
import {
  acquireLock,
  lockHolder,
  LibraryLock,
  requestLock,
  type AcquireOptions,
  type HeldLock,
} from './library-lock.ts'
import { followLibrary } from './library-follower.ts'
import type { LibraryOwner } from './lock-file.ts'

/** A reader looks so often whether it may write by now. */
const LOOK_MS = 2000
/**
 * One that has just given the lock up leaves it to who asked for it; one that could not use it does not try at every
 * look.
 */
const HANDED_OVER_MS = 15_000
/** How long closing waits for what only reads. */
const CLOSE_TIMEOUT_MS = 5000

/** `read`: never asks for the lock, as a command that only looks. */
export type WantedAccess = 'write' | 'read'

interface Opened {
  readonly library: Library
  readonly lock: LibraryLock | null
}

export interface Relocation {
  copy(): Promise<void>
  commit(): Promise<void>
}

/**
 * The library that is open, and what this studio may do in it.
 *
 *   writer ──asked to hand over──► closing ──► reader ──lock free, or taken──► writer
 *                                                └──◄── the library could not be opened for writing ──┘
 *
 * While it closes, calls that write are refused and those under way are waited for. A lock is given up before anything
 * else is tried: whatever fails, the studio goes on as a reader.
 */
export class LibrarySession {
  readonly #services: LibraryServices
  readonly #wanted: WantedAccess
  #library!: Library
  #lock: LibraryLock | null = null
  #isClosing = false
  readonly #ending = new AbortController()
  readonly #writing = new Set<Promise<unknown>>()
  /** Calls that hold files of datasets open; others that only read leave nothing open. */
  readonly #reading = new Set<Promise<unknown>>()
  #stopFollowing: () => void = () => undefined
  #timer: NodeJS.Timeout | null = null
  #switching: Promise<unknown> = Promise.resolve()

  private constructor(services: LibraryServices, wanted: WantedAccess) {
    this.#services = services
    this.#wanted = wanted
  }

  /** Opens the library: as its writer where nobody else is. Throws UserError `library/unwritable`. */
  static async open(
    folder: string,
    services: LibraryServices,
    wanted: WantedAccess = 'write',
  ): Promise<LibrarySession> {
    const session = new LibrarySession(services, wanted)
    // A lock that is asked for meanwhile is handed over in the next turn.
    await session.#inTurn(async () => session.#hold(await session.#openFolder(folder)))
    return session
  }

  get current(): Library {
    return this.#library
  }

  /**
   * Runs a call; one that changes the library only where this studio may. Throws UserError `library/locked`,
   * `library/read-only` and `library/switching`.
   */
  async run<T>(name: CallName, work: () => Promise<T>): Promise<T> {
    const isWriting = callAccess[name] === 'write'
    if (isWriting) this.requireWriter()
    else if (!name.startsWith('datasets.')) return work()
    const underWay = isWriting ? this.#writing : this.#reading
    const call = work()
    underWay.add(call)
    try {
      return await call
    } finally {
      underWay.delete(call)
    }
  }

  requireWriter(): void {
    const { access } = this.#library
    if (this.#isClosing) throw new UserError('library/switching')
    if (access.kind === 'writer') return
    if (access.holder) throw new UserError('library/locked', factsOf(access.holder))
    throw new UserError(this.#wanted === 'read' ? 'library/read-only' : 'library/switching')
  }

  /** Opens another folder, then closes this one. */
  async move(folder: string): Promise<void> {
    await this.#inTurn(async () => {
      if ((await samePath(folder)) === (await samePath(this.#library.folder))) return
      const opened = await this.#openFolder(folder)
      await this.#closeCurrent()
      this.#use(opened)
    })
  }

  /**
   * Copies the library while nobody writes in it, and goes on in the copy once `commit` is done; in the library as it was
   * where one of them fails. Throws what they throw, and as `requireWriter`.
   */
  async relocate(folder: string, { copy, commit }: Relocation): Promise<void> {
    this.requireWriter()
    await this.#inTurn(async () => {
      this.requireWriter()
      const lock = this.#lock as LibraryLock
      const from = this.#library.folder
      await this.#closeServices()
      try {
        this.#show(await openServices(from, { kind: 'reader', holder: null }, this.#services))
        await copy()
        const opened = await this.#openFolder(folder)
        await commit().catch(async (error: unknown) => {
          await this.#closeOpened(opened)
          throw error
        })
        await this.#closeCurrent()
        this.#use(opened)
      } catch (error) {
        await this.#closeServices()
        await this.#reopen(from, lock)
        throw error
      }
    })
  }

  /** Goes on as the writer of a folder whose lock this studio has; as a reader where that fails. */
  async #reopen(folder: string, lock: LibraryLock): Promise<void> {
    try {
      this.#use({ library: await this.#openWritable(folder, lock), lock })
    } catch (error) {
      this.#report(error)
      await this.#read(null)
    }
  }

  async #closeOpened({ library, lock }: Opened): Promise<void> {
    for (const service of [library.experiments, library.datasets, library.models])
      await this.#attempt(() => service.close())
    if (lock) await this.#attempt(() => lock.release())
  }

  /** Shows a library that nobody may change for now, and follows what comes to its models. */
  #show(library: Library): void {
    this.#library = library
    this.#isClosing = false
    this.#stopFollowing = library.models.follow()
    this.#services.emit('system.library', { folder: library.folder })
  }

  /** Asks the writer for the library. Throws UserError `library/not-released` where it does not answer. */
  async take(): Promise<void> {
    await this.#inTurn(async () => {
      const { folder, access } = this.#library
      if (access.kind === 'writer') return
      const found = await requestLock(this.#lockOptions(folder)).catch((error: unknown) => {
        throw this.#problem(error, folder)
      })
      if (!(found instanceof LibraryLock)) throw new UserError('library/not-released', factsOf(toHolder(found)))
      await this.#become(found)
    })
  }

  /** Ends what waits for the library, and closes it. */
  async close(): Promise<void> {
    this.#ending.abort()
    const closed = this.#switching.then(() => this.#closeCurrent())
    this.#switching = closed
    await closed
  }

  /** Switches follow each other. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#switching.then(() => {
      if (this.#ending.signal.aborted) throw new UserError('library/switching')
      return work()
    })
    this.#switching = result.catch(() => undefined)
    return result
  }

  /** A switch that nobody waits for. */
  #inBackground(work: () => Promise<void>): void {
    this.#inTurn(work).catch((error: unknown) => this.#report(error))
  }

  #lockOptions(folder: string): AcquireOptions {
    return {
      folder,
      kind: this.#services.kind,
      pause: (milliseconds) => wait(milliseconds, undefined, { signal: this.#ending.signal }),
      onLost: (by, lock) => this.#inBackground(() => this.#handOver(lock, by)),
    }
  }

  /** Another studio takes the library: the run stops with a checkpoint, and this studio reads from now on. */
  async #handOver(lock: LibraryLock, by: LibraryOwner | null): Promise<void> {
    // It belonged to a library that has been closed since.
    if (this.#lock !== lock) return
    await this.#closeCurrent()
    await this.#read(by && toHolder({ owner: by, isSilent: false }))
  }

  async #openFolder(folder: string): Promise<Opened> {
    await prepareFolders(folder)
    if (this.#wanted === 'read')
      return {
        library: await openServices(folder, { kind: 'reader', holder: await holderOf(folder) }, this.#services),
        lock: null,
      }
    const found = await acquireLock(this.#lockOptions(folder)).catch((error: unknown) => {
      throw this.#problem(error, folder)
    })
    if (!(found instanceof LibraryLock))
      return {
        library: await openServices(folder, { kind: 'reader', holder: toHolder(found) }, this.#services),
        lock: null,
      }
    return { library: await this.#openWritable(folder, found), lock: found }
  }

  /** Gives the lock up where that fails. */
  async #openWritable(folder: string, lock: LibraryLock): Promise<Library> {
    try {
      return await openServices(folder, { kind: 'writer' }, this.#services)
    } catch (error) {
      await this.#attempt(() => lock.release())
      throw error
    }
  }

  /**
   * Ends what is open and gives the lock up. What fails at that is reported: a library that stayed closed and locked
   * would be of no use to anybody.
   */
  async #closeCurrent(): Promise<void> {
    await this.#closeServices()
    const lock = this.#lock
    this.#lock = null
    if (lock) await this.#attempt(() => lock.release())
  }

  async #closeServices(): Promise<void> {
    const { datasets, experiments, models, conversations, settled } = this.#library
    this.#stopFollowing()
    if (this.#timer) clearTimeout(this.#timer)
    this.#isClosing = true
    await this.#attempt(async () => datasets.cancelImports())
    await this.#attempt(() => conversations.close())
    await this.#attempt(() => experiments.close())
    await Promise.allSettled(this.#writing)
    // A start that was under way may have begun a run since.
    await this.#attempt(() => experiments.close())
    await this.#attempt(() => datasets.close())
    await this.#attempt(() => models.close())
    // No dataset opens any more: nobody waits for long where an export or the trash takes its time.
    await Promise.race([
      Promise.allSettled([...this.#reading, settled()]),
      wait(CLOSE_TIMEOUT_MS, undefined, { ref: false }),
    ])
  }

  async #attempt(work: () => Promise<unknown>): Promise<void> {
    await work().catch((error: unknown) => this.#report(error))
  }

  /** A full disk, a library that is away and the end of the studio are no bugs. */
  #report(error: unknown): void {
    if (!(this.#problem(error, this.#library.folder) instanceof UserError)) this.#services.report('library', error)
  }

  #problem(error: unknown, folder: string): unknown {
    return (error as Error).name === 'AbortError' ? new UserError('library/switching') : toDiskError(error, folder)
  }

  /** Opens the same folder as its writer, or again as a reader where that fails. */
  async #become(lock: LibraryLock): Promise<void> {
    await this.#closeCurrent()
    const library = await this.#openWritable(this.#library.folder, lock).catch(async (error: unknown) => {
      await this.#read(null)
      throw error
    })
    this.#use({ library, lock })
  }

  /** Opens the same folder as a reader. `next` is the studio that is about to have it, where that is known. */
  async #read(next: LibraryHolder | null): Promise<void> {
    const { folder } = this.#library
    const holder = (await holderOf(folder)) ?? next
    this.#use(
      { library: await openServices(folder, { kind: 'reader', holder }, this.#services), lock: null },
      HANDED_OVER_MS,
    )
  }

  #use(opened: Opened, lookAfterMs = LOOK_MS): void {
    this.#hold(opened, lookAfterMs)
    this.#services.emit('system.library', { folder: opened.library.folder })
  }

  #hold({ library, lock }: Opened, lookAfterMs = LOOK_MS): void {
    this.#library = library
    this.#lock = lock
    this.#isClosing = false
    this.#follow(lookAfterMs)
  }

  /** A reader shows what the writer does, and writes itself once nobody else does. */
  #follow(lookAfterMs: number): void {
    const stopModels = this.#library.models.follow()
    this.#stopFollowing = stopModels
    if (this.#library.access.kind === 'writer') return
    const stopLibrary = followLibrary(this.#library, this.#services.emit)
    this.#stopFollowing = () => {
      stopModels()
      stopLibrary()
    }
    if (this.#wanted === 'write') this.#lookAfter(lookAfterMs)
  }

  #lookAfter(milliseconds: number): void {
    this.#timer = setTimeout(() => this.#inBackground(() => this.#look()), milliseconds).unref()
  }

  async #look(): Promise<void> {
    const library = this.#library
    if (library.access.kind === 'writer') return
    let { holder } = library.access
    try {
      const held = await lockHolder(library.folder)
      holder = held && toHolder(held)
      if (!held) {
        const found = await acquireLock(this.#lockOptions(library.folder))
        if (found instanceof LibraryLock) return await this.#become(found)
        holder = toHolder(found)
      }
    } catch (error) {
      this.#report(error)
    }
    // It could not be opened for writing, and was opened anew.
    if (this.#library !== library) return
    if (!isSame(holder, library.access.holder)) {
      library.access = { kind: 'reader', holder }
      this.#services.emit('system.library', { folder: library.folder })
    }
    this.#lookAfter(LOOK_MS)
  }
}

const isSame = (a: LibraryHolder | null, b: LibraryHolder | null): boolean =>
  a?.host === b?.host && a?.since === b?.since && a?.isSilent === b?.isSilent

const toHolder = ({ owner, isSilent }: HeldLock): LibraryHolder => ({
  kind: owner.kind,
  host: owner.host,
  since: owner.since,
  isSilent,
})

/** Who writes, as far as that can be told. */
async function holderOf(folder: string): Promise<LibraryHolder | null> {
  const held = await lockHolder(folder).catch(() => null)
  return held && toHolder(held)
}

/** Throws UserError 'library/locked' where a studio writes in the folder. */
export async function requireUnlocked(folder: string): Promise<void> {
  const holder = await holderOf(folder)
  if (holder) throw new UserError('library/locked', factsOf(holder))
}

const factsOf = ({ kind, host, since }: LibraryHolder) => ({ program: kind, host, since })

const samePath = (folder: string): Promise<string> => realpath(folder).catch(() => resolve(folder))
