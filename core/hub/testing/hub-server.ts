import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerUpload, answerWrite, emptyWritten, type Written } from './hub-writes.ts'

/** A repository as the Hub has it: branches of files. */
export interface TestRepository {
  /** A dataset unless given. */
  readonly kind?: 'models' | 'datasets'
  readonly id: string
  /** What the Hub tells of a model besides. */
  readonly config?: object
  readonly safetensors?: { readonly total: number; readonly parameters?: Readonly<Record<string, number>> }
  readonly gguf?: { readonly total: number; readonly architecture: string }
  readonly tags?: readonly string[]
  readonly cardData?: object
  readonly downloads?: number
  readonly likes?: number
  /** Needs a token whose user has accepted the terms. */
  readonly gated?: 'auto' | 'manual'
  /** Large files lie in Xet: with their LFS pointers, as in repositories, or `alone`. */
  readonly xet?: 'pointers' | 'alone'
  readonly branches: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>
}

export interface HubServer {
  readonly url: string
  /** The second origin, where large files come from. */
  readonly cdnUrl: string
  /** Every request: `GET /path`, with what it carried. */
  readonly requests: readonly SeenRequest[]
  /** What was published. */
  readonly written: Written
  /** Changes how the next file contents are sent, and those after it. */
  misbehave(...how: readonly Misbehaviour[]): void
  /** Lets a held answer go on. */
  release(): void
  /** Breaks the connection of a held answer. */
  cut(): void
  close(): Promise<void>
}

export interface SeenRequest {
  readonly at: 'hub' | 'cdn'
  readonly path: string
  readonly authorization: string | undefined
  readonly range: string | undefined
  readonly ifRange: string | undefined
}

/**
 * `hold`: nothing follows so many bytes until `release` or `cut`; `drop`: the connection breaks after so many;
 * `corrupt`: the last byte is wrong; `range`: other bytes than those that were asked for; `whole`: no ranges;
 * `encoding`: packed although nobody asked for it; `longer`: says that the file has so many more bytes; `expired`: the
 * second origin refuses its link; `status`: an answer of the Hub's API.
 */
export type Misbehaviour =
  | { readonly hold: number }
  | { readonly drop: number }
  | { readonly corrupt: true }
  | { readonly range: true }
  | { readonly whole: true }
  | { readonly encoding: 'gzip' }
  | { readonly longer: number }
  | { readonly expired: true }
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }

export const GOOD_TOKEN = 'hf_good'
/** May not write. */
export const READ_TOKEN = 'hf_read'
const OWNERS = ['terakoya', 'school']
/** Git LFS takes files of these kinds; others come from the Hub itself. */
const isLarge = (path: string): boolean => /\.(parquet|gz|safetensors|bin|gguf|model)$/.test(path)
const TREE_PAGE = 2

/**
 * Speaks the Hub's HTTP API on this computer as its documentation and its own Python client describe it: paths,
 * answers, headers and error codes.
 */
export async function startHubServer(
  repositories: readonly TestRepository[],
  { partBytes = Infinity }: { readonly partBytes?: number } = {},
): Promise<HubServer> {
  const written = emptyWritten()
  const state: State = { repositories, requests: [], next: [], held: [], cdnUrl: '', written, partBytes }
  const cdn = createServer((request, response) => void answerCdn(state, request, response))
  state.cdnUrl = await listen(cdn)
  const hub = createServer((request, response) => void answerHub(state, request, response))
  const url = await listen(hub)
  const release = () => state.held.splice(0).forEach(({ goOn }) => goOn())
  return {
    url,
    cdnUrl: state.cdnUrl,
    requests: state.requests,
    written,
    misbehave: (...how) => {
      state.next = [...how]
    },
    release,
    cut: () => state.held.splice(0).forEach(({ response }) => response.destroy()),
    async close() {
      release()
      await Promise.all(
        [hub, cdn].map((server) => {
          server.closeAllConnections()
          return new Promise((resolve) => server.close(resolve))
        }),
      )
    },
  }
}

