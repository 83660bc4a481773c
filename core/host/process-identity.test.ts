import { afterEach, describe, expect, it, vi } from 'vitest'
import { findProcess, processStart } from './process-identity.ts'

/** What ps and /proc answer. */
const system = vi.hoisted(() => ({ ps: vi.fn(), proc: null as string | null }))
vi.mock('node:child_process', () => ({ execFileSync: system.ps }))
vi.mock('node:fs', async (load) => {
  const real = await load<typeof import('node:fs')>()
  const readFileSync = (path: string, how: 'utf8') => {
    if (system.proc) throw Object.assign(new Error(system.proc), { code: system.proc })
    return real.readFileSync(path, how)
  }
  return { ...real, readFileSync }
})
const on = (platform: NodeJS.Platform) => vi.spyOn(process, 'platform', 'get').mockReturnValue(platform)
/** No system gives it to a process. */
const NOBODY = 2 ** 30

afterEach(() => {
  vi.restoreAllMocks()
  system.ps.mockReset()
  system.proc = null
})

describe('a process', () => {
  it.runIf(process.platform === 'linux')('is told by its start', () => {
    expect(findProcess(process.pid)).toEqual({ kind: 'running', started: processStart(process.pid) })
    expect(findProcess(NOBODY)).toEqual({ kind: 'gone' })
  })

  it.each(['EMFILE', 'EACCES', 'EIO'])('is not gone because its file cannot be read (%s)', (code) => {
    on('linux')
    system.proc = code
    expect(findProcess(NOBODY)).toEqual({ kind: 'unknown' })
  })

  it('is not gone because it is hidden', () => {
    on('linux')
    system.proc = 'ENOENT'
    expect(findProcess(process.pid)).toEqual({ kind: 'unknown' })
    expect(findProcess(NOBODY)).toEqual({ kind: 'gone' })
  })

  it('on macOS is told by a time that does not depend on the time zone', () => {
    on('darwin')
    system.ps.mockImplementation(
      (_: string, __: readonly string[], { env }: { env: NodeJS.ProcessEnv }) =>
        `Mon Jan  5 01:02:03 2026 ${env['TZ'] ?? 'as it is here'}\n`,
    )
    expect(processStart(1)).toBe('Mon Jan  5 01:02:03 2026 UTC')
  })

  it('on macOS is gone where ps finds none, and only then', () => {
    on('darwin')
    system.ps.mockImplementation(() => {
      throw Object.assign(new Error('ps'), { status: 1 })
    })
    expect(findProcess(NOBODY)).toEqual({ kind: 'gone' })
    expect(findProcess(process.pid)).toEqual({ kind: 'unknown' })
    system.ps.mockImplementation(() => {
      throw Object.assign(new Error('spawn'), { code: 'EAGAIN' })
    })
    expect(findProcess(NOBODY)).toEqual({ kind: 'unknown' })
  })
})
