import { createHash } from 'node:crypto'
import {
  toAppError,
  UserError,
  type Events,
  type Handlers,
  type LeftLibrary,
  type LibraryMove,
  type LibraryMovePlan,
  type LibraryMoveWarning,
} from '../contract/index.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { copyLibrary } from './copy.ts'
import { planMove } from './destination.ts'
import { comingNote, movedNote, moveNote, readMoveNote } from './notes.ts'
import { removeLibrary } from './remove.ts'
import { usageOf } from './usage.ts'

/** What is remembered of moves, for this account. */
export interface MoveMemory {
  /** Where a copy is being made; null while none is. */
  readonly movingTo: string | null
  /** Folders that libraries were moved away from. */
  readonly leftLibraries: readonly string[]
}

export interface LibraryMoverOptions {
  /** The library that is open. */
  readonly folder: () => string
  /** The studio was started with this library by name. */
  readonly isNamed: boolean
  /** Throws UserError 'library/move-busy' {what} while something works in the library that may not be ended. */
  readonly requireIdle: () => Promise<void>
  /**
   * Copies the library while nobody writes, and goes on in the copy once `commit` is done; in the library as it was where
   * one of them fails.
   */
  readonly relocate: (to: string, work: { copy(): Promise<void>; commit(): Promise<void> }) => Promise<void>
  readonly memory: () => MoveMemory
  /** In one write. */
  readonly remember: (changes: Partial<MoveMemory> & { readonly libraryFolder?: string }) => Promise<void>
  /** Another studio works in that folder. Throws UserError 'library/locked'. */
  readonly requireUnused: (folder: string) => Promise<void>
  readonly emit: (name: 'library.move', payload: Events['library.move']) => void
  /** Hears of bugs. */
  readonly report: (place: string, error: unknown) => void
  /** Monotonic milliseconds. */
  readonly now?: () => number
  readonly date?: () => Date
}

type LibraryHandlers = { [N in keyof Handlers as N extends `library.${infer C}` ? C : never]: Handlers[N] }

export interface LibraryMover extends LibraryHandlers {
  /** Removes what a copy of an ended process has left. */
  sweep(): Promise<void>
  /** Takes the library that is open for one, and no longer for an old copy. Only where this studio may write in it. */
  claim(): Promise<void>
  /** Ends a move; the library stays where it was. */
  close(): Promise<void>
}

/** The library's folder as a whole: what it takes, and its way to another place. */
export function createLibraryMover(options: LibraryMoverOptions): LibraryMover {
  const mover = new Mover(options)
  return {
    usage: () => usageOf(options.folder()),
    plan: ({ folder }) => mover.plan(folder),
    async move({ folder }) {
      await mover.start(folder)
      return null
    },
    async cancelMove() {
      mover.cancel()
      return null
    },
    moveState: async () => mover.told,
    left: () => mover.left(),
    async removeLeft({ id }) {
      await mover.removeLeft(id)
      return null
    },
    sweep: () => mover.sweep(),
    claim: () => mover.claim(),
    async close() {
      mover.cancel()
      await mover.settled
    },
  }
}

const TELL_EVERY_MS = 200

/** Names a folder to a window, which may not name paths. */
const idOf = (folder: string): string => createHash('sha256').update(folder).digest('hex').slice(0, 16)

class Mover {
  readonly #options: LibraryMoverOptions
  told: LibraryMove | null = null
  settled: Promise<void> = Promise.resolve()
  #ending = new AbortController()
  #isMoving = false

  constructor(options: LibraryMoverOptions) {
    this.#options = options
  }

  async plan(folder: string): Promise<LibraryMovePlan> {
    const plan = await planMove(this.#options.folder(), folder, { brokenOff: this.#options.memory().movingTo })
    const named: readonly LibraryMoveWarning[] = this.#options.isNamed ? [{ kind: 'named' }] : []
    return { ...plan, warnings: [...plan.warnings, ...named] }
  }

  async start(folder: string): Promise<void> {
    if (this.#isMoving) throw new UserError('library/switching')
    this.#isMoving = true
    try {
      await this.#options.requireIdle()
      const plan = await this.plan(folder)
      this.#ending = new AbortController()
      this.settled = this.#move(plan).finally(() => (this.#isMoving = false))
    } catch (error) {
      this.#isMoving = false
      throw error
    }
  }

  cancel(): void {
    this.#ending.abort(new DOMException('cancelled', 'AbortError'))
  }

  async left(): Promise<LeftLibrary[]> {
    const found = await Promise.all(
      this.#options.memory().leftLibraries.map(async (folder): Promise<LeftLibrary[]> => {
        const note = await this.#noteOf(folder)
        return note ? [{ id: idOf(folder), folder, movedTo: note.to, bytes: (await usageOf(folder)).bytes }] : []
      }),
    )
    return found.flat()
  }

