import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { UserError } from '../contract/index.ts'
import { errorObject } from './errors.ts'
import { answerRequest, type Served } from './routes.ts'

export interface ListeningServer {
  readonly host: string
  readonly port: number
  close(): Promise<void>
}

export interface ServerPlace {
  readonly host: string
  readonly port: number
  /** False: where the port is taken, the next free one does as well. */
  readonly isExact: boolean
}

const PORT_ATTEMPTS = 20

/** Listens. Throws UserError 'api/port-in-use' or 'api/no-address'. */
export async function startServer(place: ServerPlace, served: Served): Promise<ListeningServer> {
  const server = boundServer(served)
  const port = await listen(server, place)
  server.on('request', (request, response) => {
    // An answer that nobody takes ends; while one is awaited, silence is no fault.
    const { socket } = request
    socket.setTimeout(0)
    response.once('prefinish', () => socket.setTimeout(served.limits.unreadTimeoutMs))
    void answerRequest(request, response, served)
  })
  // A connection that cannot be accepted, for want of descriptors.
  server.on('error', () => undefined)
  return {
    host: place.host,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A server that waits for nobody. */
function boundServer({ limits, word }: Served): Server {
  const server = createServer({
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, 2000),
  })
  server.maxHeadersCount = limits.maxHeaders
  server.maxConnections = limits.maxConnections
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(socket, error.code, { limits, word }))
  return server
}

/** Answers what is no HTTP, or too much or too slow of it, on the bare connection. */
function refuse(socket: Duplex, code: string | undefined, { word }: Pick<Served, 'limits' | 'word'>): void {
  if (!socket.writable) return void socket.destroy()
  const [status, reason] =
    code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large']
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout']
        : [400, 'Bad Request']
  const error = { code: 'api/incomplete', facts: {} } as const
  const content = JSON.stringify(errorObject(error, word(error, null)))
  const lines = [
    `HTTP/1.1 ${status} ${reason}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(content)}`,
    'Connection: close',
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${content}`, () => socket.destroy())
}

async function listen(server: Server, { host, port: first, isExact }: ServerPlace): Promise<number> {
  for (let port = first; port < first + PORT_ATTEMPTS && port < 65_536; port++) {
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      server.once('error', resolve)
      server.listen(port, host, () => {
        server.off('error', resolve)
        resolve(null)
      })
    })
    if (!error) return (server.address() as AddressInfo).port
    if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') throw new UserError('api/no-address', { host })
    if (error.code === 'EACCES') throw new UserError('api/port-refused', { port: String(port) })
    if (error.code !== 'EADDRINUSE') throw error
    if (isExact) break
  }
  throw new UserError('api/port-in-use', { port: String(first) })
}
