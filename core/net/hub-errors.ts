import { InternalError, UserError } from '../contract/index.ts'
import type { Answer } from './network.ts'

/** What a request was about, for the sentence that tells of its failure. */
export interface Subject {
  readonly dataset?: string
  readonly file?: string
  /** The page where terms are accepted. */
  readonly page?: string
}

/**
 * The failure that an answer of the Hub stands for. The Hub says 401 also of repositories that do not exist:
 * X-Error-Code tells them apart.
 */
export function answerError(response: Answer, url: URL, subject: Subject): UserError {
  const { status, headers } = response
  const code = headers.get('x-error-code')
  const message = headers.get('x-error-message') ?? ''
  const dataset = subject.dataset ?? url.host
  if (code === 'GatedRepo') return new UserError('hub/gated', { dataset, url: subject.page ?? url.origin })
  if (code === 'EntryNotFound' || code === 'RevisionNotFound')
    return new UserError('hub/file-not-found', { dataset, file: subject.file ?? '' })
  if (message.startsWith('Invalid credentials') || (status === 401 && subject.dataset === undefined))
    return new UserError('hub/token-invalid')
  if (message.includes('is disabled')) return new UserError('hub/disabled', { dataset })
  if (code === 'RepoNotFound' || status === 401 || status === 404) return new UserError('hub/not-found', { dataset })
  if (status === 403) return new UserError('hub/gated', { dataset, url: subject.page ?? url.origin })
  if (status === 407) return new UserError('hub/proxy', { proxy: url.host, reason: '407' })
  if (status === 429) return new UserError('hub/rate-limited', { seconds: waitOf(response) ?? RATE_LIMIT_SECONDS })
  if (status >= 500) return new UserError('hub/server', { host: url.host, status })
  return new UserError('hub/unexpected', { host: url.host, found: String(status) })
}

/** The Hub counts requests in windows of five minutes. */
const RATE_LIMIT_SECONDS = 300
const LONGEST_WAIT_SECONDS = 3600

/** How long an answer asks to wait, in whole seconds: Retry-After as a number or a date; null where it does not. */
export function waitOf({ headers }: Pick<Answer, 'headers'>, now = Date.now()): number | null {
  const told = headers.get('retry-after')
  if (told === null) return null
  const seconds = /^\d+$/.test(told) ? Number(told) : (Date.parse(told) - now) / 1000
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 1), LONGEST_WAIT_SECONDS) : null
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/
const TIMEOUT = /TIMEOUT|ETIMEDOUT/
const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ENETDOWN|EADDRNOTAVAIL/
const CUT = /ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|UND_ERR_ABORTED/

/** The failure of a request that got no answer, or not all of it. Errors that are no network's come back unchanged. */
export function networkError(error: unknown, url: URL, proxy: string | null): unknown {
  if (error instanceof UserError || error instanceof InternalError) return error
  const causes = causesOf(error)
  const text = causes.map(({ code, message }) => `${code ?? ''} ${message}`).join(' ')
  const reason = causes.find(({ code }) => code)?.code ?? causes.at(-1)?.message ?? ''
  const shownProxy = proxy && withoutPassword(proxy)
  if (shownProxy && /proxy|tunnel/i.test(text))
    return new UserError('hub/proxy', { proxy: shownProxy, reason: /\b\d{3}\b/.exec(text)?.[0] ?? reason })
  if (CERTIFICATE.test(text)) return new UserError('hub/certificate', { host: url.host, reason })
  if (UNREACHABLE.test(text))
    return shownProxy
      ? new UserError('hub/proxy', { proxy: shownProxy, reason })
      : new UserError('hub/offline', { host: url.host })
  if (TIMEOUT.test(text)) return new UserError('hub/timeout', { host: url.host })
  if (CUT.test(text) || /terminated|other side closed|fetch failed/.test(text))
    return new UserError('hub/interrupted', { host: url.host })
  return error
}

type Cause = Error & { readonly code?: string }

/** The error, what it was caused by, and the attempts that an AggregateError gathers. */
function causesOf(error: unknown): Cause[] {
  if (!(error instanceof Error)) return []
  const inner = error instanceof AggregateError ? error.errors : []
  return [error, ...causesOf(error.cause), ...inner.flatMap(causesOf)]
}

const withoutPassword = (proxy: string): string => proxy.replace(/\/\/[^/@]*@/, '//')
