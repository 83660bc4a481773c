import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, extname, join, normalize, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { WebSocketServer, type WebSocket } from 'ws'
import { UserError, type PathUse, type PickedFile } from '../../core/contract/index.ts'
import { PathGrants } from '../../core/host/path-grants.ts'
import type { Studio } from '../../core/studio.ts'

export interface WebHostOptions {
  readonly studio: Studio
  /** Folder of the built renderer, and the built bridge script. */
  readonly rendererFolder: string
  readonly bridgeFile: string
  readonly port: number
  /** False: the port was not asked for by the user, so the next free one does as well. */
  readonly exactPort: boolean
}

export interface WebHost {
  /** The address to open, with a token that works once. */
  readonly link: string
  close(): Promise<void>
}

const ADDRESS = '127.0.0.1'
const COOKIE = 'terakoya'
const PORT_ATTEMPTS = 50
const MAX_MESSAGE_BYTES = 32e6

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.svg': 'image/svg+xml', '.png': 'image/png', '.json': 'application/json',
}

const CSP = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * Serves the studio to browsers on this computer only: loopback address, a one-time token in the link that becomes a cookie, and checks of Host and
 * Origin against other web pages. Throws UserError `web/port-in-use`.
 */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const files = join(tmpdir(), `terakoya-${randomBytes(8).toString('hex')}`)
  await mkdir(files, { mode: 0o700 })
  const access = new Access()
  const pages = new Pages(options, files, access)
  const server = createServer((request, response) => {
    pages.answer(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  const port = await listen(server, options.port, options.exactPort)
  access.port = port
  const sockets = serveCalls(server, options.studio, access, pages)
  return {
    link: `http://${ADDRESS}:${port}/?token=${access.token}`,
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(files, { recursive: true, force: true })
    },
  }
}

async function listen(server: Server, first: number, exact: boolean): Promise<number> {
  for (let port = first; port < first + PORT_ATTEMPTS; port++) {
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      server.once('error', resolve)
      server.listen(port, ADDRESS, () => {
        server.off('error', resolve)
        resolve(null)
      })
    })
    if (!error) {
      const address = server.address()
      return typeof address === 'object' && address ? address.port : port
    }
    if (error.code !== 'EADDRINUSE' || exact) throw error.code === 'EADDRINUSE' ? new UserError('web/port-in-use', { port }) : error
  }
  throw new UserError('web/port-in-use', { port: first })
}

/** Who may talk to the host. */
class Access {
  port = 0
  /** In the printed link; becomes worthless at its first use. */
  token = randomBytes(24).toString('hex')
  readonly #session = randomBytes(24).toString('hex')
  #tokenUsed = false