  async removeLeft(id: string): Promise<void> {
    const { memory, remember, requireUnused } = this.#options
    const folder = memory().leftLibraries.find((each) => idOf(each) === id)
    if (folder === undefined || !(await this.#noteOf(folder)))
      throw new UserError('library/not-left', { folder: folder ?? '–' })
    await requireUnused(folder)
    await removeLibrary(folder, [movedNote(folder)]).catch((error: unknown) => {
      throw toDiskError(error, folder)
    })
    await remember({ leftLibraries: memory().leftLibraries.filter((each) => each !== folder) })
  }

  async sweep(): Promise<void> {
    const { movingTo } = this.#options.memory()
    if (movingTo === null || this.#isMoving) return
    if (movingTo !== this.#options.folder()) await this.#clear(movingTo)
    await this.#options.remember({ movingTo: null })
  }

  /** The library that is open is no old copy, whatever was noted of its folder. */
  async claim(): Promise<void> {
    const { folder, memory, remember } = this.#options
    const open = folder()
    for (const note of [comingNote(open), movedNote(open)]) await disk.rm(note, { force: true })
    const { leftLibraries } = memory()
    if (leftLibraries.includes(open)) await remember({ leftLibraries: leftLibraries.filter((each) => each !== open) })
  }

  /** Null where the folder is the library in use, or holds none that was moved. */
  async #noteOf(folder: string) {
    if (folder === this.#options.folder()) return null
    const note = await readMoveNote(movedNote(folder))
    return note?.from === folder ? note : null
  }

  async #move({ from, to, bytes }: LibraryMovePlan): Promise<void> {
    const { signal } = this.#ending
    const first: LibraryMove = {
      from,
      to,
      state: 'copying',
      doneBytes: 0,
      totalBytes: bytes,
      remainingSeconds: null,
      error: null,
    }
    const progress = new Progress(first, (told) => this.#tell(told), this.#options.now ?? (() => performance.now()))
    this.#tell(first)
    try {
      await this.#options.relocate(to, {
        copy: () => this.#copy({ from, to }, { signal, progress }),
        commit: () => this.#commit({ from, to }, signal),
      })
      await disk.rm(comingNote(to), { force: true }).catch(() => undefined)
      progress.end('done')
    } catch (error) {
      await this.#clear(to)
      await this.#options.remember({ movingTo: null }).catch(() => undefined)
      if (signal.aborted) return progress.end('cancelled')
      const known = toAppError(toDiskError(error, to))
      if (known.code === 'internal') this.#options.report('library', error)
      progress.end('failed', known)
    }
  }

  async #copy(
    { from, to }: Pick<LibraryMovePlan, 'from' | 'to'>,
    { signal, progress }: { readonly signal: AbortSignal; readonly progress: Progress },
  ): Promise<void> {
    // What a copy that was broken off has left there.
    await this.#clear(to)
    await this.#options.remember({ movingTo: to })
    await disk.mkdir(to, { recursive: true })
    await moveNote.write(comingNote(to), { from, to, at: this.#at() })
    await copyLibrary(from, to, { signal, onChecking: () => progress.check(), onBytes: (count) => progress.add(count) })
  }

  async #commit({ from, to }: Pick<LibraryMovePlan, 'from' | 'to'>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { memory, remember } = this.#options
    await moveNote.write(movedNote(from), { from, to, at: this.#at() })
    try {
      const leftLibraries = [...new Set([...memory().leftLibraries, from])].filter((each) => each !== to)
      await remember({ libraryFolder: to, movingTo: null, leftLibraries })
    } catch (error) {
      await disk.rm(movedNote(from), { force: true }).catch(() => undefined)
      throw error
    }
  }

  /** Removes a copy that did not become the library: only where one is known to be under way. */
  async #clear(to: string): Promise<void> {
    if (this.#options.memory().movingTo !== to || !(await readMoveNote(comingNote(to)))) return
    await removeLibrary(to, [comingNote(to)]).catch(() => undefined)
  }

  #at(): string {
    return (this.#options.date ?? (() => new Date()))().toISOString()
  }

  #tell(told: LibraryMove): void {
    this.told = told
    this.#options.emit('library.move', told)
  }
}

/** How far a move is: told now and then, and at each change of state. */
class Progress {
  #told: LibraryMove
  readonly #tell: (told: LibraryMove) => void
  readonly #now: () => number
  #beganMs: number
  #toldMs: number

  constructor(first: LibraryMove, tell: (told: LibraryMove) => void, now: () => number) {
    this.#told = first
    this.#tell = tell
    this.#now = now
    this.#beganMs = this.#toldMs = now()
  }

  add(bytes: number): void {
    const doneBytes = this.#told.doneBytes + bytes
    const passedMs = this.#now() - this.#beganMs
    const left = Math.max(0, this.#told.totalBytes - doneBytes)
    const remainingSeconds = passedMs < MIN_SPAN_MS ? null : (left * passedMs) / doneBytes / 1000
    this.#told = { ...this.#told, doneBytes, remainingSeconds }
    if (this.#now() - this.#toldMs >= TELL_EVERY_MS) this.#change({})
  }

  check(): void {
    this.#beganMs = this.#now()
    this.#change({ state: 'checking', doneBytes: 0, remainingSeconds: null })
  }

  end(state: 'done' | 'cancelled' | 'failed', error: LibraryMove['error'] = null): void {
    this.#change({ state, remainingSeconds: null, error })
  }

  #change(changes: Partial<LibraryMove>): void {
    this.#toldMs = this.#now()
    this.#told = { ...this.#told, ...changes }
    this.#tell(this.#told)
  }
}
/** A rate over less than this says nothing. */
const MIN_SPAN_MS = 500
