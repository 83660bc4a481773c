// Where Ollama listens, as its own client reads OLLAMA_HOST (envconfig.ConnectableHost).

const DEFAULT_PORT = '11434'
const PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' }
/** Addresses to listen at, which nobody can be asked at. */
const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '[::]': '[::1]' }

/** The address of Ollama's API, ending in a slash; http://127.0.0.1:11434/ unless OLLAMA_HOST names another one. */
export function ollamaAddress(environment: NodeJS.ProcessEnv): URL {
  const wanted = (environment['OLLAMA_HOST'] ?? '').trim().replace(/^["']|["']$/g, '')
  const [, scheme, rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/is.exec(wanted) ?? []
  const [, hostPort = '', path = ''] = /^([^/]*)\/*(.*?)\/*$/.exec(rest) ?? []
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(bracketed(hostPort)) ?? []
  const number = port !== undefined && Number(port) <= 65_535 ? port : (PORTS[scheme ?? ''] ?? DEFAULT_PORT)
  const text = `${scheme ?? 'http'}://${LOOPBACK[host] ?? (host || '127.0.0.1')}:${number}/${path === '' ? '' : `${path}/`}`
  const isUsable = URL.canParse(text) && (scheme === undefined || Object.hasOwn(PORTS, scheme))
  return new URL(isUsable ? text : `http://127.0.0.1:${DEFAULT_PORT}/`)
}

/** An address of IPv6 without a port may stand without its brackets. */
const bracketed = (host: string): string => (/^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*$/i.test(host) ? `[${host}]` : host)
