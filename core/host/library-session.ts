import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UserError, type CallName, type LibraryHolder } from '../contract/index.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { callAccess } from './call-access.ts'
import { openServices, prepareFolders, type Library, type LibraryServices } from './library.ts'
import { acquireLock, lockHolder, LibraryLock, requestLock, type HeldLock } from './library-lock.ts'
import { followLibrary } from './library-follower.ts'

/** A reader looks so often whether it may write by now. */
const LOOK_MS = 2000
/** One that has just given the lock up leaves it to who asked for it. */
const HANDED_OVER_MS = 15_000

/** `read`: never asks for the lock, as a command that only looks. */
export type WantedAccess = 'write' | 'read'

/**
 * The library that is open, and what this studio may do in it.
 *
 *   writer ──asked to hand over──► closing ──► reader ──lock free, or taken──► writer
 *
 * While it closes, calls that write are refused and those under way are waited for.
 */
export class LibrarySession {
  readonly #services: LibraryServices
  readonly #wanted: WantedAccess
  #library: Library
  #lock: LibraryLock | null
  #isClosing = false
  readonly #underWay = new Set<Promise<unknown>>()
  #stopFollowing: () => void = () => undefined
  #timer: NodeJS.Timeout | null = null
  #switching: Promise<unknown> = Promise.resolve()

  private constructor(services: LibraryServices, wanted: WantedAccess, opened: { library: Library; lock: LibraryLock | null }) {
    this.#services = services
    this.#wanted = wanted
    this.#library = opened.library
    this.#lock = opened.lock
    this.#follow()
  }

  /** Opens the library: as its writer where nobody else is. Throws UserError `library/unwritable`. */
  static async open(folder: string, services: LibraryServices, wanted: WantedAccess = 'write'): Promise<LibrarySession> {
    let session: LibrarySession | null = null
    const opened = await openLibrary(folder, { services, wanted, onLost: () => void session?.handOver() })
    session = new LibrarySession(services, wanted, opened)
    return session
  }

  get current(): Library {
    return this.#library
  }

  /** Runs a call; one that changes the library only where this studio may. Throws UserError `library/locked` and `library/read-only`. */
  async run<T>(name: CallName, work: () => Promise<T>): Promise<T> {
    if (callAccess[name] === 'read') return work()
    this.requireWriter()
    const call = work()
    this.#underWay.add(call)
    try {
      return await call
    } finally {
      this.#underWay.delete(call)
    }
  }

