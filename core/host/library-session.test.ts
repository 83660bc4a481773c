import * as node from 'node:fs/promises'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UserError, type AppError } from '../contract/index.ts'
import { useDisk } from '../files/disk.ts'
import type { Library, LibraryServices } from './library.ts'
import { acquireLock, lockHolder, LibraryLock, type AcquireOptions } from './library-lock.ts'
import { LibrarySession, type WantedAccess } from './library-session.ts'
import { newOwner } from './lock-file.ts'

/** What happens when services are opened, and the locks that sessions got. */
const doors = vi.hoisted(() => ({
  opening: null as ((library: Library) => Promise<void>) | null,
  locks: [] as { lock: LibraryLock; onLost: AcquireOptions['onLost'] }[],
}))
vi.mock('./library.ts', async (load) => {
  const real = await load<typeof import('./library.ts')>()
  const openServices: typeof real.openServices = async (...all) => {
    const library = await real.openServices(...all)
    await doors.opening?.(library)
    return library
  }
  return { ...real, openServices }
})
vi.mock('./library-lock.ts', async (load) => {
  const real = await load<typeof import('./library-lock.ts')>()
  const noted =
    (way: typeof real.acquireLock): typeof real.acquireLock =>
    async (options) => {
      const lock = await way(options)
      if (lock instanceof real.LibraryLock) doors.locks.push({ lock, onLost: options.onLost })
      return lock
    }
  return { ...real, acquireLock: noted(real.acquireLock), requestLock: noted(real.requestLock) }
})

let folder: string
let putBack = () => undefined as void
const sessions: LibrarySession[] = []
const services: LibraryServices = {
  resourcesFolder: join(import.meta.dirname, '..', '..', 'resources'),
  kind: 'desktop',
  engine: { close: () => undefined } as LibraryServices['engine'],
  fits: undefined as never,
  chat: undefined as never,
  environment: {},
  reader: {} as LibraryServices['reader'],
  devices: async () => {
    throw new Error('not asked')
  },
  emit: () => undefined,
  language: () => 'ja',
  report: vi.fn(() => ''),
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-session-'))
})
afterEach(async () => {
  putBack()
  doors.opening = null
  for (const session of sessions.splice(0)) await session.close()
  for (const { lock } of doors.locks.splice(0)) await lock.release()
  vi.mocked(services.report).mockClear()
  await rm(folder, { recursive: true })
})

const place = (name = 'library') => join(folder, name)
async function open(wanted: WantedAccess = 'write', name?: string): Promise<LibrarySession> {
  const session = await LibrarySession.open(place(name), services, wanted)
  sessions.push(session)
  return session
}
/** A lock of a browser studio. */
async function otherStudio(): Promise<LibraryLock> {
  await mkdir(place(), { recursive: true })
  return (await acquireLock({ folder: place(), kind: 'web', onLost: () => undefined })) as LibraryLock
}
const by = newOwner('web')
const lastLock = () => doors.locks.at(-1) as (typeof doors.locks)[number]
const askForIt = () => lastLock().onLost(by, lastLock().lock)
const kindOf = (session: LibrarySession) => session.current.access.kind
const errorOf = (work: () => unknown) =>
  Promise.resolve()
    .then(work)
    .then(
      () => null,
      (error: UserError): AppError => error.error,
    )
const codeOf = async (work: () => unknown) => (await errorOf(work))?.code
const isHeld = async () => (await lockHolder(place())) !== null
const diskError = (code: string) => Object.assign(new Error(code), { code })
/** Opening for writing fails once. */
function failOnce(error: Error): void {
  doors.opening = async ({ access }) => {
    if (access.kind === 'reader') return
    doors.opening = null
    throw error
  }
}

