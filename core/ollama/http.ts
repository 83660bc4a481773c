// Requests to Ollama: it is a program of this computer, or of one that the user has named, so no proxy is asked.
import { Agent, request } from 'undici'
import { UserError } from '../contract/index.ts'

export interface OllamaRequest {
  readonly method: 'GET' | 'HEAD' | 'POST'
  /** Below the address, such as `api/version`. */
  readonly path: string
  readonly body?: string | AsyncIterable<Uint8Array>
  readonly bodyBytes?: number
  readonly signal: AbortSignal
}

export interface OllamaAnswer {
  readonly status: number
  readonly body: AsyncIterable<Uint8Array>
}

export interface OllamaConnection {
  readonly address: URL
  /** Throws UserError 'ollama/not-running' or 'ollama/lost', and the signal's reason. */
  ask(asked: OllamaRequest): Promise<OllamaAnswer>
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 3_000
/** Ollama reads a whole model between two words of its answer. */
const IDLE_TIMEOUT_MS = 10 * 60_000
const NOT_THERE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'EAI_AGAIN',
])

export function connectTo(address: URL): OllamaConnection {
  const dispatcher = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: IDLE_TIMEOUT_MS,
    bodyTimeout: IDLE_TIMEOUT_MS,
  })
  return {
    address,
    async ask({ method, path, body, bodyBytes, signal }) {
      signal.throwIfAborted()
      const headers = {
        'user-agent': 'terakoya-studio',
        ...(typeof body === 'string' && { 'content-type': 'application/json' }),
        ...(bodyBytes !== undefined && { 'content-length': String(bodyBytes) }),
      }
      const asked = { dispatcher, method, headers, signal, ...(body !== undefined && { body }) }
      try {
        const { statusCode, body: answer } = await request(new URL(path, address), asked as never)
        return { status: statusCode, body: answer as AsyncIterable<Uint8Array> }
      } catch (error) {
        throw explained(error, address, signal)
      }
    },
    close: () => dispatcher.destroy(),
  }
}

/** What a failure of a connection is to the user; the signal's reason where it was ended. */
export function explained(error: unknown, { host }: URL, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  if (error instanceof UserError) return error
  const { code, cause } = error as { code?: string; cause?: { code?: string } }
  return new UserError(NOT_THERE.has(code ?? cause?.code ?? '') ? 'ollama/not-running' : 'ollama/lost', { host })
}

/** A body as text, up to so many bytes; what is longer is cut. */
export async function textOf({ body }: OllamaAnswer, maxBytes: number): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes > maxBytes) break
  }
  return Buffer.concat(pieces).subarray(0, maxBytes).toString('utf8')
}

/** The lines of a body as they come. Throws UserError 'ollama/lost' for one that has no end. */
export async function* linesOf({ body }: OllamaAnswer, address: URL, maxBytes: number): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  let bytes = 0
  for await (const piece of body) {
    bytes += piece.length
    if (bytes > maxBytes) throw new UserError('ollama/lost', { host: address.host })
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  yield rest + decoder.decode()
}