  requireWriter(): void {
    const { access } = this.#library
    if (access.kind === 'writer' && !this.#isClosing) return
    const holder = access.kind === 'reader' ? access.holder : null
    if (!holder) throw new UserError('library/read-only')
    throw new UserError('library/locked', factsOf(holder))
  }

  /** Opens another folder, then closes this one. */
  async move(folder: string): Promise<void> {
    await this.#inTurn(async () => {
      if ((await samePath(folder)) === (await samePath(this.#library.folder))) return
      const opened = await openLibrary(folder, { services: this.#services, wanted: this.#wanted, onLost: () => void this.handOver() })
      await this.#closeCurrent()
      this.#use(opened)
    })
  }

  /** Asks the writer for the library. Throws UserError `library/not-released` where it does not answer. */
  async take(): Promise<void> {
    await this.#inTurn(async () => {
      const { folder, access } = this.#library
      if (access.kind === 'writer') return
      const found = await requestLock({ folder, kind: this.#services.kind, onLost: () => void this.handOver() })
      if (!(found instanceof LibraryLock)) throw new UserError('library/not-released', factsOf(toHolder(found)))
      await this.#become(found)
    })
  }

  /** Another studio takes the library: the run stops with a checkpoint, and this studio reads from now on. */
  async handOver(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#library.access.kind === 'reader') return
      const { folder } = this.#library
      await this.#closeCurrent()
      this.#use({ library: await openServices(folder, { kind: 'reader', holder: await holderOf(folder) }, this.#services), lock: null }, HANDED_OVER_MS)
    })
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#closeCurrent())
  }

  /** Switches follow each other. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#switching.then(work)
    this.#switching = result.catch(() => undefined)
    return result
  }

  async #closeCurrent(): Promise<void> {
    this.#stopFollowing()
    if (this.#timer) clearTimeout(this.#timer)
    this.#isClosing = true
    try {
      this.#library.datasets.cancelImports()
      await this.#library.experiments.close()
      await Promise.allSettled(this.#underWay)
      // A start that was under way may have begun a run since.
      await this.#library.experiments.close()
      await this.#library.datasets.close()
    } finally {
      await this.#lock?.release()
      this.#lock = null
    }
  }

  async #become(lock: LibraryLock): Promise<void> {
    const { folder } = this.#library
    await this.#closeCurrent()
    this.#use({ library: await openServices(folder, { kind: 'writer' }, this.#services), lock })
  }

  #use({ library, lock }: { library: Library; lock: LibraryLock | null }, lookAfterMs = LOOK_MS): void {
    this.#library = library
    this.#lock = lock
    this.#isClosing = false
    this.#services.emit('system.library', { folder: library.folder })
    this.#follow(lookAfterMs)
  }

  /** A reader shows what the writer does, and writes itself once nobody else does. */
  #follow(lookAfterMs = LOOK_MS): void {
    if (this.#library.access.kind === 'writer') return
    this.#stopFollowing = followLibrary(this.#library, this.#services.emit)
    if (this.#wanted === 'write') this.#timer = setTimeout(() => void this.#inTurn(() => this.#look()), lookAfterMs).unref()
  }

  async #look(): Promise<void> {
    const { folder, access } = this.#library
    if (this.#isClosing || access.kind === 'writer') return
    const holder = await holderOf(folder)
    if (!holder) {
      const found = await acquireLock({ folder, kind: this.#services.kind, onLost: () => void this.handOver() }).catch(() => null)
      if (found instanceof LibraryLock) return this.#become(found)
    }
    const isSame = holder?.host === access.holder?.host && holder?.since === access.holder?.since && holder?.isSilent === access.holder?.isSilent
    if (!isSame) {
      this.#library = { ...this.#library, access: { kind: 'reader', holder } }
      this.#services.emit('system.library', { folder })
    }
    this.#timer = setTimeout(() => void this.#inTurn(() => this.#look()), LOOK_MS).unref()
  }
}

interface OpenOptions {
  readonly services: LibraryServices
  readonly wanted: WantedAccess
  readonly onLost: () => void
}

async function openLibrary(folder: string, { services, wanted, onLost }: OpenOptions): Promise<{ library: Library; lock: LibraryLock | null }> {
  await prepareFolders(folder)
  if (wanted === 'read') return { library: await openServices(folder, { kind: 'reader', holder: await holderOf(folder) }, services), lock: null }
  const found = await acquireLock({ folder, kind: services.kind, onLost }).catch((error: unknown) => { throw toDiskError(error, folder) })
  if (!(found instanceof LibraryLock)) return { library: await openServices(folder, { kind: 'reader', holder: toHolder(found) }, services), lock: null }
  try {
    return { library: await openServices(folder, { kind: 'writer' }, services), lock: found }
  } catch (error) {
    await found.release()
    throw error
  }
}

const toHolder = ({ owner, isSilent }: HeldLock): LibraryHolder => ({ kind: owner.kind, host: owner.host, since: owner.since, isSilent })

async function holderOf(folder: string): Promise<LibraryHolder | null> {
  const held = await lockHolder(folder)
  return held && toHolder(held)
}

const factsOf = ({ kind, host, since }: LibraryHolder) => ({ program: kind, host, since })

const samePath = (folder: string): Promise<string> => realpath(folder).catch(() => resolve(folder))
