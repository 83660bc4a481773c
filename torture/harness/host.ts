import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import type { PickedFile } from '../../core/contract/index.ts'
import type { Fault } from '../preload/fault.ts'
import type { Measurement } from '../preload/measurements.ts'
import { KEY_HEADER, keyOf } from '../../electron/wire/key.ts'
import { connectClient, type Client } from './client.ts'
import { childrenOf, isRunning, programOf, wait } from './measure.ts'
import { preloadFile, root } from './places.ts'

const START_LIMIT_MS = 60_000
const END_LIMIT_MS = 30_000
const STDERR_CHARACTERS = 20_000

export interface HostExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A studio's web host as users run it (`terakoya serve`), with its engine, in processes of their own. */
export interface Host {
  readonly folder: string
  readonly pid: number
  readonly port: number
  readonly cookie: string
  /** What the studio's page sends with all that it asks. */
  readonly headers: Readonly<Record<string, string>>
  readonly client: Client
  readonly exit: Promise<HostExit>
  isRunning(): boolean
  /** What it said on its error stream, the last of it. */
  stderr(): string
  newClient(): Promise<Client>
  /** Sends a file as the page does; the path may be given to calls. */
  upload(name: string, contents: string | Uint8Array): Promise<PickedFile>
  /** What it holds after its garbage was collected. */
  measure(): Promise<Measurement>
  /** Its engines and readers. */
  children(program?: string): number[]
  /** SIGKILL; resolves when it and its children are gone. Returns those that had to be ended. */
  kill(): Promise<number[]>
  /** The host goes as in a power cut at this moment, where the fault that is set is one; resolves as `kill` does. */
  cutPower(): Promise<number[]>
  /** As Ctrl+C. Returns how it ended; null where it had to be killed. */
  stop(): Promise<HostExit | null>
}

export interface HostOptions {
  /** Holds library, home and temporary files. */
  readonly folder: string
  readonly clockMs?: number
  readonly recordFile?: string
  readonly library?: string
}

/** Errors that nobody caught, which a host has survived: what it wrote of them. */
const bugs: string[] = []

/** The errors since the last call. */
export const takeBugs = (): string[] => bugs.splice(0)

/** Every process that was started here, to be ended at the end whatever happens. */
const running = new Set<ChildProcess>()

export function killEverything(): void {
  for (const child of running) {
    const below = child.pid === undefined ? [] : childrenOf(child.pid)
    child.kill('SIGKILL')
    for (const pid of below) endProcess(pid)
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

export const libraryOf = (folder: string): string => join(folder, 'library')
const faultFile = (folder: string): string => join(folder, 'fault.json')

/** Puts a fault in place for the processes of the studio on this folder; null takes it away. */
export function setFault(folder: string, fault: Fault | null): void {
  if (fault === null) return rmSync(faultFile(folder), { force: true })
  writeFileSync(faultFile(folder), JSON.stringify(fault))
}

/** True while the fault has not come to pass. */
export const isFaultWaiting = (folder: string): boolean => existsSync(faultFile(folder))

/** What faults have hit so far, as `operation TAB role`; of a lasting one the first. */
export const faultHits = (folder: string): string[] =>
  existsSync(`${faultFile(folder)}.hit`)
    ? readFileSync(`${faultFile(folder)}.hit`, 'utf8')
        .split('\n')
        .filter(Boolean)
    : []

/** Starts a host. Throws with what it said where it does not come up. */
export async function startHost(options: HostOptions): Promise<Host> {
  const { folder } = options
  const library = options.library ?? libraryOf(folder)
  await Promise.all([mkdir(join(folder, 'home'), { recursive: true }), mkdir(join(folder, 'tmp'), { recursive: true })])
  const child = spawn(
    process.execPath,
    [join(root, 'out', 'main', 'cli.js'), 'serve', '--port', '0', '--library', library],
    { cwd: folder, env: environment(options, library), stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  )
  running.add(child)
  let stderr = ''
  child.stderr?.on('data', (data) => {
    const text = String(data)
    stderr = (stderr + text).slice(-STDERR_CHARACTERS)
    bugs.push(
      ...[...text.matchAll(/\[(?:uncaught|unhandled rejection)\] (.*(?:\n\s+at .*){0,2})/g)].map(
        ([, what]) => what as string,
      ),
    )
  })
  const exit = new Promise<HostExit>((resolve) =>
    child.once('exit', (code, signal) => {
      running.delete(child)
      resolve({ code, signal })
    }),
  )
  try {
    const link = await printedLink(child, exit)
    const { port, cookie, key } = await redeem(link)
    const headers = { cookie, origin: `http://127.0.0.1:${port}`, [KEY_HEADER]: key }
    const client = await connectClient(port, headers)
    return handleOf({ folder, child, exit, port, cookie, headers, client, stderr: () => stderr })
  } catch (error) {
    child.kill('SIGKILL')
    throw new Error(`no host: ${error instanceof Error ? error.message : String(error)}\n${stderr}`)
  }
}

/**
 * Nothing of the machine's user is read or written, and every address outside leads to a closed port of this computer.
 */
function environment({ folder, clockMs = 0, recordFile }: HostOptions, library: string): NodeJS.ProcessEnv {
  const closed = 'http://127.0.0.1:9'
  return {
    PATH: process.env['PATH'],
    LANG: 'ja_JP.UTF-8',
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    TEMP: join(folder, 'tmp'),
    TERAKOYA_LIBRARY: library,
    TERAKOYA_HOME: join(folder, 'home'),
    HF_ENDPOINT: closed,
    HTTPS_PROXY: closed,
    HTTP_PROXY: closed,
    ALL_PROXY: closed,
    NODE_OPTIONS: `--import=${pathToFileURL(preloadFile()).href}`,
    TORTURE_FOLDER: folder,
    TORTURE_FAULT: faultFile(folder),
    TORTURE_CLOCK_MS: String(clockMs),
    ...(recordFile === undefined ? {} : { TORTURE_RECORD: recordFile }),
  }
}

async function printedLink(child: ChildProcess, exit: Promise<HostExit>): Promise<string> {
  const printed = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const link = /http:\/\/\S+token=\S+/.exec(line)?.[0]
      if (link) resolve(link)
    })
  })
  const ended = exit.then(({ code, signal }) => {
    throw new Error(`ended with ${signal ?? code}`)
  })
  const late = wait(START_LIMIT_MS).then(() => {
    throw new Error('no link in time')
  })
  late.catch(() => undefined)
  return Promise.race([printed, ended, late])
}

