import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { HostKind } from '../contract/index.ts'
import { disk } from '../files/disk.ts'
import { machineIdentity, processStart } from './process-identity.ts'

const LOCK_FILE = '.terakoya-lock'
const REQUEST_FILE = '.terakoya-lock.request'

/** The owner looks for requests so often. */
const LOOK_MS = 1000
/** The owner shows that it lives so often. */
const BEAT_MS = 5000
/** An owner of the same host name that shows nothing for so long is gone: an earlier container, or the time before a restart. */
const SILENT_MS = 12_500
/** An owner on another machine that shows nothing for so long is said to be silent: its network may be slow. */
const FAR_SILENT_MS = 120_000
/** A request is given up after so long. */
const REQUEST_MS = 30_000
const POLL_MS = 250

const Owner = z.object({
  /** Of this very lock. */
  nonce: z.string().regex(/^[0-9a-f]{16}$/),
  kind: HostKind,
  host: z.string(),
  pid: z.number().int(),
  /** See `machineIdentity` and `processStart`. */
  machine: z.string().nullable(),
  started: z.string().nullable(),
  /** ISO 8601 */
  since: z.string(),
})
export type LibraryOwner = z.infer<typeof Owner>

/** What a lock file says of its owner. `silent`: on another machine, and not heard of for two minutes. */
export type OwnerState = 'held' | 'silent' | 'stale'

/** A lock that another process has. */
export interface HeldLock {
  readonly owner: LibraryOwner
  readonly isSilent: boolean
}

/**
 * The right to write in a library: one process at a time has it.
 *
 *   free ──acquire──► held ──release──► free
 *                      │ └─request of another host─► the owner stops its run, closes, releases ──► held by the other
 *                      └──owner died──► stale ──acquire──► held
 */
export class LibraryLock {
  readonly owner: LibraryOwner
  readonly #file: string
  readonly #onLost: (by: LibraryOwner | null) => void
  readonly #timer: NodeJS.Timeout
  readonly #atExit = () => this.#removeNow()
  #beatAt = performance.now()
  #work: Promise<void> = Promise.resolve()
  #isOver = false

