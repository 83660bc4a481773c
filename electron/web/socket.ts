import type { IncomingMessage, Server } from 'node:http'
import { WebSocketServer } from 'ws'
import { languageOf, type Language } from '../../texts/index.ts'
import type { PathGrants } from '../../core/host/path-grants.ts'
import type { ReportBug } from '../../core/host/error-log.ts'
import type { Studio } from '../../core/host/studio.ts'
import type { Access } from './access.ts'
import { Connection } from './connection.ts'
import { refuseSocket } from './http-answers.ts'
import { PROTOCOL } from '../wire/key.ts'
import type { Limits } from './limits.ts'
import { Budget } from './part-assembler.ts'

export interface SocketOptions {
  readonly server: Server
  readonly studio: Studio
  readonly access: Access
  readonly grants: PathGrants
  readonly limits: Limits
  readonly report: ReportBug
  readonly onLanguage?: ((language: Language) => void) | undefined
}

/** Serves calls and events to the windows over `/studio`. Returns the function that closes every socket. */
export function serveSockets(options: SocketOptions): () => void {
  const { server, studio, limits, report } = options
  // The types do not know `closeTimeout`.
  const settings = {
    noServer: true,
    maxPayload: limits.maxFrameBytes,
    closeTimeout: limits.closeTimeoutMs,
    handleProtocols: (offered: Set<string>) => offered.has(PROTOCOL) && PROTOCOL,
  }
  const sockets = new WebSocketServer(settings)
  const host = { studio, grants: options.grants, budget: new Budget(limits.maxCallsWeight), limits, report }
  const connections = new Set<Connection>()
  sockets.on('error', (error) => void report('web socket', error))
  sockets.on('wsClientError', (_, socket) => refuseSocket(socket, 400))
  sockets.on('connection', (socket, { headers }: IncomingMessage) => {
    // As the page's own script sees it: the first that the browser wants.
    const [wanted] = (headers['accept-language'] ?? '').split(',')
    if (wanted) options.onLanguage?.(languageOf([wanted]))
    const connection = new Connection(socket, host)
    connections.add(connection)
    socket.on('close', () => connections.delete(connection))
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const status = refusal(request, options, connections.size)
    if (status !== null) return refuseSocket(socket, status)
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request))
  })
  const stopEvents = studio.on((event, payload) => sendToAll(connections, { event, payload }, report))
  const heartbeat = setInterval(() => {
    for (const connection of connections) connection.checkHeartbeat()
  }, limits.heartbeatMs)
  return () => {
    clearInterval(heartbeat)
    stopEvents()
    for (const client of sockets.clients) client.terminate()
  }
}

/**
 * The status with which an upgrade is refused; null where it is welcome. A page's script cannot leave its Origin out.
 */
function refusal(request: IncomingMessage, { access, limits }: SocketOptions, clientCount: number): number | null {
  if (request.url !== '/studio') return 404
  if (!access.allowsCalls(request) || request.headers.origin === undefined) return 403
  return clientCount >= limits.maxClients ? 503 : null
}

/** The text is made once for all windows. An event that cannot be sent must not fail the service that told it. */
function sendToAll(
  connections: ReadonlySet<Connection>,
  message: { readonly event: string; readonly payload: unknown },
  report: ReportBug,
): void {
  if (connections.size === 0) return
  try {
    const text = JSON.stringify(message)
    for (const connection of connections) connection.sendEvent(text)
  } catch (error) {
    report(`event ${message.event}`, error)
  }
}
