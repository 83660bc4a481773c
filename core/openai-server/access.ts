import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'

/**
 * True for a request that names this computer and comes from no web page. A page that has its own name lead to this
 * address (DNS rebinding) names itself; an address as such cannot be taken over.
 */
export function isForUs({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): boolean {
  if (headers.origin !== undefined) return false
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'none') return false
  const name = nameOf(headers.host ?? '')
  if (name === null) return false
  if (isIP(name) !== 0) return name === plain(socket.localAddress ?? '')
  const own = hostname().toLowerCase()
  return ['localhost', own, `${own}.local`].includes(name)
}

/** The key of `Authorization: Bearer …`; null where there is none. */
export function keyOf({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  const [scheme = '', key = ''] = (headers.authorization ?? '').split(/ +/, 2)
  return scheme.toLowerCase() === 'bearer' && key !== '' ? key : null
}

/** The Host header's name or address without its port. A tunnel has another port. */
function nameOf(host: string): string | null {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]/@?#\s]+))(?::\d{1,5})?$/.exec(host)
  return (match?.[1] ?? match?.[2])?.toLowerCase() ?? null
}

/** ::ffff:127.0.0.1 is the same as 127.0.0.1. */
const plain = (address: string): string => address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
