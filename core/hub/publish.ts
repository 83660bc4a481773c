// Files on their way to a repository of the Hub. What is there already is not sent again: an upload that broke off goes
// on with the files that were not complete.
import { commitIter, createRepo, HubApiError } from '@huggingface/hub'
import { z } from 'zod'
import { UserError, type HubModelId } from '../contract/index.ts'
import type { HubClient } from '../net/hub-client.ts'
import { waitOf } from '../net/hub-errors.ts'
import type { Network } from '../net/network.ts'
import { pause, Patience } from '../net/retry.ts'

export interface PublishedFile {
  readonly path: string
  /** A file of this computer, or its contents. */
  readonly content: URL | Blob
  readonly sizeBytes: number
}

export interface Publication {
  readonly repository: HubModelId
  readonly isPrivate: boolean
  /** A repository that is there gets a further commit. Its other files stay. */
  readonly mayExist: boolean
  readonly files: readonly PublishedFile[]
  /** Of the commit. */
  readonly title: string
  readonly signal: AbortSignal
  /** Hears how many bytes are on the Hub by now. */
  readonly onBytes: (bytes: number) => void
}

export interface HubPublisher {
  /**
   * Names under which the token may publish, the user's own first. Throws UserError 'hub/token-needed',
   * 'hub/token-read-only', and as HubClient.
   */
  owners(): Promise<readonly string[]>
  /**
   * Makes the repository where it is missing, and commits all files at once. Tries again what is worth it. Returns the
   * repository's page. Throws UserError 'hub/repository-exists', 'hub/not-yours', and as HubClient; the signal's reason
   * when aborted.
   */
  publish(publication: Publication): Promise<string>
}

interface Parts {
  readonly client: HubClient
  readonly network: Network
  readonly token: () => Promise<string | null>
}

/** Nothing is sent and nothing comes for so long: the connection counts as lost. */
const STANDSTILL_MS = 120_000

const Who = z.object({
  name: z.string().max(200),
  orgs: z
    .array(z.object({ name: z.string().max(200), roleInOrg: z.string().optional() }))
    .max(1000)
    .catch([]),
  auth: z
    .object({ accessToken: z.object({ role: z.string() }) })
    .nullish()
    .catch(null),
})

export function createPublisher({ client, network, token }: Parts): HubPublisher {
  const need = async (): Promise<string> => {
    const found = await token()
    if (found === null) throw new UserError('hub/token-needed')
    return found
  }
  return {
    async owners() {
      const { name, orgs, auth } = await client.json(client.url('api/whoami-v2'), Who, { token: await need() })
      if (auth?.accessToken.role === 'read') throw new UserError('hub/token-read-only')
      return [name, ...orgs.filter(({ roleInOrg }) => roleInOrg !== 'read').map((org) => org.name)]
    },
    async publish(publication) {
      const patience = new Patience(Math.random)
      const sending = new Sending(publication, { client, network, accessToken: await need() })
      for (;;) {
        try {
          return await sending.attempt()
        } catch (error) {
          publication.signal.throwIfAborted()
          const told = await sending.explain(error)
          if (sending.takeGain()) patience.reward()
          const wait = patience.after(told)
          if (!wait) throw told
          await pause(wait.ms, publication.signal)
        }
      }
    },
  }
}

interface SendingParts extends Pick<Parts, 'client' | 'network'> {
  readonly accessToken: string
}

/** One publication, over as many attempts as it takes. */
class Sending {
  readonly #publication: Publication
  readonly #parts: SendingParts
  readonly #sizes: ReadonlyMap<string, number>
  /** Bytes of each file that are on the Hub. */
  readonly #sent = new Map<string, number>()
  #isOurs = false
  #reached = 0
  #gained = false
  #retryAfter: number | null = null
  #lastMove = 0

  constructor(publication: Publication, parts: SendingParts) {
    this.#publication = publication
    this.#parts = parts
    this.#sizes = new Map(publication.files.map(({ path, sizeBytes }) => [path, sizeBytes]))
  }

  /** Whether more is on the Hub than before the last call. */
  takeGain(): boolean {
    const gained = this.#gained
    this.#gained = false
    return gained
  }

