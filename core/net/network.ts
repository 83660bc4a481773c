import { Agent, fetch as undiciFetch, ProxyAgent, request, type Dispatcher } from 'undici'

/** The proxy for an address, such as `http://proxy:8080`; null where there is none. */
export type ProxyFor = (url: URL) => Promise<string | null>

/** What a request carries. */
export interface Asked {
  readonly headers: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** An answer whose body is as it came: nothing is unpacked. */
export interface Answer {
  readonly status: number
  /** The address that it came from. */
  readonly url: URL
  readonly headers: { get(name: string): string | null }
  /** To be read once, or given up. */
  readonly body: AsyncIterable<Uint8Array>
  /** Gives up a body that nobody reads. */
  cancel(): Promise<void>
}

export interface Network {
  /** One request; redirects are not followed. Throws what undici throws. */
  send(url: URL, asked: Asked): Promise<Answer>
  /**
   * The same for libraries that ask for a `fetch`, to send files with. An answer may take as long as what is sent:
   * whoever sends looks out for a standstill.
   */
  readonly fetch: typeof globalThis.fetch
  readonly proxyFor: ProxyFor
  /** Ends its connections; a later request opens others. */
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 15_000
/** Without a byte for so long the other side counts as gone. */
const IDLE_TIMEOUT_MS = 30_000
const timeouts = {
  connect: { timeout: CONNECT_TIMEOUT_MS },
  headersTimeout: IDLE_TIMEOUT_MS,
  bodyTimeout: IDLE_TIMEOUT_MS,
}

/** HTTP through the proxy that `proxyFor` names. Close it to end its connections. */
export function createNetwork(proxyFor: ProxyFor): Network {
  const asking = dispatchersWith(timeouts)
  const sending = dispatchersWith({ ...timeouts, headersTimeout: 0 })
  return {
    proxyFor,
    // undici's fetch would copy every byte once more.
    async send(url, { headers, signal }) {
      const dispatcher = asking.through(await proxyFor(url))
      const answer = await request(url, { dispatcher, headers, ...(signal && { signal }) })
      return {
        status: answer.statusCode,
        url,
        headers: { get: (name) => [answer.headers[name]].flat()[0] ?? null },
        body: answer.body as AsyncIterable<Uint8Array>,
        cancel: () => answer.body.dump().catch(() => undefined),
      }
    },
    async fetch(input, init) {
      const url = new URL(input instanceof Request ? input.url : input)
      const dispatcher = sending.through(await proxyFor(url))
      const answer = await undiciFetch(url, { ...(init as object), dispatcher, redirect: 'manual' })
      return answer as unknown as Response
    },
    async close() {
      await Promise.all([asking.close(), sending.close()])
    },
  }
}

/** The network, but every request throws what `refusal` gives as long as it gives something. */
export function refusing(network: Network, refusal: () => Error | null): Network {
  const guarded =
    <A extends unknown[], R>(ask: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const error = refusal()
      if (error) throw error
      return ask(...args)
    }
  return { ...network, send: guarded(network.send), fetch: guarded(network.fetch) }
}

/** One dispatcher for each proxy, null being none. */
function dispatchersWith(limits: typeof timeouts) {
  const known = new Map<string | null, Dispatcher>()
  return {
    through(proxy: string | null): Dispatcher {
      const found = known.get(proxy) ?? (proxy === null ? new Agent(limits) : new ProxyAgent({ uri: proxy, ...limits }))
      known.set(proxy, found)
      return found
    },
    async close() {
      const all = [...known.values()]
      known.clear()
      await Promise.all(all.map((dispatcher) => dispatcher.destroy()))
    },
  }
}

/** The proxy as the environment names it: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in capitals or not. */
export function proxyFromEnvironment(environment: NodeJS.ProcessEnv): ProxyFor {
  const valueOf = (name: string) => environment[name.toLowerCase()] || environment[name] || null
  return async (url) => {
    if (isExcepted(url, valueOf('NO_PROXY') ?? '')) return null
    const proxy = valueOf(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? valueOf('ALL_PROXY')
    return proxy && (proxy.includes('://') ? proxy : `http://${proxy}`)
  }
}

/** NO_PROXY lists hosts, with or without a port; a host stands for its subdomains, `*` for all. */
function isExcepted({ hostname, port, protocol }: URL, list: string): boolean {
  const actualPort = port || (protocol === 'https:' ? '443' : '80')
  return list
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      const [, name = '', wantedPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? []
      if (wantedPort !== undefined && wantedPort !== actualPort) return false
      return entry === '*' || hostname === name || hostname.endsWith(`.${name}`)
    })
}

/** The first usable proxy of a list as Chromium and PAC scripts write it: `PROXY host:port; DIRECT`. */
export function proxyFromList(list: string): string | null {
  const schemes: Readonly<Record<string, string>> = {
    PROXY: 'http',
    HTTP: 'http',
    HTTPS: 'https',
    SOCKS: 'socks5',
    SOCKS5: 'socks5',
  }
  const [kind = 'DIRECT', host] = list.split(';')[0]?.trim().split(/\s+/) ?? []
  const scheme = schemes[kind.toUpperCase()]
  return scheme && host ? `${scheme}://${host}` : null
}
