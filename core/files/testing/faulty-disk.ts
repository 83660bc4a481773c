import { appendFileSync } from 'node:fs'
import * as node from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { Disk } from '../disk.ts'

/**
 * What happens at a boundary:
 * `kill` ends the process with SIGKILL.
 * `halt` lets no later call settle: to the files the same as `kill`, but the test's process goes on.
 * A code of the system fails the call, and with `forGood` every later one.
 */
export interface Fault {
  /** Boundaries count from 1. A boundary is a call that changes files, or a write or fsync of an open file. */
  readonly at: number
  readonly kind: 'kill' | 'halt' | 'ENOSPC' | 'EIO' | 'EROFS'
  /**
   * `before` and `after` the call; `during`: half of what it writes is written. Calls that write nothing take `during`
   * as `after`.
   */
  readonly when?: 'before' | 'during' | 'after'
  readonly forGood?: boolean
}

export interface FaultyDisk extends Disk {
  /** Every boundary so far, as `rename /library/…`. */
  readonly seen: readonly string[]
  /** Resolves at a `halt`. */
  readonly halted: Promise<void>
  /** Closes what a `halt` has left open. */
  release(): Promise<void>
}

export interface FaultyDiskOptions {
  /** Nothing happens without it: boundaries are counted. */
  readonly fault?: Fault | undefined
  /** Other paths are neither counted nor spoilt. */
  readonly within?: string
  /** Hears of every boundary before it happens. */
  readonly onBoundary?: (boundary: string) => void
}

const calls = ['rename', 'rm', 'mkdir', 'copyFile', 'appendFile', 'writeFile', 'link', 'truncate'] as const
const handleCalls = new Set(['write', 'writeFile', 'appendFile', 'sync', 'datasync', 'truncate'])
/** Flags that create or change a file. */
const changes = (flags: unknown): boolean => flags !== undefined && flags !== 'r' && flags !== 0

/** Node's file system with one fault. For tests: `useDisk(faultyDisk({ fault }))`. */
export function faultyDisk({ fault, within = '', onBoundary }: FaultyDiskOptions = {}): FaultyDisk {
  const seen: string[] = []
  const handles = new Set<FileHandle>()
  let halt: () => void
  const halted = new Promise<void>((resolve) => {
    halt = resolve
  })
  let isHalted = false

  function strike(name: string, path: string): Promise<never> {
    if (fault?.kind === 'kill') process.kill(process.pid, 'SIGKILL')
    if (fault?.kind === 'kill' || fault?.kind === 'halt') {
      isHalted = true
      halt()
      return new Promise(() => undefined)
    }
    return Promise.reject(
      Object.assign(new Error(`${fault?.kind}: ${name} '${path}'`), { code: fault?.kind, path, syscall: name }),
    )
  }

  async function boundary<T>(
    name: string,
    path: string,
    call: { readonly whole: () => Promise<T>; readonly half?: () => Promise<unknown> },
  ): Promise<T> {
    if (isHalted) return new Promise(() => undefined)
    if (!path.startsWith(within)) return call.whole()
    seen.push(`${name} ${path}`)
    onBoundary?.(`${name} ${path}`)
    const strikes = fault && (seen.length === fault.at || (fault.forGood === true && seen.length > fault.at))
    if (!strikes) return call.whole()
    // A call that failed has done nothing, or half of it.
    const when = fault.when ?? 'before'
    if (when === 'during' && call.half) await call.half()
    else if (when !== 'before' && (fault.kind === 'kill' || fault.kind === 'halt')) await call.whole()
    return strike(name, path)
  }

  const wrapHandle = (handle: FileHandle, path: string): FileHandle =>
    new Proxy(handle, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        const bound = (...parameters: unknown[]): unknown =>
          Reflect.apply(value as (...all: unknown[]) => unknown, target, parameters)
        if (!handleCalls.has(String(name))) return isHalted ? () => new Promise(() => undefined) : bound
        return (...parameters: unknown[]) => {
          const half = halfOf(parameters[0])
          return boundary(String(name), path, {
            whole: () => bound(...parameters) as Promise<unknown>,
            ...(half === null ? {} : { half: () => bound(half) as Promise<unknown> }),
          })
        }
      },
    })

  const disk = Object.fromEntries(
    calls.map((name) => [
      name,
      (...parameters: unknown[]) => {
        const whole = () => Reflect.apply(node[name] as (...all: unknown[]) => Promise<unknown>, node, parameters)
        return boundary(
          name,
          String(name === 'rename' || name === 'copyFile' || name === 'link' ? parameters[1] : parameters[0]),
          { whole },
        )
      },
    ]),
  ) as unknown as Omit<Disk, 'open'>
  const open: Disk['open'] = async (path, flags, mode) => {
    const whole = async () => {
      const handle = await node.open(path, flags, mode)
      handles.add(handle)
      return wrapHandle(handle, String(path))
    }
    return changes(flags)
      ? boundary('open', String(path), { whole })
      : isHalted
        ? new Promise(() => undefined)
        : whole()
  }
  const release = async () => {
    await Promise.all([...handles].map((handle) => handle.close().catch(() => undefined)))
  }
  return Object.assign(disk, { open, seen, halted, release })
}

function halfOf(data: unknown): string | Uint8Array | null {
  if (typeof data === 'string') return data.slice(0, Math.floor(data.length / 2))
  if (data instanceof Uint8Array) return data.subarray(0, Math.floor(data.byteLength / 2))
  return null
}

/**
 * What the environment of a test's process asks for: TERAKOYA_TEST_FAULT is a Fault as JSON, and every boundary becomes
 * a line of the file TERAKOYA_TEST_BOUNDARIES.
 */
export function diskOfEnvironment(within: string): FaultyDisk {
  const { TERAKOYA_TEST_FAULT: fault, TERAKOYA_TEST_BOUNDARIES: file } = process.env
  return faultyDisk({
    within,
    ...(fault ? { fault: JSON.parse(fault) as Fault } : {}),
    ...(file ? { onBoundary: (boundary: string) => appendFileSync(file, `${boundary}\n`) } : {}),
  })
}
