import * as fs from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { relative, resolve, sep } from 'node:path'
import { roleOf, type Fault, type FileOperation } from './fault.ts'
import { isBackup, PowerCut, type Step } from './power-cut.ts'

type Callable = (...args: never[]) => unknown
type Table = Record<string, Callable>

// As they were before anything was replaced.
const { appendFileSync, readFileSync, statSync, unlinkSync, writeSync } = fs
const plain = { appendFileSync, readFileSync, statSync, unlinkSync, writeSync }

/** Which argument of a call names the file, and what the call is. */
const pathCalls: Readonly<Record<string, FileOperation>> = {
  rename: 'rename',
  rm: 'rm',
  rmdir: 'rm',
  unlink: 'rm',
  mkdir: 'mkdir',
  copyFile: 'copy',
  cp: 'copy',
  link: 'link',
  symlink: 'link',
  truncate: 'truncate',
  writeFile: 'write',
  appendFile: 'write',
}
/** The role of these is that of their target. */
const TARGET_SECOND = new Set(['rename', 'copyFile', 'cp', 'link', 'symlink'])
const handleCalls: Readonly<Record<string, FileOperation>> = {
  write: 'write',
  writev: 'write',
  writeFile: 'write',
  appendFile: 'write',
  truncate: 'truncate',
  sync: 'sync',
  datasync: 'sync',
}
const descriptorCalls: Readonly<Record<string, FileOperation>> = {
  write: 'write',
  writev: 'write',
  fsync: 'sync',
  fdatasync: 'sync',
  ftruncate: 'truncate',
}

/** The one place that every changing call of this process passes: it counts, records, fails or ends the process. */
class Border {
  readonly #process: string
  readonly #folder: string
  readonly #faultFile: string
  readonly #recordFile: string | undefined
  readonly power: PowerCut
  #fault: Fault | null = null
  #loadedMs = -1
  #seen = 0
  #isLastingNoted = false
  #isInside = false

  constructor(processRole: string, folder: string) {
    this.#process = processRole
    this.#folder = resolve(folder)
    this.#faultFile = process.env['TORTURE_FAULT'] ?? ''
    this.#recordFile = process.env['TORTURE_RECORD']
    this.power = new PowerCut(folder)
  }

