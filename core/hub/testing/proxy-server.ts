import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'

export interface ProxyServer {
  readonly url: string
  /** The hosts that were asked for. */
  readonly seen: readonly string[]
  close(): Promise<void>
}

/** A forward proxy on this computer; with `status` it refuses everything with it. */
export async function startProxyServer(status?: number): Promise<ProxyServer> {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(new URL(request.url ?? '').host)
    if (status !== undefined) return void response.writeHead(status).end()
    forward(request, response)
  })
  server.on('connect', ({ url = '' }: IncomingMessage, client: Socket) => {
    seen.push(url)
    if (status !== undefined) return void client.end(`HTTP/1.1 ${status} Refused\r\n\r\n`)
    const [host = '', port] = url.split(':')
    const target = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      target.pipe(client).pipe(target)
    })
    target.on('error', () => client.destroy())
    client.on('error', () => target.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function forward(request: IncomingMessage, response: ServerResponse): void {
  const passed = send(request.url ?? '', { method: request.method ?? 'GET', headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  passed.on('error', () => response.destroy())
  request.pipe(passed)
}
