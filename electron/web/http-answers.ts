import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { AppError } from '../../core/contract/index.ts'

/** Headers of everything that the host answers. */
const COMMON = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

export interface Content {
  readonly type: string
  readonly policy?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Answers with a whole content; a HEAD request gets its headers only. */
export function answerContent(
  response: ServerResponse,
  status: number,
  content: string | Uint8Array,
  { type, policy, headers }: Content,
): void {
  response
    .writeHead(status, {
      ...COMMON,
      'content-type': type,
      'cache-control': 'no-store',
      ...(policy !== undefined && { 'content-security-policy': policy }),
      ...headers,
    })
    .end(content)
}

export const answerJson = (response: ServerResponse, status: number, value: unknown): void =>
  answerContent(response, status, JSON.stringify(value), { type: 'application/json' })

/** Answers with the error as data, which the page words. What is still coming of the request is not read. */
export function answerError(response: ServerResponse, status: number, error: AppError): void {
  if (response.headersSent) return void response.destroy()
  answerContent(response, status, JSON.stringify({ error }), {
    type: 'application/json',
    headers: { connection: 'close' },
  })
}

/** Answers with the status and its standard words. */
export const answerStatus = (
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void => answerContent(response, status, `${status} ${STATUS_CODES[status]}\n`, { type: 'text/plain', headers })

/** Refuses on the bare connection and closes it: before there is a response, or for an upgrade. */
export function refuseSocket(socket: Duplex, status: number): void {
  if (!socket.writable) return void socket.destroy()
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    socket.destroy(),
  )
}