interface State {
  readonly repositories: readonly TestRepository[]
  readonly requests: SeenRequest[]
  readonly held: { readonly response: ServerResponse; readonly goOn: () => void }[]
  next: readonly Misbehaviour[]
  cdnUrl: string
  readonly written: Written
  readonly partBytes: number
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function note(state: State, at: SeenRequest['at'], { url = '/', headers }: IncomingMessage): void {
  state.requests.push({
    at,
    path: url,
    authorization: headers.authorization,
    range: headers.range,
    ifRange: headers['if-range'] as string | undefined,
  })
}

async function answerHub(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  note(state, 'hub', request)
  const url = new URL(request.url ?? '/', 'http://hub')
  const [next, ...later] = state.next
  if (next && 'status' in next) {
    state.next = later
    return void response.writeHead(next.status, next.headers).end(next.body ?? '')
  }
  const token = request.headers.authorization?.replace('Bearer ', '')
  if (token !== undefined && token !== GOOD_TOKEN && token !== READ_TOKEN)
    return refuse(response, 401, null, 'Invalid credentials in Authorization header')
  const mayWrite = token === GOOD_TOKEN
  if (url.pathname === '/api/whoami-v2')
    return json(response, {
      type: 'user',
      name: OWNERS[0],
      orgs: OWNERS.slice(1).map((name) => ({ type: 'org', name, roleInOrg: 'write' })),
      auth: { type: 'access_token', accessToken: { displayName: 'test', role: mayWrite ? 'write' : 'read' } },
    })
  if (await answerWrite({ ...state, owners: OWNERS, mayWrite }, request, response)) return
  const [, listed] = /^\/api\/(datasets|models)$/.exec(url.pathname) ?? []
  if (listed !== undefined) return search(state, listed, url, response)
  const [, api, kind, id = '', rest = ''] =
    /^\/(api\/)?(?:(datasets|models)\/)?([^/]+\/[^/]+)(.*)$/.exec(url.pathname) ?? []
  const dataset = state.repositories.find((each) => each.id === id && kindOf(each) === (kind ?? 'models'))
  if (!dataset)
    return refuse(
      response,
      token === undefined ? 401 : 404,
      'RepoNotFound',
      token === undefined ? 'Invalid username or password.' : 'Repository not found',
    )
  if (api !== undefined && (rest === '' || rest.startsWith('/revision/')))
    return rest === '' || filesOf(dataset, rest.slice('/revision/'.length))
      ? json(response, infoOf(dataset))
      : refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${rest}`)
  if (dataset.gated && token === undefined)
    return refuse(
      response,
      401,
      'GatedRepo',
      `Access to dataset ${id} is restricted. You must have access to it and be authenticated to access it.`,
    )
  const [, what = '', revision = '', path = ''] = /^\/(tree|raw|resolve)\/([^/]+)\/?(.*)$/.exec(rest) ?? []
  const files = filesOf(dataset, revision)
  if (!files) return refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`)
  if (what === 'tree') return tree(files, { xet: dataset.xet, url, request, response })
  const name = decodeURIComponent(path)
  const contents = files[name]
  if (contents === undefined) return refuse(response, 404, 'EntryNotFound', 'Entry not found')
  if (what === 'resolve' && isLarge(name)) return redirect(response, { at: state.cdnUrl, contents, xet: dataset.xet })
  sendContents(state, request, response, contents)
}

const kindOf = ({ kind = 'datasets' }: TestRepository) => kind
const filesOf = (repository: TestRepository, revision: string) =>
  repository.branches[decodeURIComponent(revision) === shaOf(repository) ? 'main' : decodeURIComponent(revision)]

