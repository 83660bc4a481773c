import type { Response } from 'undici'
import type { z } from 'zod'
import { UserError } from '../contract/index.ts'
import { answerError, networkError, type Subject } from './hub-errors.ts'
import type { Network } from './network.ts'

export interface HubClientOptions {
  /** Such as https://huggingface.co */
  readonly endpoint: URL
  readonly network: Network
  readonly token: () => Promise<string | null>
}

interface Ask {
  readonly subject?: Subject
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Instead of the user's own. */
  readonly token?: string
}

export interface HubClient {
  readonly endpoint: URL
  /** An address on the Hub; the parts of `path` must be encoded already. */
  url(path: string, query?: Readonly<Record<string, string>>): URL
  /** The answer after all redirects, if it is a good one. Throws UserErrors `hub/…`; an abort's reason when aborted. */
  open(url: URL, ask?: Ask): Promise<Response>
  text(url: URL, ask?: Ask): Promise<string>
  json<T>(url: URL, schema: z.ZodType<T>, ask?: Ask): Promise<T>
  /** All entries of a list that comes in pages, up to `maxPages`. */
  list<T>(url: URL, entry: z.ZodType<T>, ask: Ask & { readonly maxPages: number }): Promise<T[]>
  /** Turns a failure while a body is read into the user's error. */
  explain(error: unknown, url: URL): Promise<unknown>
}

const MAX_REDIRECTS = 10
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]
/** Asked-for ranges whose end was reached already: the caller knows what to do. */
const RANGE_NOT_SATISFIABLE = 416

/** Speaks the Hub's HTTP API. The token goes to the Hub itself only, not to where it sends us for large files. */
export function createHubClient({ endpoint, network, token }: HubClientOptions): HubClient {
  const explain = async (error: unknown, url: URL) => networkError(error, url, await network.proxyFor(url))

  async function send(url: URL, { headers, signal, token: given }: Ask): Promise<Response> {
    const secret = url.origin === endpoint.origin ? (given ?? (await token())) : null
    const all = {
      'user-agent': 'terakoya-studio',
      ...headers,
      ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
    }
    return network.send(url, { headers: all, ...(signal && { signal }) }).catch(async (error: unknown) => {
      signal?.throwIfAborted()
      throw await explain(error, url)
    })
  }

  async function open(first: URL, ask: Ask = {}): Promise<Response> {
    let url = first
    for (let count = 0; count <= MAX_REDIRECTS; count++) {
      const response = await send(url, ask)
      if (response.ok || response.status === RANGE_NOT_SATISFIABLE) return response
      await response.body?.cancel()
      const target = response.headers.get('location')
      if (!REDIRECTS.includes(response.status) || target === null) throw answerError(response, url, ask.subject ?? {})
      url = new URL(target, url)
    }
    throw new UserError('hub/unexpected', { host: first.host, found: `${MAX_REDIRECTS} redirects` })
  }

  async function read(url: URL, ask: Ask): Promise<{ response: Response; body: string }> {
    const response = await open(url, ask)
    const body = await response.text().catch(async (error: unknown) => {
      throw await explain(error, url)
    })
    return { response, body }
  }

  return {
    endpoint,
    explain,
    open,
    url(path, query = {}) {
      const base = endpoint.href.endsWith('/') ? endpoint.href : `${endpoint.href}/`
      return new URL(`${base}${path}${Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : ''}`)
    },
    text: async (url, ask = {}) => (await read(url, ask)).body,
    json: async (url, schema, ask = {}) => parse((await read(url, ask)).body, schema, url),
    async list(first, entry, ask) {
      const found = []
      let url: URL | null = first
      for (let page = 0; url !== null && page < ask.maxPages; page++) {
        const { response, body } = await read(url, ask)
        found.push(...parse(body, entry.array(), url))
        url = nextPage(response, url)
      }
      return found
    },
  }
}

/** Something else than the Hub answers where a network asks for a login first. */
function parse<T>(body: string, schema: z.ZodType<T>, url: URL): T {
  const wrong = (found: string) => new UserError('hub/unexpected', { host: url.host, found })
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw wrong(/^\s*</.test(body) ? 'HTML' : body.slice(0, 40))
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw wrong(parsed.error.issues[0]?.path.join('.') || 'JSON')
  return parsed.data
}

/** `Link: <address>; rel="next"`, asked of the same server: a mirror passes on links to the Hub itself. */
function nextPage(response: Response, url: URL): URL | null {
  const link = /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(response.headers.get('link') ?? '')?.[1]
  if (link === undefined) return null
  const { pathname, search } = new URL(link, url)
  return new URL(pathname + search, url)
}
