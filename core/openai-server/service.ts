import { UserError, type ApiServerState, type AppError, type Events, type Handlers } from '../contract/index.ts'
import type { Secrets } from '../files/secrets.ts'
import { listEntries, type StudioParts } from './answering.ts'
import { fixedKey, storedKeys } from './key.ts'
import { LIMITS, type Limits } from './limits.ts'
import { Queue } from './queue.ts'
import type { Served } from './routes.ts'
import { startServer, type ListeningServer, type ServerPlace } from './server.ts'

type ApiServerHandlers = { [N in keyof Handlers as N extends `apiServer.${infer C}` ? C : never]: Handlers[N] }

export interface ApiServerOptions extends StudioParts {
  /** Where the key's hash is kept. */
  readonly secrets: Secrets
  readonly word: (error: AppError, cause: unknown) => string
  readonly emit: <N extends 'apiServer.changed'>(name: N, payload: Events[N]) => void
  readonly limits?: Partial<Limits>
  readonly now?: () => number
}

/** Where to listen, and with which key: the account's unless one is given. */
export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly isExact: boolean
  readonly key?: string
}

export interface ApiServerService extends ApiServerHandlers {
  /** What the terminal may ask and a window may not: another address than this computer's own. */
  listen(options: ListenOptions): Promise<ApiServerState>
  close(): Promise<void>
}

const LOOPBACK = '127.0.0.1'
export const DEFAULT_API_PORT = 7861
/** How often windows are told of requests. */
const TELL_MS = 250

/** The server for OpenAI's clients: off until somebody turns it on, and until the studio ends at most. */
export function createApiServer(options: ApiServerOptions): ApiServerService {
  const { secrets, word, emit, now = () => performance.now() } = options
  const limits: Limits = { ...LIMITS, ...options.limits }
  const queue = new Queue({ places: limits.maxAnswers, waiting: limits.maxWaiting })
  const accountKeys = storedKeys(secrets)
  const server = new SwitchedServer()
  let keys = accountKeys
  let requestCount = 0

  const state = async (): Promise<ApiServerState> => ({
    address: server.address,
    hasKey: await keys.exists(),
    requestCount,
    answeringCount: queue.taken,
    waitingCount: queue.waiting,
  })
  const tell = async () => {
    const current = await state()
    emit('apiServer.changed', current)
    return current
  }
  const soon = afterAWhile(() => void tell())
  const onRequest = (phase: 'begun' | 'ended') => {
    if (phase === 'begun') requestCount++
    soon.ask()
  }
  const served = { studio: options, keys: () => keys, queue, limits, word, now, onRequest }
  const listen = async ({ key, ...place }: ListenOptions) => {
    keys = key === undefined ? accountKeys : fixedKey(key)
    if (!(await keys.exists())) throw new UserError('api/key-first')
    await server.start(place, served)
    return tell()
  }
  return {
    state,
    listen,
    start: () => listen({ host: LOOPBACK, port: DEFAULT_API_PORT, isExact: false }),
    async stop() {
      await server.stop()
      return tell()
    },
    models: async () => (await listEntries(options)).map(({ id, name, kind }) => ({ id, name, kind })),
    async replaceKey() {
      const key = await accountKeys.replace()
      await tell()
      return { key }
    },
    async close() {
      soon.forget()
      await server.stop()
    },
  }
}

/** At most one server. Starts and stops follow each other. */
class SwitchedServer {
  #server: ListeningServer | null = null
  #turn: Promise<unknown> = Promise.resolve()

  /** Where clients find it; null while it is off. */
  get address(): string | null {
    if (!this.#server) return null
    const { host, port } = this.#server
    return `http://${host.includes(':') ? `[${host}]` : host}:${port}/v1`
  }

  /** In the place of one that runs. */
  start(place: ServerPlace, served: Served): Promise<void> {
    return this.#inTurn(async () => {
      await this.#stop()
      this.#server = await startServer(place, served)
    })
  }

  stop(): Promise<void> {
    return this.#inTurn(() => this.#stop())
  }

  async #stop(): Promise<void> {
    const running = this.#server
    this.#server = null
    await running?.close()
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }
}

/** Does it once for all who ask within a quarter of a second. */
function afterAWhile(work: () => void): { readonly ask: () => void; readonly forget: () => void } {
  let timer: NodeJS.Timeout | null = null
  return {
    ask() {
      timer ??= setTimeout(() => {
        timer = null
        work()
      }, TELL_MS).unref()
    },
    forget() {
      if (timer) clearTimeout(timer)
    },
  }
}