async function answerCdn(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  note(state, 'cdn', request)
  const [next, ...later] = state.next
  if (next && 'expired' in next) {
    state.next = later
    return void response.writeHead(403).end('Request has expired')
  }
  if (next && 'drop' in next && request.method === 'PUT') {
    state.next = later
    return void request.once('data', () => request.destroy())
  }
  if (await answerUpload(state.written, request, response)) return
  const all = state.repositories.flatMap(({ branches }) =>
    Object.values(branches).flatMap((files) => Object.values(files)),
  )
  const contents = all.find((each) => request.url?.replace(/\?.*/, '') === `/repos/${sha256(each)}`)
  if (contents === undefined) return void response.writeHead(403).end()
  sendContents(state, request, response, contents)
}

function search(state: State, kind: string, url: URL, response: ServerResponse): void {
  const words = url.searchParams.get('search')?.toLowerCase() ?? ''
  const found = state.repositories
    .filter((each) => kindOf(each) === kind && each.id.toLowerCase().includes(words))
    .sort((a, b) => (b.downloads ?? 0) - (a.downloads ?? 0))
  json(response, found.slice(0, Number(url.searchParams.get('limit'))).map(infoOf))
}

const infoOf = (dataset: TestRepository) => ({
  _id: sha1(dataset.id).slice(0, 24),
  id: dataset.id,
  author: dataset.id.split('/')[0],
  sha: shaOf(dataset),
  lastModified: '2024-01-20T08:00:00.000Z',
  private: false,
  gated: dataset.gated ?? false,
  disabled: false,
  tags: dataset.tags ?? [],
  description: '',
  downloads: dataset.downloads ?? 0,
  likes: dataset.likes ?? 0,
  cardData: dataset.cardData,
  ...(dataset.config && { config: dataset.config }),
  ...(dataset.safetensors && { safetensors: dataset.safetensors }),
  ...(dataset.gguf && { gguf: dataset.gguf }),
  siblings: Object.keys(dataset.branches['main'] ?? {}).map((rfilename) => ({ rfilename })),
  createdAt: '2023-12-01T00:00:00.000Z',
})

const shaOf = ({ id }: TestRepository): string => sha1(id)

/** Folders and files in pages, the next one in the Link header. */
function tree(files: Readonly<Record<string, string | Uint8Array>>, { xet, url, request, response }: Tree): void {
  const folders = new Set(
    Object.keys(files).flatMap((path) =>
      path
        .split('/')
        .slice(0, -1)
        .map((_, index, parts) => parts.slice(0, index + 1).join('/')),
    ),
  )
  const entries = [
    ...[...folders].map((path) => ({ type: 'directory', oid: sha1(path), size: 0, path })),
    ...Object.entries(files).map(([path, contents]) => fileEntry(path, contents, xet)),
  ]
  const from = Number(url.searchParams.get('cursor') ?? 0)
  const next = new URL(url.pathname + url.search, `http://${request.headers.host}`)
  next.searchParams.set('cursor', String(from + TREE_PAGE))
  json(
    response,
    entries.slice(from, from + TREE_PAGE),
    from + TREE_PAGE < entries.length ? { link: `<${next.href}>; rel="next"` } : {},
  )
}

