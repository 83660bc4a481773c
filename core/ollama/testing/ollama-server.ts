import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A model as it was asked for. */
export interface MadeModel {
  readonly files: Readonly<Record<string, string>>
  readonly template?: string
  readonly parameters: Readonly<Record<string, unknown>>
}

/**
 * `status`: this answer instead; `line`: a line of the answer to `api/create`; `cut`: the connection breaks after so many
 * bytes of a file; `hold`: nothing is read or told any more; `endless`: an answer without an end or a line.
 */
export type OllamaFault =
  | { readonly at: 'version' | 'blob' | 'create'; readonly status: number; readonly body: string }
  | { readonly at: 'create'; readonly line: string }
  | { readonly at: 'blob'; readonly cut: number }
  | { readonly at: 'blob' | 'create'; readonly hold: true }
  | { readonly at: 'create'; readonly endless: true }

export interface OllamaServer {
  /** As OLLAMA_HOST names it. */
  readonly host: string
  readonly requests: readonly string[]
  /** By `name:tag`. */
  readonly models: Map<string, MadeModel>
  readonly blobs: ReadonlyMap<string, Buffer>
  version: string
  /** The next request of that kind goes wrong. */
  fault: OllamaFault | null
  close(): Promise<void>
}

interface State extends Omit<OllamaServer, 'host' | 'close' | 'requests' | 'blobs'> {
  readonly requests: string[]
  readonly blobs: Map<string, Buffer>
}

/** Speaks the part of Ollama's API that makes models, as strictly as its server does (server/routes.go, create.go). */
export async function startOllamaServer(): Promise<OllamaServer> {
  const state: State = { requests: [], models: new Map(), blobs: new Map(), version: '0.9.0', fault: null }
  const server = createServer((request, response) => {
    answer(state, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(state, {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? ''
  state.requests.push(`${request.method} ${path.replace(/[0-9a-f]{64}/, '…')}`)
  const digest = /^\/api\/blobs\/(sha256:[0-9a-f]{64})$/.exec(path)?.[1]
  if (request.method === 'GET' && path === '/api/version') {
    const fault = faultAt(state, 'version')
    if (fault && 'status' in fault) return void response.writeHead(fault.status).end(fault.body)
    return json(response, 200, { version: state.version })
  }
  if (request.method === 'GET' && path === '/api/tags')
    return json(response, 200, { models: [...state.models.keys()].map((name) => ({ name, model: name })) })
  if (digest && request.method === 'HEAD') return void response.writeHead(state.blobs.has(digest) ? 200 : 404).end()
  if (digest && request.method === 'POST') return takeBlob(state, digest, request, response)
  if (request.method === 'POST' && path === '/api/create') return create(state, request, response)
  response.writeHead(404).end('404 page not found')
}

/** The fault, once. */
function faultAt(state: State, at: OllamaFault['at']): OllamaFault | null {
  const { fault } = state
  if (fault?.at !== at) return null
  state.fault = null
  return fault
}

async function takeBlob(
  state: State,
  digest: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const fault = faultAt(state, 'blob')
  if (fault && 'status' in fault) return void response.writeHead(fault.status, { connection: 'close' }).end(fault.body)
  if (fault && 'hold' in fault) return void request.pause()
  const hash = createHash('sha256')
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of request) {
    hash.update(piece as Buffer)
    pieces.push(piece as Buffer)
    bytes += (piece as Buffer).length
    if (fault && 'cut' in fault && bytes >= fault.cut) return void request.socket.destroy()
  }
  const found = `sha256:${hash.digest('hex')}`
  if (found !== digest) return json(response, 400, { error: `digest mismatch, expected "${digest}", got "${found}"` })
  state.blobs.set(digest, Buffer.concat(pieces))
  response.writeHead(201).end()
}

/** Of each part of a name. */
const PART = /^[A-Za-z0-9_][\w.-]{0,79}$/
const isName = (name: string): boolean => {
  const [, namespace, model = '', tag] = /^(?:([^/]+)\/)?([^/:]+)(?::([^/:]+))?$/.exec(name) ?? []
  return [namespace ?? 'library', model, tag ?? 'latest'].every((part) => PART.test(part))
}

async function create(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  const asked = JSON.parse(Buffer.concat(pieces).toString()) as MadeModel & { model: string; modelfile?: string }
  const fault = faultAt(state, 'create')
  if (fault && 'status' in fault) return void response.writeHead(fault.status).end(fault.body)
  if (fault && 'hold' in fault) return
  if (!isName(asked.model ?? '')) return json(response, 400, { error: 'invalid model name' })
  const [digest] = Object.values(asked.files ?? {})
  if (digest === undefined) return json(response, 400, { error: "neither 'from' or 'files' was specified" })
  const blob = state.blobs.get(digest)
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  const tell = (told: object) => response.write(`${JSON.stringify(told)}\n`)
  if (fault && 'endless' in fault) return void response.end('x'.repeat(5_000_000))
  if (!blob) return void response.end(`${JSON.stringify({ error: `open ${digest}: no such file or directory` })}\n`)
  if (blob.subarray(0, 4).toString() !== 'GGUF')
    return void response.end(`${JSON.stringify({ error: 'supplied file was not in GGUF format' })}\n`)
  tell({ status: 'parsing GGUF' })
  tell({ status: `using existing layer ${digest}` })
  if (fault && 'line' in fault) return void response.end(`${fault.line}\n`)
  state.models.set(asked.model.includes(':') ? asked.model : `${asked.model}:latest`, asked)
  tell({ status: 'writing manifest' })
  response.end(`${JSON.stringify({ status: 'success' })}\n`)
}

const json = (response: ServerResponse, status: number, value: object): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
