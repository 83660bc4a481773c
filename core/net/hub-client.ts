import type { z } from 'zod'
import { UserError } from '../contract/index.ts'
import { answerError, networkError, type Subject } from './hub-errors.ts'
import type { Answer, Network } from './network.ts'

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
  /** Of an answer that is read as a whole; MAX_ANSWER_BYTES unless given. */
  readonly maxBytes?: number
}

export interface HubClient {
  readonly endpoint: URL
  /** An address on the Hub; the parts of `path` must be encoded already. */
  url(path: string, query?: Readonly<Record<string, string>>): URL
  /** The answer after all redirects, if it is a good one. Throws UserErrors `hub/…`; an abort's reason when aborted. */
  open(url: URL, ask?: Ask): Promise<Answer>
  /** The SHA-256 that the Hub names of a large file before it sends us on to it; null where it names none. */
  linkedSha256(url: URL, ask?: Ask): Promise<string | null>
  text(url: URL, ask?: Ask): Promise<string>
  /** A part of a file, at most `maxBytes`. */
  bytes(url: URL, ask?: Ask): Promise<Buffer>
  json<T>(url: URL, schema: z.ZodType<T>, ask?: Ask): Promise<T>
  /** All entries of a list that comes in pages, up to `maxPages`. */
  list<T>(url: URL, entry: z.ZodType<T>, ask: Ask & { readonly maxPages: number }): Promise<T[]>
  /** Turns a failure while a body is read into the user's error. */
  explain(error: unknown, url: URL): Promise<unknown>
}

const MAX_REDIRECTS = 10
/** Answers in JSON, and cards. What is packed counts as it is unpacked. */
const MAX_ANSWER_BYTES = 16e6
/** By the clock, for an answer that is read as a whole: one may come drop by drop. */
const MAX_ANSWER_MS = 120_000
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]
/** Asked-for ranges whose end was reached already: the caller knows what to do. */
const RANGE_NOT_SATISFIABLE = 416

/** Speaks the Hub's HTTP API. The token goes to the Hub itself only, not to where it sends us for large files. */
export function createHubClient({ endpoint, network, token }: HubClientOptions): HubClient {
  const explain = async (error: unknown, url: URL) => networkError(error, url, await network.proxyFor(url))

  async function send(url: URL, { headers, signal, token: given }: Ask): Promise<Answer> {
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

  const open = (url: URL, ask: Ask = {}) => follow(send, url, ask)

  async function read(url: URL, ask: Ask): Promise<{ response: Answer; body: Buffer }> {
    const ends = AbortSignal.timeout(MAX_ANSWER_MS)
    const signal = ask.signal ? AbortSignal.any([ask.signal, ends]) : ends
    try {
      const response = await open(url, { ...ask, signal })
      return { response, body: await wholeBody(response, url, ask.maxBytes ?? MAX_ANSWER_BYTES) }
    } catch (error) {
      ask.signal?.throwIfAborted()
      throw ends.aborted ? new UserError('hub/timeout', { host: url.host }) : await explain(error, url)
    }
  }

  return {
    endpoint,
    explain,
    open,
    url(path, query = {}) {
      const base = endpoint.href.endsWith('/') ? endpoint.href : `${endpoint.href}/`
      return new URL(`${base}${path}${Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : ''}`)
    },
    async linkedSha256(url, ask = {}) {
      const answer = await send(url, { ...ask, headers: { ...ask.headers, range: 'bytes=0-0' } })
      await answer.cancel()
      return /^"?([0-9a-f]{64})"?$/.exec(answer.headers.get('x-linked-etag') ?? '')?.[1] ?? null
    },
    bytes: async (url, ask = {}) => (await read(url, ask)).body,
    text: async (url, ask = {}) => (await read(url, ask)).body.toString('utf8'),
    json: async (url, schema, ask = {}) => parse((await read(url, ask)).body.toString('utf8'), schema, url),
    async list(first, entry, ask) {
      const found = []
      let url: URL | null = first
      for (let page = 0; url !== null && page < ask.maxPages; page++) {
        const { response, body } = await read(url, ask)
        found.push(...parse(body.toString('utf8'), entry.array(), url))
        url = nextPage(response, url)
      }
      return found
    },
  }
}

/** Follows redirects to the answer. */
async function follow(send: (url: URL, ask: Ask) => Promise<Answer>, first: URL, ask: Ask): Promise<Answer> {
  let url = first
  for (let count = 0; count <= MAX_REDIRECTS; count++) {
    const response = await send(url, ask)
    if (isGood(response) || response.status === RANGE_NOT_SATISFIABLE) return response
    await response.cancel()
    const target = response.headers.get('location')
    if (!REDIRECTS.includes(response.status) || target === null)
      throw isForeignRefusal(response, url, first)
        ? new UserError('hub/server', { host: url.host, status: response.status })
        : answerError(response, url, ask.subject ?? {})
    url = redirected(target, url)
  }
  throw new UserError('hub/unexpected', { host: first.host, found: `${MAX_REDIRECTS} redirects` })
}

const isGood = ({ status }: Answer): boolean => status >= 200 && status < 300

/** The Hub has let us in, and where it sent us does not: such links are valid for a while only. */
const isForeignRefusal = ({ status }: Answer, url: URL, first: URL): boolean =>
  url.origin !== first.origin && [401, 403, 404, 410].includes(status)

/** Where an answer leads to. Throws UserError for what is no web address, or would give up encryption. */
function redirected(target: string, from: URL): URL {
  const url = URL.canParse(target, from.href) ? new URL(target, from) : null
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && from.protocol === 'http:')) return url
  throw new UserError('hub/unexpected', { host: from.host, found: target.slice(0, 40) })
}

async function wholeBody(response: Answer, url: URL, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body) {
    chunks.push(chunk)
    bytes += chunk.byteLength
    if (bytes > maxBytes)
      throw new UserError('hub/unexpected', { host: url.host, found: `> ${Math.round(maxBytes / 1e6)} MB` })
  }
  return Buffer.concat(chunks)
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
function nextPage(response: Answer, url: URL): URL | null {
  const link = /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(response.headers.get('link') ?? '')?.[1]
  if (link === undefined) return null
  const { pathname, search } = new URL(link, url)
  return new URL(pathname + search, url)
}
