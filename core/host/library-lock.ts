import { rmSync } from 'node:fs'
import { lstat, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { UserError, type HostKind } from '../contract/index.ts'
import { writeFileAtomic } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import {
  createLock,
  lockFile,
  lockRequest,
  mtimeOf,
  newOwner,
  readOwner,
  readOwnerNow,
  readRequest,
  requestFile,
  touch,
  type LibraryOwner,
} from './lock-file.ts'
import { isNear, ownNonces, POLL_MS, settle, SILENT_MS, stateNow, type Pause } from './lock-state.ts'

/** The owner looks for requests so often. */
const LOOK_MS = 1000
/** The owner shows that it lives so often. */
const BEAT_MS = 5000
/** A request is given up after so long. */
const REQUEST_MS = 30_000
/** A lock that comes and goes, or cannot be read, is tried so often. */
const ATTEMPTS = 20

/** A lock that another process has. */
export interface HeldLock {
  readonly owner: LibraryOwner
  readonly isSilent: boolean
}

type OnLost = (by: LibraryOwner | null, lock: LibraryLock) => void

/**
 * The right to write in a library: one process at a time has it.
 *
 *   free ──acquire──► held ──release──► free
 *                      │ └─request of another host─► the owner stops its run, closes, releases ──► held by the other
 *                      └──owner died──► stale ──acquire──► held
 *
 * The owner shows that it lives until it releases the lock, also while it closes for another host.
 */
export class LibraryLock {
  readonly owner: LibraryOwner
  readonly #file: string
  readonly #onLost: OnLost
  readonly #timer: NodeJS.Timeout
  readonly #atExit = () => this.#removeNow()
  #beatAt = performance.now()
  #work: Promise<void> = Promise.resolve()
  #isTold = false
  #isOver = false

  /** `onLost` is called once: another host asks for the lock (it is still held then), or has taken it. */
  constructor(file: string, owner: LibraryOwner, onLost: OnLost) {
    this.#file = file
    this.owner = owner
    this.#onLost = onLost
    this.#timer = setInterval(() => {
      this.#work = this.#work.then(() => this.#look())
    }, LOOK_MS).unref()
    process.once('exit', this.#atExit)
  }

  /**
   * Gives the lock up. Where its file cannot be removed, this process sees it as stale from now on, and the others when
   * this one has ended.
   */
  async release(): Promise<void> {
    this.#end()
    await this.#work
    try {
      if ((await readOwner(this.#file))?.nonce === this.owner.nonce) await disk.rm(this.#file, { force: true })
      process.off('exit', this.#atExit)
    } finally {
      ownNonces.delete(this.owner.nonce)
    }
  }

  #end(): void {
    this.#isOver = true
    clearInterval(this.#timer)
  }

  #tell(by: LibraryOwner | null): void {
    if (this.#isTold || this.#isOver) return
    this.#isTold = true
    this.#onLost(by, this)
  }

  /** Another host has it. */
  #lose(by: LibraryOwner | null): void {
    this.#tell(by)
    this.#end()
  }

  async #look(): Promise<void> {
    if (this.#isOver) return
    const request = await readRequest(dirname(this.#file))
    if (request?.of === this.owner.nonce) this.#tell(request.by)
    if (performance.now() - this.#beatAt < BEAT_MS) return
    this.#beatAt = performance.now()
    // A library that is away for a while is left alone.
    await this.#beat().catch(() => undefined)
  }

  async #beat(): Promise<void> {
    try {
      const found = await touch(this.#file, this.owner.nonce)
      if (found && found.nonce !== this.owner.nonce) this.#lose(found)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || this.#isOver) return
      await stat(dirname(this.#file))
      // Removed by hand: it is made again, unless another host was quicker.
      if (!(await createLock(this.#file, this.owner))) this.#lose(await readOwner(this.#file))
    }
  }

  #removeNow(): void {
    try {
      if (readOwnerNow(this.#file)?.nonce === this.owner.nonce) rmSync(this.#file)
    } catch {
      // The next start finds it stale.
    }
  }
}

export interface AcquireOptions {
  readonly folder: string
  readonly kind: HostKind
  readonly onLost: OnLost
  /** Ends the waiting by its rejection. */
  readonly pause?: Pause
}

const pauseOf = ({ pause }: AcquireOptions): Pause => pause ?? wait

/**
 * Takes the library's lock where it is free or stale; else says who has it. Throws what the file system says where the
 * folder cannot be written.
 */
export const acquireLock = (options: AcquireOptions): Promise<LibraryLock | HeldLock> =>
  obtain(options, (file, owner) => claim(file, owner, pauseOf(options)))

async function obtain(
  { folder, kind, onLost }: AcquireOptions,
  way: (file: string, owner: LibraryOwner) => Promise<HeldLock | null>,
): Promise<LibraryLock | HeldLock> {
  const file = lockFile(folder)
  const owner = newOwner(kind)
  ownNonces.add(owner.nonce)
  let isOurs = false
  try {
    const other = await way(file, owner)
    isOurs = other === null
    return other ?? new LibraryLock(file, owner, onLost)
  } finally {
    if (!isOurs) ownNonces.delete(owner.nonce)
  }
}

/**
 * Asks the owner for the lock and waits until it is given up. An owner elsewhere that shows no life meanwhile loses it;
 * one that lives but does not answer keeps it. Returns who has it then, where that is not we.
 */
export async function requestLock(options: AcquireOptions): Promise<LibraryLock | HeldLock> {
  const file = lockFile(options.folder)
  const asked = await readOwner(file)
  const heard = await mtimeOf(file)
  const started = performance.now()
  await writeFileAtomic(
    requestFile(options.folder),
    lockRequest.text({ of: asked?.nonce ?? '', by: newOwner(options.kind) }),
  )
  try {
    for (;;) {
      const found = await acquireLock(options)
      const waited = performance.now() - started
      if (found instanceof LibraryLock || found.owner.nonce !== asked?.nonce || waited > REQUEST_MS) return found
      const isHushed = found.isSilent || (waited > SILENT_MS && (await mtimeOf(file)) === heard)
      if (isHushed && !isNear(found.owner))
        return await obtain(options, (_, owner) =>
          succeed(file, { owner, stale: found.owner, pause: pauseOf(options) }),
        )
      await pauseOf(options)(POLL_MS)
    }
  } finally {
    await disk.rm(requestFile(options.folder), { force: true })
  }
}

/** Who has the library's lock now; null where nobody has it, or only a process that is gone. */
export async function lockHolder(folder: string): Promise<HeldLock | null> {
  const file = lockFile(folder)
  const owner = await readOwner(file)
  if (!owner) return null
  const state = await stateNow(file, owner)
  return state === 'stale' ? null : { owner, isSilent: state === 'silent' }
}

/** Makes the file ours, or says whose it is. */
async function claim(file: string, owner: LibraryOwner, pause: Pause): Promise<HeldLock | null> {
  let problem: unknown = new UserError('library/unwritable', { folder: dirname(file) })
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await pause(POLL_MS)
    if (await createLock(file, owner)) return null
    const found = await readOwner(file).catch((error: unknown) => {
      problem = error
    })
    // It may be somebody's: another program has it open, or it is not for us to read.
    if (found === undefined) continue
    if (!found) {
      // Released just now, or damaged by a power cut: the latter is replaced once it is clear that nobody is writing
      // it.
      if (await isDamaged(file, pause)) return succeed(file, { owner, stale: null, pause })
      continue
    }
    const state = await settle(file, found, pause)
    if (state === 'replaced') continue
    if (state !== 'stale') return { owner: found, isSilent: state === 'silent' }
    const other = await succeed(file, { owner, stale: found, pause })
    if (other?.owner.nonce !== found.nonce) return other
  }
  throw problem
}

interface Succession {
  readonly owner: LibraryOwner
  readonly stale: LibraryOwner | null
  readonly pause: Pause
}

/**
 * Replaces a stale lock. Of several processes only the one that holds the successor's lock may do so, which is named
 * after the stale one; that it is still there is looked at again under that lock.
 */
async function succeed(file: string, { owner, stale, pause }: Succession): Promise<HeldLock | null> {
  const successor = `${file}.${stale?.nonce ?? 'damaged'}`
  const other = await claim(successor, owner, pause)
  if (other) return other
  try {
    const found = await readOwner(file)
    if (found?.nonce === stale?.nonce) {
      await disk.rename(successor, file)
      return null
    }
    await disk.rm(successor, { force: true })
    return found ? { owner: found, isSilent: false } : claim(file, owner, pause)
  } catch (error) {
    // It names a process that lives: nobody else would remove it.
    await disk.rm(successor, { force: true })
    throw error
  }
}

/**
 * True for a file that stays without an owner: one that is being written has one in a moment. Throws UserError
 * `file/not-regular` for a folder.
 */
async function isDamaged(file: string, pause: Pause): Promise<boolean> {
  const before = await mtimeOf(file)
  if (before === null) return false
  if (
    await lstat(file).then(
      (found) => found.isDirectory(),
      () => false,
    )
  )
    throw new UserError('file/not-regular', { file })
  await pause(POLL_MS)
  return (await mtimeOf(file)) === before && (await readOwner(file)) === null
}
