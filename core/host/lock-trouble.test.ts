import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import * as node from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UserError } from '../contract/index.ts'
import { useDisk } from '../files/disk.ts'
import { acquireLock, LibraryLock, requestLock, type HeldLock } from './library-lock.ts'
import { readOwner, readRequest, touch, type LibraryOwner } from './lock-file.ts'
import { machineIdentity, processStart, type ProcessState } from './process-identity.ts'

/** What the system says of every process but ours, and what reading a file fails with. */
const system = vi.hoisted(() => ({ process: null as ProcessState | null, problems: [] as string[] }))
vi.mock('./process-identity.ts', async (load) => {
  const real = await load<typeof import('./process-identity.ts')>()
  return { ...real, findProcess: (pid: number) => system.process ?? real.findProcess(pid) }
})
vi.mock('../files/regular-file.ts', async (load) => {
  const real = await load<typeof import('../files/regular-file.ts')>()
  const readRegularFile: typeof real.readRegularFile = async (path, how) => {
    const reason = system.problems.shift()
    if (reason) throw new UserError('file/unreadable', { file: path, reason })
    return real.readRegularFile(path, how)
  }
  return { ...real, readRegularFile }
})

let folder: string
const locks: LibraryLock[] = []
let putBack = () => undefined as void
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-lock-'))
})
afterEach(async () => {
  putBack()
  Object.assign(system, { process: null, problems: [] })
  for (const lock of locks.splice(0)) await lock.release()
  vi.useRealTimers()
  await rm(folder, { recursive: true })
})

const file = () => join(folder, '.terakoya-lock')
const options = (pause: () => Promise<unknown> = async () => undefined) =>
  ({ folder, kind: 'desktop', onLost: () => undefined, pause }) as const
const keep = (found: LibraryLock | HeldLock) => {
  if (found instanceof LibraryLock) locks.push(found)
  return found instanceof LibraryLock ? 'ours' : found.owner.nonce
}
const acquire = async (pause?: () => Promise<unknown>) => keep(await acquireLock(options(pause)))
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => (error as UserError).error?.code ?? error,
  )
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
async function leave(left: LibraryOwner, ageMs = 0): Promise<void> {
  await writeFile(file(), JSON.stringify(left))
  const at = new Date(Date.now() - ageMs)
  await utimes(file(), at, at)
}

describe('a library lock whose owner cannot be told', () => {
  it('is told by its signs of life where the system does not tell of the process', async () => {
    system.process = { kind: 'unknown' }
    await leave(owner())
    expect(await acquire(() => utimes(file(), new Date(), new Date()))).toBe(owner().nonce)
    await leave(owner(), 60_000)
    expect(await acquire()).toBe('ours')
  })

  it("is somebody's while it cannot be read, and is read when that is over", async () => {
    await leave(owner())
    system.problems = ['EBUSY', 'EBUSY', 'EBUSY']
    expect(await acquire()).toBe(owner().nonce)
    system.problems = Array.from({ length: 50 }, () => 'EACCES')
    expect(await codeOf(acquire())).toBe('file/unreadable')
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual(owner())
  })

  it('is ours no more when we could not remove it', async () => {
    const lock = (await acquireLock(options())) as LibraryLock
    putBack = useDisk({
      ...node,
      rm: async () => {
        throw Object.assign(new Error('read-only'), { code: 'EROFS' })
      },
    })
    await expect(lock.release()).rejects.toThrow('read-only')
    putBack()
    expect(await acquire()).toBe('ours')
  })
})

describe('a library lock on a file system without links', () => {
  it.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EISDIR'])(
    'that says so by %s is a plain file',
    async (code) => {
      putBack = useDisk({
        ...node,
        link: async () => {
          throw Object.assign(new Error(code), { code })
        },
      })
      expect(await acquire()).toBe('ours')
      expect(await readdir(folder)).toEqual(['.terakoya-lock'])
    },
  )
})

describe.skipIf(process.platform === 'win32')('a library lock that is no file', () => {
  const pipe = (path: string) => execFileSync('mkfifo', [path])

  it('is replaced where it is a link to nowhere or a pipe', async () => {
    await symlink(join(folder, 'nowhere'), file())
    expect(await acquire()).toBe('ours')
    await locks.pop()?.release()
    pipe(file())
    expect(await acquire()).toBe('ours')
    expect(await readdir(folder)).toEqual(['.terakoya-lock'])
  })

  it('is named where it is a folder', async () => {
    await mkdir(file())
    expect(await codeOf(acquire())).toBe('file/not-regular')
    expect(await readdir(folder)).toEqual(['.terakoya-lock'])
  })

  it('does not stop the owner whose request is a pipe, nor who asks', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    const request = join(folder, '.terakoya-lock.request')
    pipe(request)
    const lock = (await acquireLock({ ...options(), onLost: () => void lock.release() })) as LibraryLock
    vi.advanceTimersByTime(1000)
    expect(await readRequest(folder)).toBeNull()
    expect(
      keep(
        await requestLock(
          options(async () => {
            vi.advanceTimersByTime(1000)
          }),
        ),
      ),
    ).toBe('ours')
  })

  it("is not shown life through a link into another file, nor written where it is a stranger's", async () => {
    const other = join(folder, 'other')
    await writeFile(other, 'private')
    await symlink(other, file())
    await expect(touch(file(), owner().nonce)).rejects.toThrow('ELOOP')
    expect(await readFile(other, 'utf8')).toBe('private')
    expect(await touch(other, owner().nonce)).toBeNull()
    expect(await readFile(other, 'utf8')).toBe('private')
  })

  it('that comes and goes without end is given up', async () => {
    await symlink('nowhere', file())
    let looks = 0
    // Never the same for two looks.
    expect(await codeOf(acquire(async () => node.lutimes(file(), ++looks, looks)))).toBe('library/unwritable')
  })
})

describe('what a lock says', () => {
  it.each(['\u001b]0;title\u0007', 'a\nb', '\u202eabc', 'x'.repeat(256)])(
    'shows no terminal a name like %j',
    async (host) => {
      await leave(owner({ host }))
      expect(await readOwner(file())).toBeNull()
    },
  )

  it.each(['\u001b[31m', 'yesterday', ''])('has no other time than %j', async (since) => {
    await leave(owner({ since }))
    expect(await readOwner(file())).toBeNull()
  })
})
