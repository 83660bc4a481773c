import type { IncomingMessage, ServerResponse } from 'node:http'
import { languageIds } from '../../texts/index.ts'
import { errorSentence } from '../../texts/sentences.ts'
import type { AppError } from '../../core/contract/index.ts'
import { tokenIn, UserError } from '../../core/contract/index.ts'
import type { ReportBug } from '../../core/host/error-log.ts'
import { readPageFile } from '../../core/host/page-files.ts'
import { pagePolicy } from '../../core/host/page-policy.ts'
import { ADDRESS, type Access } from './access.ts'
import { answerDoor } from './door.ts'
import { pageWithKey } from '../wire/key.ts'
import { answerContent, answerError, answerJson, answerStatus } from './http-answers.ts'
import type { Transfers } from './transfers.ts'

export interface PagesOptions {
  readonly access: Access
  readonly transfers: Transfers
  /** Folder of the built renderer; `bridge.js` lies in it. */
  readonly rendererFolder: string
  readonly newLink: () => string
  readonly report: ReportBug
}

const METHODS: readonly string[] = ['GET', 'HEAD', 'POST']

const POLICY = pagePolicy({ connectsToHost: true })

/** Status of a user's error on its way to a page. */
const statuses: Partial<Record<AppError['code'], number>> = { 'upload/too-large': 413, 'upload/no-space': 507 }

/**
 * Answers every HTTP request. Never rejects: a bug goes to the log, and the page hears a sentence with its reference.
 */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: PagesOptions,
): Promise<void> {
  response.on('error', () => request.destroy())
  try {
    await route(request, response, options)
  } catch (error) {
    // The window is gone: it has closed the connection in the middle of an upload or download.
    if ((request.destroyed && !request.complete) || response.destroyed) return void response.destroy()
    if (error instanceof UserError) return answerError(response, statuses[error.error.code] ?? 400, error.error)
    answerBug(request, response, options.report(`${request.method} ${pathOf(request)}`, error))
  }
}

async function route(request: IncomingMessage, response: ServerResponse, options: PagesOptions): Promise<void> {
  const { access } = options
  const url = targetOf(request)
  if (!url) return answerStatus(response, 400, { connection: 'close' })
  if (!METHODS.includes(request.method ?? ''))
    return answerStatus(response, 405, { allow: METHODS.join(', '), connection: 'close' })
  // For `terakoya link`, which has no page: a new link, or without a POST whether this host is there.
  if (url.pathname === '/link' && access.allowsControl(request))
    return request.method === 'POST'
      ? answerJson(response, 200, { link: options.newLink() })
      : answerStatus(response, 204)
  if (request.method === 'POST') return answerPost(url, request, response, options)
  if (url.pathname === '/' && url.searchParams.has('token') && access.isForUs(request)) {
    // A page that the browser loads ahead of the user would use the link up.
    if (isPrefetch(request)) return answerStatus(response, 503)
    const token = request.method === 'GET' ? tokenIn(url.searchParams.get('token') ?? '') : null
    const session = token === null ? null : access.redeem(token)
    if (session)
      return answerContent(response, 303, '', {
        type: 'text/plain',
        headers: { location: pageWithKey(session.key), 'set-cookie': session.cookie },
      })
    // Without the key: whoever has the cookie alone must not get it.
    if (access.allows(request))
      return answerContent(response, 303, '', { type: 'text/plain', headers: { location: '/' } })
  }
  if (url.pathname === '/session') return answerStatus(response, access.allowsCalls(request) ? 204 : 403)
  if (!access.allows(request) || url.pathname === '/door')
    return answerDoor(request, response, url.searchParams.has('token'))
  // A browser's download cannot carry the key; the target that it names is as secret.
  if (url.pathname === '/download') return options.transfers.download(url, request, response)
  return answerFile(url, response, options)
}

/** Only our own page posts: a browser always names the origin of a POST. */
async function answerPost(
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
  { access, transfers }: PagesOptions,
): Promise<void> {
  if (!access.allowsCalls(request) || request.headers.origin === undefined)
    return answerStatus(response, 403, { connection: 'close' })
  if (url.pathname === '/upload-check') return transfers.checkUpload(url, response)
  if (url.pathname === '/upload') return transfers.upload(url, request, response)
  if (url.pathname === '/save') return transfers.save(request, response)
  answerStatus(response, 404, { connection: 'close' })
}

async function answerFile(
  { pathname }: URL,
  response: ServerResponse,
  { rendererFolder }: PagesOptions,
): Promise<void> {
  const file = await readPageFile(rendererFolder, pathname)
  if (!file) return answerStatus(response, 404)
  const content = pathname === '/' ? withBridge(Buffer.from(file.content).toString('utf8')) : file.content
  answerContent(response, 200, content, {
    type: file.contentType,
    policy: POLICY,
    headers: { 'cache-control': 'no-cache' },
  })
}

/** The bridge must be there before the studio's script. */
const withBridge = (page: string): string =>
  page.replace('<script', '<script type="module" src="/bridge.js"></script>\n    <script')

/** A sentence with the reference in the log: no stack trace, no path. */
function answerBug(request: IncomingMessage, response: ServerResponse, reference: string): void {
  const bug: AppError = { code: 'internal', facts: { message: reference } }
  if (request.method === 'POST') return answerError(response, 500, bug)
  if (response.headersSent) return void response.destroy()
  answerContent(response, 500, languageIds.map((language) => errorSentence(bug, language)).join('\n'), {
    type: 'text/plain; charset=utf-8',
  })
}

/**
 * The address of a request; null for anything but a path of ours, such as an absolute address or one with broken
 * escapes.
 */
function targetOf({ url = '' }: IncomingMessage): URL | null {
  if (!/^\/(?![/\\])/.test(url)) return null
  const parsed = URL.canParse(url, `http://${ADDRESS}`) ? new URL(url, `http://${ADDRESS}`) : null
  return parsed && parsed.hostname === ADDRESS && decoded(parsed.pathname) !== null ? parsed : null
}

const pathOf = (request: IncomingMessage): string => targetOf(request)?.pathname ?? ''

function decoded(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return null
  }
}

const isPrefetch = ({ headers }: IncomingMessage): boolean =>
  ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].some((name) =>
    /prefetch|prerender|preview/i.test(String(headers[name] ?? '')),
  )
