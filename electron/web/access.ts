import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { KEY_HEADER, keyAmong } from '../wire/key.ts'

/** The only address that the host listens on. */
export const ADDRESS = '127.0.0.1'

/** Links that were printed and not opened; a further one makes the oldest worthless. */
const MAX_TOKENS = 8

export interface Session {
  /** The header that sets it. */
  readonly cookie: string
  readonly key: string
}

const newSecret = (): string => randomBytes(24).toString('hex')

/** Compares hashes: equally long whatever was sent, so that neither a length nor a byte over 0x7F matters. */
const same = (given: string, secret: string): boolean => timingSafeEqual(hash(given), hash(secret))
const hash = (text: string): Buffer => createHash('sha256').update(text).digest()

/**
 * Who may talk to the host: windows by a cookie and a key, which they get for a one-time token; `terakoya link` by the
 * secret of the control file. A browser sends the cookie to every port of this computer, also to another account's
 * server. The page alone knows the key: it is kept for its origin.
 */
export class Access {
  /** For programs that can read the user's account folder. */
  readonly controlSecret = newSecret()
  readonly #session = newSecret()
  readonly #key = newSecret()
  readonly #cookieName: string
  readonly #hosts: readonly string[]
  #tokens: string[] = []

  constructor(port: number) {
    // Cookies know no ports: the name tells two hosts on one computer apart.
    this.#cookieName = `terakoya-${port}`
    this.#hosts = [`${ADDRESS}:${port}`, `localhost:${port}`]
  }

  /** A token for one more link. Sessions that exist are not touched. */
  newToken(): string {
    const token = newSecret()
    this.#tokens = [...this.#tokens.slice(1 - MAX_TOKENS), token]
    return token
  }

  /** The session's cookie and key for a token that was not used before; null for any other. */
  redeem(given: string): Session | null {
    const token = this.#tokens.find((each) => same(given, each))
    if (token === undefined) return null
    this.#tokens = this.#tokens.filter((each) => each !== token)
    return { cookie: `${this.#cookieName}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`, key: this.#key }
  }

  /** True for requests that name this host (no DNS rebinding) and do not come from another site. */
  isForUs({ headers }: IncomingMessage): boolean {
    if (!this.#hosts.includes(headers.host ?? '')) return false
    return headers.origin === undefined || this.#hosts.some((host) => headers.origin === `http://${host}`)
  }

  /** True for what may see the page, which holds nothing of the user's: for us, with our cookie. */
  allows(request: IncomingMessage): boolean {
    if (!this.isForUs(request)) return false
    const prefix = `${this.#cookieName}=`
    const cookies = (request.headers.cookie ?? '').split(';').map((part) => part.trim())
    return cookies.some((cookie) => cookie.startsWith(prefix) && same(cookie.slice(prefix.length), this.#session))
  }

  /** True for what our own page asks of the studio: with the key as well. */
  allowsCalls(request: IncomingMessage): boolean {
    const { [KEY_HEADER]: header, 'sec-websocket-protocol': protocols = '' } = request.headers
    const key = typeof header === 'string' ? header : keyAmong(protocols)
    return this.allows(request) && key !== null && same(key, this.#key)
  }

  /** True for a program of the same user; a page cannot send such a request without its origin. */
  allowsControl(request: IncomingMessage): boolean {
    const { authorization, origin } = request.headers
    return this.isForUs(request) && origin === undefined && same(authorization ?? '', `Bearer ${this.controlSecret}`)
  }
}