  /** Null for files that are none of the studio's. */
  roleOf(path: unknown): string | null {
    const absolute = resolve(path instanceof URL ? path.pathname : String(path))
    return absolute.startsWith(this.#folder + sep) && !isBackup(relative(this.#folder, absolute))
      ? roleOf(relative(this.#folder, absolute))
      : null
  }

  /** What the call must do: nothing, fail, or end the process before, in the midst or after. */
  pass(operation: FileOperation, path: string): Fault | null {
    // Node's own functions are made of each other.
    if (this.#isInside) return null
    this.#isInside = true
    try {
      return this.#faultAt(operation, path)
    } finally {
      this.#isInside = false
    }
  }

  #faultAt(operation: FileOperation, path: string): Fault | null {
    const role = this.roleOf(path)
    if (role === null) return null
    if (this.#recordFile) plain.appendFileSync(this.#recordFile, `${this.#process}\t${operation}\t${role}\n`)
    this.#reload()
    const fault = this.#fault
    if (
      !fault ||
      fault.process !== this.#process ||
      (fault.operation ?? operation) !== operation ||
      (fault.role ?? role) !== role
    )
      return null
    this.#seen++
    if (this.#seen < fault.occurrence || (this.#seen > fault.occurrence && !fault.lasting)) return null
    if (!fault.lasting) this.#hit(`${operation}\t${role}`)
    else if (!this.#isLastingNoted) this.#note(`${operation}\t${role}`)
    return fault
  }

  end(act: Fault['act']): never {
    this.#isInside = true
    if (act === 'power') this.power.cut()
    process.kill(process.pid, 'SIGKILL')
    // The signal is delivered at the latest here.
    for (;;) plain.statSync(this.#folder)
  }

  error(fault: Fault, operation: FileOperation, path: string): Error {
    return Object.assign(new Error(`${fault.act}: fault on purpose, ${operation} '${path}'`), {
      code: fault.act,
      syscall: operation,
      path,
    })
  }

  /** Says what a call is about to change, for what a power cut would take back. */
  begin(operation: FileOperation, name: string, args: readonly unknown[]): Step {
    const path = pathOf(name, args)
    if (this.#isInside || this.roleOf(path) === null) return { done: () => undefined, failed: () => undefined }
    return this.power.begin({
      operation,
      path,
      from: String(args[0]),
      isEmptied: name === 'writeFile' || (name === 'open' && /w/.test(String(args[1]))),
    })
  }

  /** The fault is used up: a process that starts later must not meet it again. */
  #hit(what: string): void {
    this.#fault = null
    this.#note(what)
    try {
      plain.unlinkSync(this.#faultFile)
    } catch {
      // Another process of the studio has met it first.
    }
  }

  #note(what: string): void {
    this.#isLastingNoted = true
    plain.appendFileSync(`${this.#faultFile}.hit`, `${what}\n`)
  }

  #reload(): void {
    const changedMs =
      this.#faultFile === '' ? undefined : plain.statSync(this.#faultFile, { throwIfNoEntry: false })?.mtimeMs
    if (changedMs === undefined) this.#load(null)
    if (changedMs === undefined || changedMs === this.#loadedMs) return
    this.#loadedMs = changedMs
    this.#seen = 0
    this.#load(JSON.parse(plain.readFileSync(this.#faultFile, 'utf8')) as Fault)
  }

  #load(fault: Fault | null): void {
    this.#fault = fault
    this.#isLastingNoted = false
    this.power.follow(fault?.act === 'power' && fault.process === this.#process)
  }
}

/**
 * Replaces the functions of node:fs and node:fs/promises that change files under `folder`, for every module of this
 * process. Returns what ends it as a power cut does.
 */
export function putFaultsInPlace(processRole: string, folder: string): () => void {
  const border = new Border(processRole, folder)
  const require = createRequire(import.meta.url)
  const callbacks = require('node:fs') as Table & { promises: Table }
  replacePromises(callbacks.promises, border)
  replaceCallbacks(callbacks, border)
  replaceSynchronous(callbacks, border)
  syncBuiltinESMExports()
  return () => border.end('power')
}

const pathOf = (name: string, args: readonly unknown[]): string => String(args[TARGET_SECOND.has(name) ? 1 : 0])
const isForWriting = (flags: unknown): boolean =>
  typeof flags === 'number'
    ? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0
    : /[wa+x]/.test(String(flags ?? 'r'))

function replacePromises(table: Table, border: Border): void {
  for (const [name, operation] of Object.entries(pathCalls)) {
    const original = table[name]
    if (!original) continue
    table[name] = (...args: never[]) => {
      return around(
        border,
        operation,
        pathOf(name, args),
        args,
        (given) => original(...given),
        () => border.begin(operation, name, args),
      )
    }
  }
  const open = table['open'] as (...args: unknown[]) => Promise<fs.promises.FileHandle>
  table['open'] = (async (path: unknown, flags: unknown, mode: unknown) => {
    const given = [path, flags, mode]
    const opening = () => border.begin('open', 'open', given)
    const handle = isForWriting(flags)
      ? ((await around(
          border,
          'open',
          String(path),
          given,
          (passed) => open(...passed),
          opening,
        )) as fs.promises.FileHandle)
      : await open(...given)
    if (border.roleOf(path) !== null) watchHandle(handle, String(path), border)
    return handle
  }) as Callable
}

function watchHandle(handle: fs.promises.FileHandle, path: string, border: Border): void {
  const table = handle as unknown as Table
  for (const [name, operation] of Object.entries(handleCalls)) {
    const original = (table[name] as Callable).bind(handle)
    const syncing = (): Step => ({ done: () => border.power.keep(handle.fd, path), failed: () => undefined })
    const writing = (): Step => ({ done: () => border.power.wrote(handle.fd), failed: () => undefined })
    table[name] = (...args: never[]) =>
      around(
        border,
        operation,
        path,
        args,
        (given) => original(...(given as never[])),
        operation === 'sync' ? syncing : writing,
      )
  }
}

/** Runs a call with what the border says about it. */
async function around(
  border: Border,
  operation: FileOperation,
  path: string,
  args: readonly unknown[],
  call: (args: never[]) => unknown,
  begin?: () => Step,
): Promise<unknown> {
  const fault = border.pass(operation, path)
  if (fault && isError(fault)) throw border.error(fault, operation, path)
  if (fault?.when === 'before') border.end(fault.act)
  const step = begin?.()
  const isHalf = fault?.when === 'half' && operation === 'write'
  try {
    const result = await call((isHalf ? halved(args) : args) as never[])
    step?.done()
    if (fault) border.end(fault.act)
    return result
  } catch (error) {
    step?.failed()
    throw error
  }
}

const isError = ({ act }: Fault): boolean => act !== 'kill' && act !== 'power'

/** The same arguments with half of the contents. */
const halved = (args: readonly unknown[]): unknown[] =>
  args.map((value) =>
    typeof value === 'string' && value.includes('\n')
      ? value.slice(0, value.length / 2)
      : value instanceof Uint8Array
        ? value.subarray(0, value.length / 2)
        : value,
  )

/** Streams and libraries use the functions with callbacks; descriptors are followed from their opening on. */
function replaceCallbacks(table: Table, border: Border): void {
  const paths = new Map<number, string>()
  const open = table['open'] as (...args: unknown[]) => void
  table['open'] = ((...args: unknown[]) => {
    const done = args.at(-1) as (error: Error | null, descriptor?: number) => void
    const path = String(args[0])
    const follow = (error: Error | null, descriptor?: number) => {
      if (!error && border.roleOf(path) !== null) paths.set(descriptor as number, path)
      done(error, descriptor)
    }
    guarded(border, isForWriting(args[1]) ? 'open' : null, path, [...args.slice(0, -1), follow], open, () =>
      border.begin('open', 'open', args),
    )
  }) as Callable
  for (const [name, operation] of Object.entries(descriptorCalls)) {
    const original = table[name] as (...args: unknown[]) => void
    const syncing = (descriptor: unknown) => (): Step => ({
      done: () => border.power.keep(descriptor as number, paths.get(descriptor as number) ?? ''),
      failed: () => undefined,
    })
    table[name] = ((...args: unknown[]) =>
      guarded(
        border,
        paths.has(args[0] as number) ? operation : null,
        paths.get(args[0] as number) ?? '',
        args,
        original,
        operation === 'sync' ? syncing(args[0]) : undefined,
      )) as Callable
  }
  for (const [name, operation] of Object.entries(pathCalls)) {
    const original = table[name] as ((...args: unknown[]) => void) | undefined
    if (original)
      table[name] = ((...args: unknown[]) =>
        guarded(border, operation, pathOf(name, args), args, original, () =>
          border.begin(operation, name, args),
        )) as Callable
  }
}

function guarded(
  border: Border,
  operation: FileOperation | null,
  path: string,
  args: readonly unknown[],
  call: (...args: unknown[]) => void,
  begin?: () => Step,
): void {
  const fault = operation === null ? null : border.pass(operation, path)
  const done = args.at(-1) as (error: Error | null, ...rest: unknown[]) => void
  if (operation === null || typeof done !== 'function') return call(...args)
  if (fault && isError(fault)) return void setImmediate(() => done(border.error(fault, operation, path)))
  if (fault?.when === 'before') border.end(fault.act)
  const step = begin?.()
  call(...(fault?.when === 'half' ? halved(args) : args).slice(0, -1), (error: Error | null, ...rest: unknown[]) => {
    if (error) step?.failed()
    else step?.done()
    if (fault) border.end(fault.act)
    done(error, ...rest)
  })
}

function replaceSynchronous(table: Table, border: Border): void {
  for (const [name, operation] of Object.entries(pathCalls)) {
    const original = table[`${name}Sync`] as ((...args: unknown[]) => unknown) | undefined
    if (!original) continue
    table[`${name}Sync`] = ((...args: unknown[]) => {
      const path = pathOf(name, args)
      const fault = border.pass(operation, path)
      if (fault && isError(fault)) throw border.error(fault, operation, path)
      if (fault?.when === 'before') border.end(fault.act)
      const step = border.begin(operation, name, args)
      try {
        const result = original(...args)
        step.done()
        if (fault) border.end(fault.act)
        return result
      } catch (error) {
        step.failed()
        throw error
      }
    }) as Callable
  }
}