function redeem(link: string): Promise<{ port: number; cookie: string; key: string }> {
  return new Promise((resolve, reject) => {
    request(link, (response) => {
      response.resume()
      const cookie = response.headers['set-cookie']?.[0]?.split(';')[0]
      const key = keyOf(new URL(response.headers.location ?? '', link).hash)
      if (cookie && key) resolve({ port: Number(new URL(link).port), cookie, key })
      else reject(new Error(`the link gives no cookie or key but ${response.statusCode}`))
    })
      .on('error', reject)
      .end()
  })
}

interface Started {
  readonly folder: string
  readonly child: ChildProcess
  readonly exit: Promise<HostExit>
  readonly port: number
  readonly cookie: string
  readonly headers: Readonly<Record<string, string>>
  readonly client: Client
  readonly stderr: () => string
}

function handleOf({ folder, child, exit, port, cookie, headers, client, stderr }: Started): Host {
  const pid = child.pid as number
  const isUp = () => child.exitCode === null && child.signalCode === null
  const children = (program?: string) =>
    childrenOf(pid).filter((below) => program === undefined || programOf(below).startsWith(program))
  return {
    folder,
    pid,
    port,
    cookie,
    headers,
    client,
    exit,
    stderr,
    children,
    isRunning: isUp,
    newClient: () => connectClient(port, headers),
    upload: (name, contents) => upload(port, headers, name, contents),
    measure: () => measure(child),
    async kill() {
      const below = children()
      child.kill('SIGKILL')
      client.close()
      await exit
      return endLeftOver(below)
    },
    async cutPower() {
      const below = children()
      child.send({ torture: 'cut' })
      await exit
      client.close()
      return endLeftOver(below)
    },
    async stop() {
      const below = children()
      client.close()
      child.kill('SIGINT')
      const ended = await Promise.race([exit, wait(END_LIMIT_MS).then(() => null)])
      if (ended === null) child.kill('SIGKILL')
      await exit
      await endLeftOver(below)
      return ended
    },
  }
}

/** What a host that fell said of it, in a few words that are the same for the same cause. */
export function causeOf(stderr: string): string {
  const code = [...stderr.matchAll(/code: '(\w+)'/g)].at(-1)?.[1]
  const error = [...stderr.matchAll(/^(?:Uncaught )?(\w*Error[^\n]*)/gm)].at(-1)?.[1]
  return (code ?? error?.replaceAll(/\d+|'[^']*'/g, '…') ?? 'without a word').slice(0, 80)
}

/** The last bug that a host wrote down, with the first lines of where. */
export const lastError = (stderr: string): string =>
  [...stderr.matchAll(/^.* \[[\w. ]+\] (.*(?:\n\s+at .*){0,2})/gm)].at(-1)?.[1]?.slice(0, 400) ?? ''

/** Engines end with their host; those that do not in time are ended here and returned. */
export async function endLeftOver(pids: readonly number[]): Promise<number[]> {
  for (let waited = 0; waited < 100 && pids.some(isRunning); waited++) await wait(50)
  const left = pids.filter(isRunning)
  left.forEach(endProcess)
  return left
}

function upload(
  port: number,
  headers: Readonly<Record<string, string>>,
  name: string,
  contents: string | Uint8Array,
): Promise<PickedFile> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        method: 'POST',
        path: `/upload?name=${encodeURIComponent(name)}`,
        headers: { ...headers, 'content-length': Buffer.byteLength(contents) },
      },
      (response) => {
        let text = ''
        response.on('data', (data) => {
          text += String(data)
        })
        response.on('end', () => {
          if (response.statusCode === 200) resolve(JSON.parse(text) as PickedFile)
          else reject(new Error(`upload: ${response.statusCode} ${text}`))
        })
      },
    )
    sent.on('error', reject).end(contents)
  })
}

function measure(child: ChildProcess): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no measurement in time')), START_LIMIT_MS)
    child.once('message', (message) => {
      clearTimeout(timer)
      resolve(message as Measurement)
    })
    child.send({ torture: 'measure' })
  })
}
