import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  acquireLock,
  LibraryLock,
  lockHolder,
  requestLock,
  type AcquireOptions,
  type HeldLock,
} from './library-lock.ts'
import type { LibraryOwner } from './lock-file.ts'
import type { Pause } from './lock-state.ts'
import { bootOf, machineIdentity, processStart } from './process-identity.ts'

const root = join(import.meta.dirname, '..', '..')
let programs: string
let folder: string
const children: ChildProcess[] = []
const locks: LibraryLock[] = []

beforeAll(async () => {
  programs = await mkdtemp(join(root, 'node_modules', '.terakoya-test-'))
  await build({
    configFile: false,
    logLevel: 'error',
    root,
    build: {
      ssr: join(import.meta.dirname, 'testing', 'lock-process.ts'),
      outDir: programs,
      rolldownOptions: { output: { entryFileNames: 'lock.js' } },
    },
    ssr: { noExternal: true },
  })
}, 120_000)
afterAll(() => rm(programs, { recursive: true }))
beforeEach(async () => {
  folder = await mkdtemp(join(programs, 'library-'))
})
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill))
  for (const lock of locks.splice(0)) await lock.release()
  vi.useRealTimers()
})

const file = () => join(folder, '.terakoya-lock')
const stored = async () => JSON.parse(await readFile(file(), 'utf8')) as LibraryOwner
/** Waits no time: of ten seconds, only their looks are left. */
const soon = async () => undefined
const acquire = async ({ onLost = () => undefined, pause = soon }: Partial<AcquireOptions> = {}) =>
  keep(await acquireLock({ folder, kind: 'desktop', onLost, pause }))
const request = (pause: Pause = soon) => requestLock({ folder, kind: 'cli', onLost: () => undefined, pause })
function keep(found: LibraryLock | HeldLock): LibraryLock | HeldLock {
  if (found instanceof LibraryLock) locks.push(found)
  return found
}
const isWriter = (found: LibraryLock | HeldLock) => found instanceof LibraryLock

const owner = (changes: Partial<LibraryOwner> = {}): LibraryOwner => ({
  nonce: '0123456789abcdef',
  kind: 'web',
  host: hostname(),
  pid: process.ppid,
  machine: machineIdentity(),
  started: processStart(process.ppid),
  since: '2026-01-01T00:00:00.000Z',
  ...changes,
})
async function leave(left: LibraryOwner | string, ageMs = 0): Promise<void> {
  await writeFile(file(), typeof left === 'string' ? left : JSON.stringify(left))
  const at = new Date(Date.now() - ageMs)
  await utimes(file(), at, at)
}

async function started(): Promise<ChildProcess> {
  const child = fork(join(programs, 'lock.js'), [folder])
  children.push(child)
  await once(child, 'message')
  return child
}
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
const asked = async (child: ChildProcess): Promise<string> => {
  child.send('go')
  return String((await once(child, 'message'))[0])
}
const onlyOneWriter = async (count: number) => {
  const waiting = await Promise.all(Array.from({ length: count }, started))
  const roles = await Promise.all(waiting.map(asked))
  expect(roles.filter((role) => role === 'writer')).toHaveLength(1)
  expect((await readdir(folder)).filter((name) => name !== '.terakoya-lock')).toEqual([])
  return { waiting, roles }
}