  /** `onLost` is called once: another host asks for the lock (it is still held then), or has taken it. */
  constructor(file: string, owner: LibraryOwner, onLost: (by: LibraryOwner | null) => void) {
    this.#file = file
    this.owner = owner
    this.#onLost = onLost
    this.#timer = setInterval(() => { this.#work = this.#work.then(() => this.#look()) }, LOOK_MS).unref()
    process.once('exit', this.#atExit)
  }

  /** Gives the lock up. */
  async release(): Promise<void> {
    this.#end()
    await this.#work
    process.off('exit', this.#atExit)
    if ((await readOwner(this.#file))?.nonce === this.owner.nonce) await disk.rm(this.#file, { force: true })
  }

  #end(): void {
    this.#isOver = true
    clearInterval(this.#timer)
  }

  #lose(by: LibraryOwner | null): void {
    if (this.#isOver) return
    this.#end()
    this.#onLost(by)
  }

  async #look(): Promise<void> {
    if (this.#isOver) return
    const request = await readRequest(this.#file)
    if (request?.of === this.owner.nonce) return this.#lose(request.by)
    if (performance.now() - this.#beatAt < BEAT_MS) return
    this.#beatAt = performance.now()
    await this.#beat()
  }

  /** Writes the first byte again: the file system notes the time by its own clock. A library that is away for a while is left alone. */
  async #beat(): Promise<void> {
    try {
      const file = await open(this.#file, 'r+')
      try {
        const found = parseOwner(await file.readFile('utf8'))
        if (found && found.nonce !== this.owner.nonce) return this.#lose(found)
        await file.write('{', 0)
      } finally {
        await file.close()
      }
    } catch (error) {
      const isRemoved = (error as NodeJS.ErrnoException).code === 'ENOENT' && (await stat(dirname(this.#file)).catch(() => null))
      // Removed by hand: it is made again, unless another host was quicker.
      if (isRemoved && !(await create(this.#file, this.owner).catch(() => true))) this.#lose(await readOwner(this.#file))
    }
  }

  #removeNow(): void {
    try {
      if (parseOwner(readFileSync(this.#file, 'utf8'))?.nonce === this.owner.nonce) rmSync(this.#file)
    } catch {
      // The next start finds it stale.
    }
  }
}

const lockFile = (folder: string): string => join(folder, LOCK_FILE)

export interface AcquireOptions {
  readonly folder: string
  readonly kind: HostKind
  readonly onLost: (by: LibraryOwner | null) => void
}

/** Takes the library's lock where it is free or stale; else says who has it. Throws what the file system says where the folder cannot be written. */
export async function acquireLock({ folder, kind, onLost }: AcquireOptions): Promise<LibraryLock | HeldLock> {
  const file = lockFile(folder)
  const owner = newOwner(kind)
  const other = await claim(file, owner)
  return other ?? new LibraryLock(file, owner, onLost)
}

/**
 * Asks the owner for the lock and waits until it is given up. An owner elsewhere that shows no life meanwhile loses it; one of this machine that lives but does
 * not answer keeps it. Returns who has it then, where that is not we.
 */
export async function requestLock(options: AcquireOptions): Promise<LibraryLock | HeldLock> {
  const file = lockFile(options.folder)
  const request = join(options.folder, REQUEST_FILE)
  const asked = await readOwner(file)
  const heard = await mtimeOf(file)
  const started = performance.now()
  await disk.writeFile(request, JSON.stringify({ of: asked?.nonce ?? '', by: newOwner(options.kind) }))
  try {
    for (;;) {
      const found = await acquireLock(options)
      const waited = performance.now() - started
      if (found instanceof LibraryLock || found.owner.nonce !== asked?.nonce || waited > REQUEST_MS) return found
      const isHushed = found.isSilent || (waited > SILENT_MS && (await mtimeOf(file)) === heard)
      if (isHushed && !isNear(found.owner)) return takeFrom(found.owner, options)
      await wait(POLL_MS)
    }
  } finally {
    await disk.rm(request, { force: true })
  }
}

async function takeFrom(silent: LibraryOwner, { folder, kind, onLost }: AcquireOptions): Promise<LibraryLock | HeldLock> {
  const owner = newOwner(kind)
  return (await succeed(lockFile(folder), owner, silent)) ?? new LibraryLock(lockFile(folder), owner, onLost)
}

/** Who has the library's lock now; null where nobody has it, or only a process that is gone. */
export async function lockHolder(folder: string): Promise<HeldLock | null> {
  const file = lockFile(folder)
  const owner = await readOwner(file)
  if (!owner) return null
  const state = await judge(file, owner)
  return state === 'stale' ? null : { owner, isSilent: state === 'silent' }
}

function newOwner(kind: HostKind): LibraryOwner {
  return { nonce: randomBytes(8).toString('hex'), kind, host: hostname(), pid: process.pid, machine: machineIdentity(), started: processStart(process.pid), since: new Date().toISOString() }
}

/** Makes the file ours, or says whose it is. */
async function claim(file: string, owner: LibraryOwner): Promise<HeldLock | null> {
  for (;;) {
    if (await create(file, owner)) return null
    const found = await readOwner(file)
    if (!found) {
      // Released just now, or damaged by a power cut: the latter is replaced once it is clear that nobody is writing it.
      if (await isDamaged(file)) return succeed(file, owner, null)
      continue
    }
    const state = await settle(file, found)
    if (state !== 'stale') return { owner: found, isSilent: state === 'silent' }
    const other = await succeed(file, owner, found)
    if (!other) return null
    if (other.owner.nonce !== found.nonce) return other
  }
}

/**
 * Replaces a stale lock. Of several processes only the one that holds the successor's lock may do so, which is named after the stale one; that it is still
 * there is looked at again under that lock.
 */
async function succeed(file: string, owner: LibraryOwner, stale: LibraryOwner | null): Promise<HeldLock | null> {
  const successor = `${file}.${stale?.nonce ?? 'damaged'}`
  const other = await claim(successor, owner)
  if (other) return other
  const found = await readOwner(file)
  if (found?.nonce !== stale?.nonce) {
    await disk.rm(successor, { force: true })
    return found ? { owner: found, isSilent: false } : claim(file, owner)
  }
  await disk.rename(successor, file)
  return null
}

/** Creates the file with its content in one step; false where it exists. */
async function create(file: string, owner: LibraryOwner): Promise<boolean> {
  const draft = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`)
  const text = JSON.stringify(owner)
  try {
    await disk.writeFile(draft, text, { flag: 'wx' })
    await disk.link(draft, file)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    // File systems without links, such as exFAT or a synchronised drive.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP' || code === 'ENOSYS' || code === 'EMLINK') return createPlainly(file, text)
    throw error
  } finally {
    await disk.rm(draft, { force: true })
  }
}

const createPlainly = (file: string, text: string): Promise<boolean> =>
  disk.writeFile(file, text, { flag: 'wx' }).then(() => true, (error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return false
    throw error
  })

/** Whether the owner lives; waits where only its next sign of life can tell. */
async function settle(file: string, owner: LibraryOwner): Promise<OwnerState> {
  for (let first: number | null = null, since = performance.now(); ; await wait(POLL_MS)) {
    const state = await judge(file, owner)
    if (state !== 'held' || owner.host !== hostname() || isNear(owner)) return state
    const heard = await mtimeOf(file)
    first ??= heard
    if (heard !== first || (await readOwner(file))?.nonce !== owner.nonce) return 'held'
    if (performance.now() - since > SILENT_MS) return 'stale'
  }
}

/** True where the owner's process id means something here. */
const isNear = (owner: LibraryOwner): boolean => owner.machine !== null && owner.machine === machineIdentity() && owner.started !== null

async function judge(file: string, owner: LibraryOwner): Promise<OwnerState> {
  if (isNear(owner)) return processStart(owner.pid) === owner.started ? 'held' : 'stale'
  const silence = await silenceOf(file)
  if (owner.host === hostname()) return silence > SILENT_MS ? 'stale' : 'held'
  return silence > FAR_SILENT_MS ? 'silent' : 'held'
}

/** How long the owner has shown no life, by the clock of the file system. */
async function silenceOf(file: string): Promise<number> {
  const probe = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await disk.writeFile(probe, '', { flag: 'wx' })
    return ((await mtimeOf(probe)) ?? 0) - ((await mtimeOf(file)) ?? 0)
  } catch {
    return 0
  } finally {
    await disk.rm(probe, { force: true })
  }
}

const mtimeOf = (file: string): Promise<number | null> => stat(file).then(({ mtimeMs }) => mtimeMs, () => null)

async function readOwner(file: string): Promise<LibraryOwner | null> {
  return parseOwner(await readFile(file, 'utf8').catch(() => ''))
}

function parseOwner(text: string): LibraryOwner | null {
  try {
    return Owner.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** True for a file that stays without an owner: one that is being written has one in a moment. */
async function isDamaged(file: string): Promise<boolean> {
  const before = await mtimeOf(file)
  if (before === null) return false
  await wait(POLL_MS)
  return (await mtimeOf(file)) === before && (await readOwner(file)) === null
}

const Request = z.object({ of: z.string(), by: Owner })

async function readRequest(lock: string): Promise<z.infer<typeof Request> | null> {
  try {
    return Request.parse(JSON.parse(await readFile(join(dirname(lock), REQUEST_FILE), 'utf8')))
  } catch {
    return null
  }
}
