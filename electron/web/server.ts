import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { rm } from 'node:fs/promises'
import type { Language } from '../../texts/index.ts'
import { UserError } from '../../core/contract/index.ts'
import { toDiskError } from '../../core/files/disk-errors.ts'
import { closeAll } from '../../core/host/close-all.ts'
import { announceHost } from '../../core/host/control-files.ts'
import type { ReportBug } from '../../core/host/error-log.ts'
import type { PathGrants } from '../../core/host/path-grants.ts'
import type { Studio } from '../../core/host/studio.ts'
import { Access, ADDRESS } from './access.ts'
import { refuseSocket } from './http-answers.ts'
import { LIMITS, type Limits } from './limits.ts'
import { answerRequest } from './pages.ts'
import { serveSockets } from './socket.ts'
import { makeTransferFolder, sweepTransferFolders } from './transfer-folder.ts'
import { Transfers } from './transfers.ts'

export interface WebHostOptions {
  readonly studio: Studio
  /** Paths that the user picked; also filled by the host's folder picker. */
  readonly grants: PathGrants
  /** Folder of the built renderer; `bridge.js` lies in it. */
  readonly rendererFolder: string
  readonly port: number
  /** False: the port was not asked for by the user, so the next free one does as well. */
  readonly exactPort: boolean
  /** The account's folder, where `terakoya link` finds the host. */
  readonly accountFolder: string
  readonly report: ReportBug
  readonly limits?: Partial<Limits>
  /** Hears what language each window's browser asks for. */
  readonly onLanguage?: (language: Language) => void
}

export interface WebHost {
  readonly port: number
  /** An address to open, with a token that works once. */
  newLink(): string
  close(): Promise<void>
}

const PORT_ATTEMPTS = 50

/**
 * Serves the studio to browsers on this computer only: loopback address, one-time tokens in links that become a cookie
 * and a key, and checks of Host and Origin against other web pages. Throws UserError `web/port-in-use`, and those of a
 * disk that takes neither transfers nor the control file; nothing of the host stays then.
 */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const limits: Limits = { ...LIMITS, ...options.limits }
  await sweepTransferFolders(tmpdir()).catch((error: unknown) => void options.report('sweep', error))
  const folder = await makeTransferFolder(tmpdir()).catch((error: unknown) => {
    throw toDiskError(error, tmpdir())
  })
  const server = boundServer(limits)
  /** In the order of their making. */
  const closings = [() => rm(folder, { recursive: true, force: true }), () => endServer(server)]
  const close = () => closeAll(closings.splice(0).reverse())
  try {
    const port = await listen(server, options.port, options.exactPort)
    const access = new Access(port)
    const newLink = () => `http://${ADDRESS}:${port}/?token=${access.newToken()}`
    closings.push(serveAll(server, { ...options, access, newLink, folder, limits }))
    closings.push(
      await announceHost(options.accountFolder, { port, secret: access.controlSecret }).catch((error: unknown) => {
        throw toDiskError(error, options.accountFolder)
      }),
    )
    return { port, newLink, close }
  } catch (error) {
    // The first failure is the one to tell.
    await close().catch((failure: unknown) => void options.report('close', failure))
    throw error
  }
}

interface Served extends Omit<WebHostOptions, 'limits'> {
  readonly access: Access
  readonly newLink: () => string
  /** Of the transfers. */
  readonly folder: string
  readonly limits: Limits
}

/** Answers what comes to a server that listens. Returns the function that closes the windows. */
function serveAll(
  server: Server,
  { studio, grants, report, rendererFolder, access, newLink, folder, limits, onLanguage }: Served,
): () => Promise<void> {
  // A connection that cannot be accepted, for want of descriptors.
  server.on('error', (error) => void report('web server', error))
  const pages = { access, transfers: new Transfers(folder, grants, limits), rendererFolder, newLink, report }
  server.on('request', (request, response) => void answerRequest(request, response, pages))
  const closeSockets = serveSockets({ server, studio, access, grants, limits, report, onLanguage })
  return async () => closeSockets()
}

/** Also one that does not listen. */
function endServer(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

/** A server that waits for nobody and survives what is no HTTP. */
function boundServer(limits: Limits): Server {
  const server = createServer({
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, 5000),
  })
  server.maxHeadersCount = limits.maxHeaders
  server.maxConnections = limits.maxConnections
  server.timeout = limits.idleTimeoutMs
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseSocket(socket, statusOf(error.code)))
  return server
}

function statusOf(code: string | undefined): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
}

async function listen(server: Server, first: number, exact: boolean): Promise<number> {
  for (let port = first; port < first + PORT_ATTEMPTS && port < 65_536; port++) {
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
    if (error.code !== 'EADDRINUSE' || exact)
      throw error.code === 'EADDRINUSE' ? new UserError('web/port-in-use', { port: String(port) }) : error
  }
  throw new UserError('web/port-in-use', { port: String(first) })
}
