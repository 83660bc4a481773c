import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import type { Language } from '../../../texts/index.ts'
import { ok, type EventName, type Result } from '../../../core/contract/index.ts'
import { PathGrants } from '../../../core/host/path-grants.ts'
import type { Studio } from '../../../core/host/studio.ts'
import type { Limits } from '../limits.ts'
import { KEY_HEADER, keyOf, protocolsFor } from '../../wire/key.ts'
import { startWebHost, type WebHost } from '../server.ts'

/** A whole Studio that computes nothing: it answers with what it was asked, and tells what a test wants told. */
export class EchoStudio implements Studio {
  readonly #listeners = new Set<(name: EventName, payload: unknown) => void>()
  readonly #folder: string
  readonly calls: { readonly name: string; readonly input: unknown }[] = []
  /** Calls that run at this moment, and the most that ever did. */
  running = 0
  mostRunning = 0
  /** What a call does; a test may put something slower or larger in its place. */
  answer: (name: string, input: unknown) => Promise<Result<unknown>> = async (name, input) => ok({ name, input })

  constructor(folder: string) {
    this.#folder = folder
  }

  async dispatch(name: string, input: unknown): Promise<Result<unknown>> {
    this.calls.push({ name, input })
    this.running++
    this.mostRunning = Math.max(this.mostRunning, this.running)
    try {
      return await this.answer(name, input)
    } finally {
      this.running--
    }
  }

  on(listener: (name: EventName, payload: unknown) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  tell(name: EventName, payload: unknown): void {
    for (const listener of this.#listeners) listener(name, payload)
  }

  libraryFolder = (): string => this.#folder
  ownFolders = (): readonly string[] => [this.#folder]
  requireWriter = (): void => undefined
  enginePid = (): undefined => undefined
  close = async (): Promise<void> => undefined
}

export interface TestHost {
  readonly host: WebHost
  readonly studio: EchoStudio
  readonly grants: PathGrants
  readonly accountFolder: string
  readonly origin: string
  readonly port: number
  /** The session's key, as a header and as it is. */
  readonly keyHeader: Readonly<Record<string, string>>
  readonly key: string
  /** What the host reported as a bug. */
  readonly bugs: string[]
  /** What the windows' browsers asked for. */
  readonly languages: Language[]
  /** A session's cookie, by a link of its own. */
  readonly session: () => Promise<string>
  readonly close: () => Promise<void>
}

/** A real host on a free port, with a page of one line. */
export async function startTestHost(limits: Partial<Limits> = {}): Promise<TestHost> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-test-'))
  const rendererFolder = join(folder, 'renderer')
  await mkdir(join(rendererFolder, 'assets'), { recursive: true })
  await writeFile(join(rendererFolder, 'index.html'), '<!doctype html><script src="a.js"></script>')
  await writeFile(join(rendererFolder, 'assets', 'a.js'), 'let a')
  await writeFile(join(folder, 'secret.txt'), 'secret')
  const accountFolder = join(folder, 'account')
  const studio = new EchoStudio(join(folder, 'library'))
  const grants = new PathGrants()
  const bugs: string[] = []
  const languages: Language[] = []
  const report = (place: string, error: unknown) => {
    bugs.push(`${place}: ${String(error)}`)
    return 'reference'
  }
  const host = await startWebHost({
    studio,
    grants,
    rendererFolder,
    port: 0,
    exactPort: true,
    accountFolder,
    report,
    limits,
    onLanguage: (language) => void languages.push(language),
  })
  const origin = `http://127.0.0.1:${host.port}`
  const { pathname, search } = new URL(host.newLink())
  const opened = await raw(
    host.port,
    `GET ${pathname}${search} HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nConnection: close\r\n\r\n`,
  )
  const key = keyOf(/^location: \/(#.*)$/im.exec(opened)?.[1]?.trim() ?? '') ?? ''
  return {
    host,
    studio,
    grants,
    accountFolder,
    origin,
    bugs,
    languages,
    key,
    port: host.port,
    keyHeader: { [KEY_HEADER]: key },
    session: async () =>
      ((await fetch(host.newLink(), { redirect: 'manual' })).headers.get('set-cookie') ?? '').split(';')[0] as string,
    async close() {
      await host.close()
      await rm(folder, { recursive: true })
    },
  }
}

/**
 * Sends bytes as they are, and that no more will come unless `isOpen`; resolves with everything that came back once the
 * connection is closed.
 */
export function raw(port: number, bytes: string | Uint8Array, isOpen = false): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => void (isOpen ? socket.write(bytes) : socket.end(bytes)))
    socket.on('data', (data) => {
      answer += data.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(answer))
  })
}

/** An upgrade as a page sends it, with whatever cookie and key. */
export const upgrade = (port: number, cookie: string, key: string): Buffer =>
  Buffer.from(
    `GET /studio HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: ${protocolsFor(key).join(', ')}\r\nCookie: ${cookie}\r\n\r\n`,
    'latin1',
  )

/** A window's socket, and what came through it. */
export class TestWindow {
  readonly socket: WebSocket
  readonly closed: Promise<number>
  readonly #received: unknown[] = []
  #wake = (): void => undefined

  private constructor(socket: WebSocket) {
    this.socket = socket
    this.closed = new Promise((resolve) => socket.on('close', resolve))
    socket.on('error', () => undefined)
    socket.on('message', (data) => {
      this.#received.push(JSON.parse(String(data)))
      this.#wake()
    })
  }

  static async open(
    { port, origin, key }: Pick<TestHost, 'port' | 'origin' | 'key'>,
    cookie: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<TestWindow> {
    const window = new TestWindow(
      new WebSocket(`ws://127.0.0.1:${port}/studio`, protocolsFor(key), { headers: { ...headers, cookie, origin } }),
    )
    await new Promise((resolve, reject) => {
      window.socket.once('open', resolve)
      window.socket.once('error', reject)
    })
    return window
  }

  /** The next message. */
  async next(): Promise<unknown> {
    while (this.#received.length === 0)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    return this.#received.shift()
  }

  send(...messages: readonly (string | Uint8Array)[]): void {
    for (const message of messages) this.socket.send(message)
  }
}