describe('the library lock', () => {
  it('has one writer of eight processes that start at the same instant, also over a lock that a killed one left', async () => {
    const { waiting, roles } = await onlyOneWriter(8)
    await kill(waiting[roles.indexOf('writer')] as ChildProcess)
    expect(await lockHolder(folder)).toBeNull()
    const left = await stored()
    await onlyOneWriter(8)
    expect((await stored()).nonce).not.toBe(left.nonce)
  }, 60_000)

  it('goes on where a process died while it replaced a stale lock', async () => {
    const gone = owner({ started: '1' })
    await leave(gone)
    await writeFile(`${file()}.${gone.nonce}`, JSON.stringify(owner({ nonce: 'aaaaaaaaaaaaaaaa', started: '2' })))
    await onlyOneWriter(4)
  }, 60_000)

  it('is the process that has it, not another with the same number', async () => {
    await leave(owner())
    expect(await acquire()).toMatchObject({ owner: { pid: process.ppid } })
    await leave(owner({ started: '1' }))
    expect(isWriter(await acquire())).toBe(true)
  })

  it('of an earlier container is told by its silence, also where each container has a name of its own', async () => {
    await leave(owner({ machine: 'another boot' }), 60_000)
    expect(isWriter(await acquire())).toBe(true)
    await leave(owner({ host: '0123456789ab', machine: `${bootOf(machineIdentity())} pid:[1]` }), 60_000)
    expect(isWriter(await acquire())).toBe(true)
  })

  it('of another container that lives is left alone, also when all have slept for hours', async () => {
    const other = owner({ machine: 'another namespace' })
    const beat = () => utimes(file(), new Date(), new Date())
    await leave(other)
    expect(isWriter(await acquire({ pause: beat }))).toBe(false)
    await leave(other, 8 * 3_600_000)
    let looks = 0
    expect(
      isWriter(
        await acquire({
          pause: async () => {
            if (++looks === 24) await beat()
          },
        }),
      ),
    ).toBe(false)
    expect(await stored()).toEqual(other)
  })

  it('is watched anew after this machine has slept meanwhile', async () => {
    await leave(owner({ machine: 'another namespace' }), 60_000)
    vi.useFakeTimers({ toFake: ['Date'] })
    let looks = 0
    const found = await acquire({
      pause: async () => {
        if (++looks === 25) vi.setSystemTime(Date.now() + 8 * 3_600_000)
        if (looks === 45) await utimes(file(), new Date(), new Date())
      },
    })
    expect(isWriter(found)).toBe(false)
  })

  it('of another computer is never taken unasked; after two minutes it is said to be silent, and given to who asks', async () => {
    const far = owner({ host: 'another computer', machine: 'its boot' })
    await leave(far, 60_000)
    expect(await acquire()).toEqual({ owner: far, isSilent: false })
    await leave(far, 180_000)
    expect(await acquire()).toEqual({ owner: far, isSilent: true })
    expect(isWriter(keep(await request()))).toBe(true)
    expect((await stored()).host).toBe(hostname())
  })

  it.each(['', '{', '{"nonce":"../../x"}', 'null', '[]'])('that is damaged (%j) is replaced', async (text) => {
    await leave(text)
    expect(isWriter(await acquire())).toBe(true)
    expect((await stored()).pid).toBe(process.pid)
  })

  it('is given up when its owner is asked', async () => {
    const first = (await acquire({
      onLost: (by, lock) => {
        expect([by?.kind, lock]).toEqual(['cli', first])
        void first.release()
      },
    })) as LibraryLock
    const second = keep(await requestLock({ folder, kind: 'cli', onLost: () => undefined })) as LibraryLock
    expect((await stored()).nonce).toBe(second.owner.nonce)
    expect(await readdir(folder)).toEqual(['.terakoya-lock'])
  })

  it('goes on showing life while its owner closes for another host, and sees when that one has taken it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    const onLost = vi.fn()
    const lock = (await acquire({ onLost })) as LibraryLock
    await writeFile(
      join(folder, '.terakoya-lock.request'),
      JSON.stringify({ of: lock.owner.nonce, by: owner({ kind: 'cli' }) }),
    )
    vi.advanceTimersByTime(1000)
    await vi.waitFor(() => expect(onLost).toHaveBeenCalledWith(expect.objectContaining({ kind: 'cli' }), lock))
    await leave(lock.owner, 60_000)
    vi.advanceTimersByTime(6000)
    await vi.waitFor(async () => expect(Date.now() - (await stat(file())).mtimeMs).toBeLessThan(30_000))
    await leave(owner(), 60_000)
    vi.advanceTimersByTime(6000)
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0))
    expect(onLost).toHaveBeenCalledTimes(1)
    expect(await stored()).toEqual(owner())
  })

  it('is free after it was released, and another one is not removed by that', async () => {
    const first = (await acquire()) as LibraryLock
    await leave(owner())
    await first.release()
    expect(await stored()).toEqual(owner())
    await rm(file())
    const second = (await acquire()) as LibraryLock
    await second.release()
    expect(await readdir(folder)).toEqual([])
  })
})
