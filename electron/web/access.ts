import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** The only address that the host listens on. */
export const ADDRESS = '127.0.0.1'

/** Links that were printed and not opened; a further one makes the oldest worthless. */
const MAX_TOKENS = 8

const newSecret = (): string => randomBytes(24).toString('hex')

/** Compares hashes: equally long whatever was sent, so that neither a length nor a byte over 0x7F matters. */
const same = (given: string, secret: string): boolean => timingSafeEqual(hash(given), hash(secret))
const hash = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Who may talk to the host: windows by a cookie, which they get for a one-time token; `terakoya link` by the secret of the control file. */
export class Access {
  /** For programs that can read the user's account folder. */
  readonly controlSecret = newSecret()
  readonly #session = newSecret()
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

  /** The session's cookie for a token that was not used before; null for any other. */
  redeem(given: string): string | null {
    const token = this.#tokens.find((each) => same(given, each))
    if (token === undefined) return null
    this.#tokens = this.#tokens.filter((each) => each !== token)
    return `${this.#cookieName}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`
  }

  /** True for requests that name this host (no DNS rebinding) and do not come from another site. */
  isForUs({ headers }: IncomingMessage): boolean {
    if (!this.#hosts.includes(headers.host ?? '')) return false
    return headers.origin === undefined || this.#hosts.some((host) => headers.origin === `http://${host}`)
  }

  /** True for requests of our own page: for us, with our cookie. */
  allows(request: IncomingMessage): boolean {
    if (!this.isForUs(request)) return false
    const prefix = `${this.#cookieName}=`
    const cookies = (request.headers.cookie ?? '').split(';').map((part) => part.trim())
    return cookies.some((cookie) => cookie.startsWith(prefix) && same(cookie.slice(prefix.length), this.#session))
  }

  /** True for a program of the same user; a page cannot send such a request without its origin. */
  allowsControl(request: IncomingMessage): boolean {
    const { authorization, origin } = request.headers
    return this.isForUs(request) && origin === undefined && same(authorization ?? '', `Bearer ${this.controlSecret}`)
  }
}