  async attempt(): Promise<string> {
    const { signal, repository } = this.#publication
    const standstill = new AbortController()
    this.#lastMove = performance.now()
    const watch = setInterval(() => {
      if (performance.now() - this.#lastMove > STANDSTILL_MS)
        standstill.abort(new UserError('hub/timeout', { host: this.#parts.client.endpoint.host }))
    }, 1000)
    watch.unref()
    const either = AbortSignal.any([signal, standstill.signal])
    try {
      await this.#makeRepository(either)
      await this.#commit(either)
      return this.#parts.client.url(repository).href
    } catch (error) {
      signal.throwIfAborted()
      standstill.signal.throwIfAborted()
      throw error
    } finally {
      clearInterval(watch)
    }
  }

  get #common() {
    const { client, accessToken } = this.#parts
    return {
      repo: { type: 'model' as const, name: this.#publication.repository },
      hubUrl: client.endpoint.href.replace(/\/$/, ''),
      accessToken,
    }
  }

  async #makeRepository(signal: AbortSignal): Promise<void> {
    if (this.#isOurs) return
    const { isPrivate, mayExist, repository } = this.#publication
    try {
      const visibility = isPrivate ? 'private' : 'public'
      await createRepo({ ...this.#common, visibility, fetch: this.#fetchWith(signal) })
    } catch (error) {
      if (!(error instanceof HubApiError) || error.statusCode !== 409) throw error
      if (!mayExist) throw new UserError('hub/repository-exists', { repository })
    }
    this.#isOurs = true
  }

  async #commit(signal: AbortSignal): Promise<void> {
    const { files, title } = this.#publication
    const events = commitIter({
      ...this.#common,
      title,
      operations: files.map(({ path, content }) => ({ operation: 'addOrUpdate', path, content })),
      fetch: this.#fetchWith(signal),
      abortSignal: signal,
      // Sends by Git LFS, which every server of this API speaks.
      useXet: false,
    })
    for (;;) {
      const { done, value } = await events.next()
      signal.throwIfAborted()
      this.#lastMove = performance.now()
      if (done) break
      if (value.event === 'fileProgress' && value.state === 'uploading' && value.progress === 1)
        this.#note(value.path, this.#sizes.get(value.path) ?? 0)
    }
    for (const { path, sizeBytes } of files) this.#note(path, sizeBytes)
  }

  #note(path: string, bytes: number): void {
    this.#sent.set(path, Math.min(bytes, this.#sizes.get(path) ?? 0))
    const all = [...this.#sent.values()].reduce((sum, each) => sum + each, 0)
    this.#gained ||= all > this.#reached
    this.#reached = Math.max(this.#reached, all)
    this.#publication.onBytes(this.#reached)
  }

  /** Counts what is sent of files; the token goes to the Hub itself only. */
  #fetchWith(signal: AbortSignal): typeof fetch {
    const { client, network } = this.#parts
    return async (input, init = {}) => {
      const url = new URL(input instanceof Request ? input.url : input)
      const headers = new Headers(init.headers as Record<string, string>)
      headers.set('user-agent', 'terakoya-studio')
      if (url.origin !== client.endpoint.origin) headers.delete('authorization')
      const path = (init as { progressHint?: { path?: string } }).progressHint?.path
      const body = init.body instanceof Blob && path ? this.#counted(init.body, path) : init.body
      const answer = await network.fetch(url, {
        ...(init.method && { method: init.method }),
        headers: Object.fromEntries(headers),
        ...(body != null && { body }),
        signal,
      })
      this.#lastMove = performance.now()
      if (answer.status === 429) this.#retryAfter = waitOf(answer)
      return answer
    }
  }

  #counted(blob: Blob, path: string): Blob {
    return counted(blob, (bytes) => {
      this.#lastMove = performance.now()
      this.#note(path, (this.#sent.get(path) ?? 0) + bytes)
    })
  }

  /** The user's error of what the library or the network threw. */
  async explain(error: unknown): Promise<unknown> {
    const { client } = this.#parts
    if (!(error instanceof HubApiError)) return client.explain(error, client.endpoint)
    const { statusCode: status, url } = error
    const { repository } = this.#publication
    const at = URL.canParse(url) ? new URL(url) : client.endpoint
    // The link to send a file to has expired, or its store is busy: another try gets another link.
    if (at.origin !== client.endpoint.origin) return new UserError('hub/server', { host: at.host, status })
    if (status === 401) return new UserError('hub/token-invalid')
    if (status === 403) return new UserError('hub/not-yours', { repository })
    if (status === 404) return new UserError('hub/not-found', { dataset: repository })
    if (status === 429) return new UserError('hub/rate-limited', { seconds: this.#retryAfter ?? RATE_LIMIT_SECONDS })
    if (status >= 500) return new UserError('hub/server', { host: at.host, status })
    return new UserError('hub/refused', { repository, reason: error.message.split('. URL:')[0]?.slice(0, 300) ?? '' })
  }
}

/** Where the Hub does not say: it counts requests in windows of five minutes. */
const RATE_LIMIT_SECONDS = 300

/** The same file, whose bytes are counted as they are read. */
function counted(file: Blob, count: (bytes: number) => void): Blob {
  const stream = () =>
    file.stream().pipeThrough(
      new TransformStream({
        transform(chunk: Uint8Array, controller) {
          count(chunk.byteLength)
          controller.enqueue(chunk)
        },
      }) as never,
    )
  return Object.defineProperties(new Blob([]), {
    size: { value: file.size },
    type: { value: file.type },
    stream: { value: stream },
    arrayBuffer: { value: () => file.arrayBuffer() },
    text: { value: () => file.text() },
    slice: { value: (...range: Parameters<Blob['slice']>) => counted(file.slice(...range), count) },
  })
}
