import type { ServerResponse } from 'node:http'

/** No page may read or keep an answer. */
const COMMON = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
}

export type Headers = Readonly<Record<string, string>>

/** Answers with a whole object. */
export function sendJson(response: ServerResponse, status: number, value: object, headers: Headers = {}): void {
  const content = Buffer.from(JSON.stringify(value), 'utf8')
  response
    .writeHead(status, {
      ...COMMON,
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(content.length),
      ...headers,
    })
    .end(content)
}

/** Server-sent events. A client that leaves too much unread is cut off. */
export class EventStream {
  readonly #response: ServerResponse
  readonly #maxUnreadBytes: number

  constructor(response: ServerResponse, maxUnreadBytes: number) {
    this.#response = response
    this.#maxUnreadBytes = maxUnreadBytes
  }

  get hasBegun(): boolean {
    return this.#response.headersSent
  }

  begin(headers: Headers): void {
    this.#response.writeHead(200, { ...COMMON, 'content-type': 'text/event-stream; charset=utf-8', ...headers })
  }

  send(value: object | '[DONE]'): void {
    if (this.#response.writableLength > this.#maxUnreadBytes) return void this.#response.destroy()
    this.#response.write(`data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`)
  }

  end(): void {
    this.#response.end()
  }
}