describe('a library that is handed over', () => {
  it('is so also where it was asked for while it was being opened', async () => {
    doors.opening = async () => {
      doors.opening = null
      askForIt()
    }
    const session = await open()
    await vi.waitFor(() => expect(kindOf(session)).toBe('reader'))
    expect(session.current.access).toMatchObject({ holder: { kind: 'web', since: by.since } })
    expect(await isHeld()).toBe(false)
  })

  it('stays where the lock that was lost belonged to the library before', async () => {
    const session = await open()
    const first = lastLock()
    await session.move(place('other'))
    first.onLost(by, first.lock)
    await session.move(place('other'))
    expect([kindOf(session), session.current.folder]).toEqual(['writer', place('other')])
    session.requireWriter()
  })

  it('says so to who would change it meanwhile, and waits for calls that read its datasets', async () => {
    const session = await open()
    let finish = () => undefined as void
    const read = session.run(
      'datasets.statistics',
      () =>
        new Promise<void>((resolve) => {
          finish = resolve
        }),
    )
    const closed = vi.spyOn(session.current.datasets, 'close')
    const released = vi.spyOn(lastLock().lock, 'release')
    askForIt()
    await vi.waitFor(() => expect(closed.mock.settledResults[0]?.type).toBe('fulfilled'))
    expect(await codeOf(() => session.run('datasets.edit', async () => null))).toBe('library/switching')
    await new Promise(setImmediate)
    expect([released.mock.calls.length, await isHeld()]).toEqual([0, true])
    finish()
    await read
    await vi.waitFor(() => expect(kindOf(session)).toBe('reader'))
    expect(await codeOf(() => session.requireWriter())).toBe('library/locked')
  })

  it('can be taken back where its lock could not be removed, or its services not be closed', async () => {
    const session = await open()
    session.current.experiments.close = async () => {
      throw new Error('a bug')
    }
    putBack = useDisk({
      ...node,
      rm: async () => {
        throw diskError('EROFS')
      },
    })
    askForIt()
    await vi.waitFor(() => expect(kindOf(session)).toBe('reader'))
    putBack()
    await session.take()
    session.requireWriter()
    expect(services.report).toHaveBeenCalledWith('library', expect.objectContaining({ message: 'a bug' }))
  })
})

describe('a library that cannot be opened for writing', () => {
  it.each([
    ['ENOSPC', 'disk-full'],
    ['EACCES', 'library/unwritable'],
  ])('at the start is left, with a sentence for %s', async (code, expected) => {
    putBack = useDisk({
      ...node,
      mkdir: (async (path, how) =>
        String(path).includes('.work') ? Promise.reject(diskError(code)) : node.mkdir(path, how)) as typeof node.mkdir,
    })
    expect(await codeOf(() => open())).toBe(expected)
    expect(await isHeld()).toBe(false)
  })

  it('is gone where its folder was pulled out', async () => {
    putBack = useDisk({
      ...node,
      mkdir: (async (path, how) => {
        if (!String(path).includes('.work')) return node.mkdir(path, how)
        await node.rm(place(), { recursive: true })
        throw diskError('ENOENT')
      }) as typeof node.mkdir,
    })
    expect(await codeOf(() => open())).toBe('library/gone')
  })

  it('is read on, its lock is free, and the next try succeeds', async () => {
    const other = await otherStudio()
    const session = await open()
    expect(kindOf(session)).toBe('reader')
    await other.release()
    failOnce(diskError('ENOSPC'))
    const closed = session.current
    await expect(session.take()).rejects.toThrow('ENOSPC')
    expect([kindOf(session), session.current === closed, await isHeld()]).toEqual(['reader', false, false])
    expect(await session.run('datasets.list', () => session.current.datasets.list({}))).toEqual([])
    await session.take()
    session.requireWriter()
  })

  it('is left where it was to be moved to, and the first one stays', async () => {
    const session = await open()
    failOnce(diskError('ENOSPC'))
    await expect(session.move(place('other'))).rejects.toThrow('ENOSPC')
    expect([session.current.folder, await lockHolder(place('other'))]).toEqual([place(), null])
    session.requireWriter()
  })
})

describe('a session', () => {
  it('that moves gives the first library up also where that cannot be closed', async () => {
    const session = await open()
    session.current.datasets.close = async () => {
      throw diskError('EIO')
    }
    await session.move(place('other'))
    expect([session.current.folder, kindOf(session), await isHeld()]).toEqual([place('other'), 'writer', false])
  })

  it('tells a studio that is about to write from one that only reads', async () => {
    const reader = await open('read')
    expect(await codeOf(() => reader.requireWriter())).toBe('library/read-only')
    const session = await open()
    session.current.access = { kind: 'reader', holder: null }
    expect(await codeOf(() => session.requireWriter())).toBe('library/switching')
  })

  it('ends while it waits for the library', async () => {
    const other = await otherStudio()
    const session = await open()
    const taking = errorOf(() => session.take())
    await vi.waitFor(() => readFile(join(place(), '.terakoya-lock.request')))
    await session.close()
    expect((await taking)?.code).toBe('library/switching')
    expect((await lockHolder(place()))?.owner.nonce).toBe(other.owner.nonce)
    expect(await codeOf(() => session.move(place('other')))).toBe('library/switching')
  })
})
