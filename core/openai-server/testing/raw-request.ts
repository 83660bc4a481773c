import { connect } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Bytes as they are given, on a connection of their own, and what came back until the other side closed it. */
export function sendRaw(port: number, ...parts: readonly (string | Buffer)[]): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    // A server that has heard enough resets the connection; what it said before has come.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      const answer = parsed(Buffer.concat(chunks).toString('utf8'))
      if (answer) resolve(answer)
      else reject(new Error('no answer'))
    })
    for (const part of parts) socket.write(part)
  })
}

function parsed(text: string): RawAnswer | null {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]
  if (status === undefined) return null
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  return { status: Number(status), headers, body: rest.join('\r\n\r\n') }
}

/** A request's head and body; the head's own length and `connection: close` unless others are given. */
export function requestText(
  line: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = '',
): Buffer {
  const all = { connection: 'close', 'content-length': String(Buffer.byteLength(body)), ...headers }
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.concat([Buffer.from(`${line} HTTP/1.1\r\n${head.join('')}\r\n`), Buffer.from(body)])
}
