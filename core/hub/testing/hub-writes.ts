import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** What is written to the Hub of a test: repositories, the contents that they name, and commits. */
export interface Written {
  /** By id: every file of the branch `main`. */
  readonly repositories: Map<string, { readonly isPrivate: boolean; readonly files: Map<string, Buffer> }>
  /** Contents that were sent by Git LFS, by their sha256. */
  readonly objects: Map<string, Buffer>
  /** Parts of those that are not whole yet. */
  readonly parts: Map<string, Buffer[]>
  /** `create owner/name`, `upload oid`, `commit owner/name: title`, in their order. */
  readonly log: string[]
}

export interface Writing {
  readonly written: Written
  /** Where large files are sent. */
  readonly cdnUrl: string
  /** From so many bytes on, a file is sent in parts of this size. */
  readonly partBytes: number
  /** Names that may be written under. */
  readonly owners: readonly string[]
  /** May the token write? */
  readonly mayWrite: boolean
}

export const emptyWritten = (): Written => ({ repositories: new Map(), objects: new Map(), parts: new Map(), log: [] })

/** Answers what only a token with the write permission may ask; false where it is something else. */
export async function answerWrite(
  writing: Writing,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { pathname } = new URL(request.url ?? '/', 'http://hub')
  const [, id = '', what = ''] =
    /^\/(?:api\/models\/)?([^/]+\/[^/]+?)(?:\.git)?\/(preupload\/main|info\/lfs\/objects\/batch|commit\/main)$/.exec(
      pathname,
    ) ?? []
  if (request.method !== 'POST' || (pathname !== '/api/repos/create' && what === '')) return false
  const body = (await wholeOf(request)).toString('utf8')
  if (!writing.mayWrite) return refuse(response, 403, "You don't have the required permissions")
  if (pathname === '/api/repos/create') return create(writing, JSON.parse(body) as Created, response)
  const repository = writing.written.repositories.get(id)
  if (!repository) return refuse(response, 404, 'Repository not found')
  if (what === 'preupload/main') {
    const { files } = JSON.parse(body) as { files: { path: string; size: number }[] }
    return json(response, { files: files.map(({ path }) => ({ path, uploadMode: isText(path) ? 'regular' : 'lfs' })) })
  }
  if (what === 'commit/main') return commit(writing, { id, files: repository.files, body }, response)
  return batch(writing, JSON.parse(body) as Batch, response)
}

interface Created {
  readonly name: string
  readonly organization: string
  readonly visibility: string
  readonly type: string
}

function create({ written, owners }: Writing, asked: Created, response: ServerResponse): true {
  const { name, organization, visibility, type } = asked
  const id = `${organization}/${name}`
  if (type !== 'model' || !owners.includes(organization))
    return refuse(response, 403, `You don't have the rights to create a model under the namespace "${organization}"`)
  if (written.repositories.has(id)) return refuse(response, 409, 'You already created this model repo')
  written.repositories.set(id, { isPrivate: visibility === 'private', files: new Map() })
  written.log.push(`create ${id} ${visibility}`)
  return json(response, { url: `http://hub/${id}`, id })
}

/** The Hub goes by .gitattributes and by what a file begins with. */
const isText = (path: string): boolean => /\.(md|json|txt|jinja)$|^LICENSE|^Modelfile$/.test(path)

interface Batch {
  readonly operation: string
  readonly hash_algo: string
  readonly objects: readonly { readonly oid: string; readonly size: number }[]
}

function batch({ written, cdnUrl, partBytes }: Writing, asked: Batch, response: ServerResponse): true {
  if (asked.operation !== 'upload' || asked.hash_algo !== 'sha_256') return refuse(response, 422, 'Bad batch')
  const objects = asked.objects.map(({ oid, size }) => {
    if (written.objects.has(oid)) return { oid, size }
    const href = `${cdnUrl}/upload/${oid}`
    if (size <= partBytes) return { oid, size, actions: { upload: { href } } }
    const count = Math.ceil(size / partBytes)
    const links = Array.from({ length: count }, (_, part): [string, string] => [
      String(part + 1).padStart(5, '0'),
      `${href}/${part + 1}`,
    ])
    const header = { chunk_size: String(partBytes), ...Object.fromEntries(links) }
    return { oid, size, actions: { upload: { href: `${href}/complete`, header } } }
  })
  return json(response, { transfer: 'basic', objects })
}

interface Line {
  readonly key: 'header' | 'file' | 'lfsFile'
  readonly value: {
    readonly summary: string
    readonly path: string
    readonly content: string
    readonly oid: string
    readonly size: number
  }
}

function commit(
  { written }: Writing,
  { id, files, body }: { readonly id: string; readonly files: Map<string, Buffer>; readonly body: string },
  response: ServerResponse,
): true {
  const lines = body.split('\n').map((line) => JSON.parse(line) as Line)
  const found = lines.flatMap(({ key, value }): [string, Buffer | undefined][] => {
    if (key === 'header') return []
    return [[value.path, key === 'file' ? Buffer.from(value.content, 'base64') : written.objects.get(value.oid)]]
  })
  const missing = found.find(([, contents]) => contents === undefined)
  if (missing) return refuse(response, 400, `LFS pointer of ${missing[0]} points to nothing`)
  for (const [path, contents] of found) files.set(path, contents as Buffer)
  const oid = createHash('sha1').update(body).digest('hex')
  written.log.push(`commit ${id}: ${lines.find(({ key }) => key === 'header')?.value.summary ?? ''}`)
  return json(response, { commitOid: oid, commitUrl: `http://hub/${id}/commit/${oid}`, hookOutput: '' })
}

/** Takes a large file, or a part of one, at the second origin; false where it is something else. */
export async function answerUpload(
  written: Written,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const [, oid = '', part = ''] = /^\/upload\/([0-9a-f]{64})(?:\/(\d+|complete))?$/.exec(request.url ?? '') ?? []
  if (oid === '') return false
  if (request.headers.authorization !== undefined) return refuse(response, 400, 'A token has no business here')
  const body = await wholeOf(request)
  if (part !== '' && part !== 'complete') {
    const known = written.parts.get(oid) ?? []
    known[Number(part) - 1] = body
    written.parts.set(oid, known)
    response.writeHead(200, { etag: `"${part}"` }).end()
    return true
  }
  const whole = part === 'complete' ? Buffer.concat(written.parts.get(oid) ?? []) : body
  if (createHash('sha256').update(whole).digest('hex') !== oid) return refuse(response, 400, 'Other contents')
  written.objects.set(oid, whole)
  written.log.push(`upload ${oid}`)
  response.writeHead(200).end()
  return true
}

async function wholeOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function refuse(response: ServerResponse, status: number, error: string): true {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
  return true
}

function json(response: ServerResponse, value: object): true {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  return true
}