  /** The cookie for whoever brings the token the first time. */
  redeem(token: string | null): string | null {
    if (this.#tokenUsed || token === null || !same(token, this.token)) return null
    this.#tokenUsed = true
    return `${COOKIE}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`
  }

  /** True for requests of our own page: right host name (no DNS rebinding), no foreign origin, our cookie. */
  allows({ headers }: IncomingMessage): boolean {
    const hosts = [`${ADDRESS}:${this.port}`, `localhost:${this.port}`]
    if (!hosts.includes(headers.host ?? '')) return false
    if (headers.origin !== undefined && !hosts.some((host) => headers.origin === `http://${host}`)) return false
    const cookie = (headers.cookie ?? '').split(/; */).find((part) => part.startsWith(`${COOKIE}=`))
    return cookie !== undefined && same(cookie.slice(COOKIE.length + 1), this.#session)
  }
}

const same = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

/** Pages, uploads and downloads. */
class Pages {
  /** Paths that calls may read from or write to: uploads and targets that this host made. */
  readonly granted = new PathGrants()
  readonly #options: WebHostOptions
  readonly #files: string
  readonly #access: Access

  constructor(options: WebHostOptions, files: string, access: Access) {
    this.#options = options
    this.#files = files
    this.#access = access
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${ADDRESS}`)
    const cookie = url.pathname === '/' ? this.#access.redeem(url.searchParams.get('token')) : null
    if (cookie) return void response.writeHead(303, { location: '/', 'set-cookie': cookie }).end()
    if (!this.#access.allows(request)) return void response.writeHead(403, { 'content-type': types['.html'] as string }).end(FORBIDDEN)
    if (request.method === 'POST' && url.pathname === '/upload') return this.#upload(request, response, url.searchParams.get('name') ?? 'file')
    if (request.method === 'POST' && url.pathname === '/save') return this.#save(request, response)
    if (url.pathname === '/download') return this.#download(response, url.searchParams.get('target') ?? '')
    return this.#file(response, url.pathname)
  }

  async #upload(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    const path = await this.#place(name, 'read')
    await pipeline(request, createWriteStream(path))
    const picked: PickedFile = { path, name: basename(name), sizeBytes: (await stat(path)).size }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(picked))
  }

  async #save(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const { suggestedName } = JSON.parse(body) as { suggestedName: string }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ target: await this.#place(suggestedName, 'write') }))
  }

  /** A fresh folder for one file, so that it keeps its name. */
  async #place(name: string, use: PathUse): Promise<string> {
    const folder = join(this.#files, randomBytes(8).toString('hex'))
    await mkdir(folder)
    const path = join(folder, basename(normalize(name)).replaceAll(/[<>:"/\\|?*\u0000-\u001f]/g, '_') || 'file')
    this.granted.add(path, use)
    return path
  }

  async #download(response: ServerResponse, target: string): Promise<void> {
    if (!this.granted.has(target, 'write')) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(basename(target))}` })
    await pipeline(createReadStream(target), response)
  }

  async #file(response: ServerResponse, pathname: string): Promise<void> {
    if (pathname === '/bridge.js') return send(response, await readFile(this.#options.bridgeFile), '.js')
    const path = join(this.#options.rendererFolder, normalize(decodeURIComponent(pathname)))
    if (!path.startsWith(this.#options.rendererFolder + sep) && path !== join(this.#options.rendererFolder, sep)) return void response.writeHead(404).end()
    if (pathname !== '/') {
      const content = await readFile(path).catch(() => null)
      return content ? send(response, content, extname(path)) : void response.writeHead(404).end()
    }
    const page = await readFile(join(this.#options.rendererFolder, 'index.html'), 'utf8')
    // The page's own policy is for the desktop; here the header rules. The bridge must be there before the studio's script.
    send(response, page.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/i, '').replace('<script', '<script type="module" src="/bridge.js"></script>\n    <script'), '.html')
  }
}

function send(response: ServerResponse, content: string | Uint8Array, extension: string): void {
  response.writeHead(200, { 'content-type': types[extension] ?? 'application/octet-stream', 'content-security-policy': CSP, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-cache' }).end(content)
}

const FORBIDDEN = `<!doctype html><html lang="ja"><meta charset="utf-8"><title>寺子屋 Terakoya Studio</title><p>このリンクはもう使えません。ターミナルに表示された新しいリンクを開いてください。</p><p>This link no longer works. Open the link that the terminal shows.</p></html>`

function serveCalls(server: Server, studio: Studio, access: Access, pages: Pages): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES })
  server.on('upgrade', (request, socket, head) => {
    if (request.url !== '/studio' || !access.allows(request) || request.headers.origin === undefined) return void socket.destroy()
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request))
  })
  sockets.on('connection', (client: WebSocket) => {
    const stop = studio.on((event, payload) => client.send(JSON.stringify({ event, payload })))
    client.on('close', stop)
    client.on('message', (data) => void answerCall(client, studio, pages, String(data)))
  })
  return sockets
}

async function answerCall(client: WebSocket, studio: Studio, pages: Pages, message: string): Promise<void> {
  const { id, name, input } = JSON.parse(message) as { id: number; name: string; input: unknown }
  const result = pages.granted.refusal(name, input, studio) ?? (await studio.dispatch(name, input))
  client.send(JSON.stringify({ id, result }))
}
