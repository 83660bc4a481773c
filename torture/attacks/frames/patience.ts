import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import type { Report } from '../../harness/attack.ts'
import type { Host } from '../../harness/host.ts'
import { megabytes, residentBytes, wait } from '../../harness/measure.ts'

const SLOW_CLIENTS = 100
const DEAF_CALLS = 400
/** What a client that does not read may cost. */
const DEAF_LIMIT_BYTES = 256 * 2 ** 20

/** Clients that send a byte now and then, or nothing: others are served meanwhile. */
export async function slowClients(report: Report, host: Host): Promise<void> {
  const sockets: Socket[] = Array.from({ length: SLOW_CLIENTS }, () => connect(host.port, '127.0.0.1'))
  for (const socket of sockets) socket.on('error', () => socket.destroy())
  for (const character of 'GET / HTTP/1.1\r\n') {
    for (const socket of sockets) if (socket.writable) socket.write(character)
    await wait(20)
  }
  report.count += SLOW_CLIENTS
  const client = await host.newClient()
  const result = await client.ask('datasets.list', {}, 5000).catch((error: Error) => error)
  report.expect(!(result instanceof Error) && result.ok, 'slow clients keep others from being served', String(result))
  client.close()
  for (const socket of sockets) socket.destroy()
}

/** A client that asks again and again and never reads: it is dropped, or what waits for it is bounded. */
export async function deafClient(report: Report, host: Host): Promise<void> {
  const rows = Array.from({ length: 1000 }, (_, row) => `${row}${'あ'.repeat(390)},${'い'.repeat(390)}`).join('\n')
  const { path } = await host.upload('long.csv', `instruction,output\n${rows}\n`)
  const { id } = await host.client.call('datasets.import', { file: path })
  const before = residentBytes(host.pid)
  const deaf = new WebSocket(`ws://127.0.0.1:${host.port}/studio`, { headers: host.headers })
  deaf.on('error', () => undefined)
  await new Promise((resolve) => deaf.once('open', resolve))
  ;(deaf as unknown as { _socket: Socket })._socket.pause()
  let peak = before
  for (let call = 0; call < DEAF_CALLS && deaf.readyState === WebSocket.OPEN; call++) {
    deaf.send(JSON.stringify({ id: call, name: 'datasets.page', input: { id, offset: 0, limit: 1000 } }))
    if (call % 20 === 19) await wait(50)
    peak = Math.max(peak, residentBytes(host.pid))
  }
  for (let waited = 0; waited < 20; waited++) {
    await wait(100)
    peak = Math.max(peak, residentBytes(host.pid))
  }
  deaf.terminate()
  report.count++
  report.figures['memory for a client that does not read, MB'] = megabytes(peak - before)
  report.expect(
    peak - before < DEAF_LIMIT_BYTES,
    'a client that does not read holds memory',
    `${megabytes(peak - before)} MB`,
  )
  await host.client.call('datasets.remove', { id }).catch(() => undefined)
}
