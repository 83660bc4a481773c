import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { acquireLock, LibraryLock, lockHolder, requestLock, type HeldLock, type LibraryOwner } from './library-lock.ts'
import { machineIdentity, processStart } from './process-identity.ts'

const root = join(import.meta.dirname, '..', '..')
let programs: string
let folder: string
const children: ChildProcess[] = []
const locks: LibraryLock[] = []

beforeAll(async () => {
  programs = await mkdtemp(join(root, 'node_modules', '.terakoya-test-'))
  await build({ configFile: false, logLevel: 'error', root, build: { ssr: join(import.meta.dirname, 'testing', 'lock-process.ts'), outDir: programs, rolldownOptions: { output: { entryFileNames: 'lock.js' } } }, ssr: { noExternal: true } })
}, 120_000)
afterAll(() => rm(programs, { recursive: true }))
beforeEach(async () => { folder = await mkdtemp(join(programs, 'library-')) })
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill))
  for (const lock of locks.splice(0)) await lock.release()
})

const file = () => join(folder, '.terakoya-lock')
const stored = async () => JSON.parse(await readFile(file(), 'utf8')) as LibraryOwner
const acquire = async (onLost: (by: LibraryOwner | null) => void = () => undefined) => keep(await acquireLock({ folder, kind: 'desktop', onLost }))
function keep(found: LibraryLock | HeldLock): LibraryLock | HeldLock {
  if (found instanceof LibraryLock) locks.push(found)
  return found
}
const isWriter = (found: LibraryLock | HeldLock) => found instanceof LibraryLock

const owner = (changes: Partial<LibraryOwner> = {}): LibraryOwner =>
  ({ nonce: '0123456789abcdef', kind: 'web', host: hostname(), pid: process.pid, machine: machineIdentity(), started: processStart(process.pid), since: '2026-01-01T00:00:00.000Z', ...changes })
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
    expect(await acquire()).toMatchObject({ owner: { pid: process.pid } })
    await leave(owner({ started: '1' }))
    expect(isWriter(await acquire())).toBe(true)
  })

  it('of an earlier container, with the same name and process number, is told by its silence', async () => {
    await leave(owner({ machine: 'another boot' }), 60_000)
    expect(isWriter(await acquire())).toBe(true)
  })

  it('of another container that lives is left alone', async () => {
    await leave(owner({ machine: 'another namespace' }))
    const beating = setInterval(() => void utimes(file(), new Date(), new Date()), 50)
    expect(isWriter(await acquire())).toBe(false)
    clearInterval(beating)
  })

  it('of another computer is never taken unasked; after two minutes it is said to be silent, and given to who asks', async () => {
    const far = owner({ host: 'another computer', machine: 'its boot' })
    await leave(far, 60_000)
    expect(await acquire()).toEqual({ owner: far, isSilent: false })
    await leave(far, 180_000)
    expect(await acquire()).toEqual({ owner: far, isSilent: true })
    expect(isWriter(keep(await requestLock({ folder, kind: 'web', onLost: () => undefined })))).toBe(true)
    expect((await stored()).host).toBe(hostname())
  })

  it.each(['', '{', '{"nonce":"../../x"}', 'null', '[]'])('that is damaged (%j) is replaced', async (text) => {
    await leave(text)
    expect(isWriter(await acquire())).toBe(true)
    expect((await stored()).pid).toBe(process.pid)
  })

  it('is given up when its owner is asked', async () => {
    const first = (await acquire((by) => { expect(by?.kind).toBe('cli'); void first.release() })) as LibraryLock
    const second = keep(await requestLock({ folder, kind: 'cli', onLost: () => undefined })) as LibraryLock
    expect((await stored()).nonce).toBe(second.owner.nonce)
    expect((await readdir(folder))).toEqual(['.terakoya-lock'])
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