interface Tree {
  readonly xet: TestRepository['xet']
  readonly url: URL
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** What Xet calls contents: no checksum that anybody else computes. */
const xetHash = (contents: string | Uint8Array): string => sha256(`xet ${sha256(contents)}`)

function fileEntry(path: string, contents: string | Uint8Array, xet: TestRepository['xet']) {
  const bytes = bytesOf(contents)
  if (!isLarge(path)) return { type: 'file', oid: gitSha1(bytes), size: bytes.length, path }
  const pointer = Buffer.from(
    `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(contents)}\nsize ${bytes.length}\n`,
  )
  return {
    type: 'file',
    oid: gitSha1(pointer),
    size: bytes.length,
    ...(xet !== 'alone' && { lfs: { oid: sha256(contents), size: bytes.length, pointerSize: pointer.length } }),
    ...(xet && { xetHash: xetHash(contents) }),
    path,
  }
}

interface Redirect {
  readonly at: string
  readonly contents: string | Uint8Array
  readonly xet: TestRepository['xet']
}

/** To the second origin; for Xet to the bridge that speaks HTTP in its place, by a signed link. */
function redirect(response: ServerResponse, { at, contents, xet }: Redirect): void {
  const location = `${at}/repos/${sha256(contents)}${xet ? '?X-Amz-Expires=3600&X-Amz-Signature=0a%2Fb' : ''}`
  response
    .writeHead(302, {
      location,
      'x-repo-commit': sha1(location),
      'x-linked-size': bytesOf(contents).length,
      'x-linked-etag': `"${sha256(contents)}"`,
      'accept-ranges': 'bytes',
      ...(xet && {
        'x-xet-hash': xetHash(contents),
        link: `<${at}/xet-read-token>; rel="xet-auth", <${at}/v1/reconstructions/${xetHash(contents)}>; rel="xet-reconstruction-info"`,
      }),
    })
    .end(`Found. Redirecting to ${location}`)
}

/** Contents with Range, If-Range and ETag, or as the test wants them. */
function sendContents(
  state: State,
  { headers }: IncomingMessage,
  response: ServerResponse,
  contents: string | Uint8Array,
): void {
  const whole = bytesOf(contents)
  const etag = `"${sha256(contents)}"`
  const [next, ...later] = state.next
  state.next = later
  const isStale = headers['if-range'] !== undefined && headers['if-range'] !== etag
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? []
  const isRanged = first !== undefined && !isStale && !(next && 'whole' in next)
  const from = isRanged ? Number(first) : 0
  const to = isRanged && last ? Math.min(Number(last) + 1, whole.length) : whole.length
  if (isRanged && from >= whole.length)
    return void response.writeHead(416, { 'content-range': `bytes */${whole.length}` }).end()
  let body = whole.subarray(from, to)
  if (next && 'corrupt' in next) {
    body = Buffer.from(body)
    body[body.length - 1] = (body[body.length - 1] as number) ^ 1
  }
  const [shift, more] = [next && 'range' in next ? 1 : 0, next && 'longer' in next ? next.longer : 0]
  response.writeHead(isRanged ? 206 : 200, {
    etag,
    'content-length': body.length,
    'accept-ranges': 'bytes',
    ...(next && 'encoding' in next && { 'content-encoding': next.encoding }),
    ...(isRanged && { 'content-range': `bytes ${from + shift}-${to - 1 + shift}/${whole.length + more}` }),
  })
  sendBody(state, response, body, next)
}

function sendBody(state: State, response: ServerResponse, body: Buffer, how: Misbehaviour | undefined): void {
  if (how && 'drop' in how) return void response.write(body.subarray(0, how.drop), () => response.destroy())
  if (!how || !('hold' in how)) return void response.end(body)
  response.write(body.subarray(0, how.hold))
  state.held.push({ response, goOn: () => response.end(body.subarray(how.hold)) })
}

function refuse(response: ServerResponse, status: number, code: string | null, message: string): void {
  response
    .writeHead(status, {
      'content-type': 'application/json',
      ...(code && { 'x-error-code': code }),
      'x-error-message': message,
    })
    .end(JSON.stringify({ error: message }))
}

const json = (response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void =>
  void response
    .writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...headers })
    .end(JSON.stringify(value))

const bytesOf = (contents: string | Uint8Array): Buffer =>
  typeof contents === 'string'
    ? Buffer.from(contents)
    : Buffer.from(contents.buffer, contents.byteOffset, contents.byteLength)
const sha1 = (data: string | Uint8Array): string => createHash('sha1').update(data).digest('hex')
const digests = new Map<string | Uint8Array, string>()
function sha256(data: string | Uint8Array): string {
  const digest = digests.get(data) ?? createHash('sha256').update(data).digest('hex')
  digests.set(data, digest)
  return digest
}
const gitSha1 = (bytes: Buffer): string =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
