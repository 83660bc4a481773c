import { InternalError, UserError, type AppError } from '../contract/errors.ts'
import type { EngineExit, EnginePort, SpawnEngine } from './engine-port.ts'
import { HEARTBEAT_MS, UNRESPONSIVE_MS, type EngineMethod, type EngineMethods, type EngineReply, type EngineRequest } from './engine-protocol.ts'

/** The engine process went away while it worked for a call. */
export class EngineGone extends Error {
  readonly exit: EngineExit
  readonly unresponsive: boolean
  constructor(exit: EngineExit, unresponsive: boolean) {
    super(`engine ${unresponsive ? 'unresponsive' : 'exited'}: ${exit.reason}`)
    this.name = 'EngineGone'
    this.exit = exit
    this.unresponsive = unresponsive
  }
}

export interface EngineCall<M extends EngineMethod> {
  /** Rejects with UserError (the user's to fix), EngineGone, or InternalError. */
  readonly result: Promise<EngineMethods[M]['result']>
  /** Asks the engine to stop; `result` still settles. */
  cancel(): void
}

export interface EngineClient {
  call<M extends EngineMethod>(method: M, params: EngineMethods[M]['params'], onEvent?: (event: EngineMethods[M]['event']) => void): EngineCall<M>
  /** Process id of the running engine, if any: for logs and tests. */
  pid(): number | undefined
  /** The engine ends when its calls have ended: the next one finds other libraries. */
  renew(): void
  /** Ends the engine; calls in flight reject with EngineGone. */
  close(): void
}

interface Pending {
  resolve(result: unknown): void
  reject(error: Error): void
  onEvent: (event: unknown) => void
}

interface Running {
  readonly port: EnginePort
  readonly pending: Map<number, Pending>
  lastSeenMs: number
  /** Ends with its last call. */
  isRetiring: boolean
}

/** The host's side of the engine: starts a process on the first call, and a new one on the first call after it went away. */
export function createEngineClient(spawn: SpawnEngine, now: () => number = () => performance.now()): EngineClient {
  let running: Running | null = null
  let nextId = 1
  let watch: NodeJS.Timeout | null = null

  const stopWatching = () => {
    if (watch) clearInterval(watch)
    watch = null
  }

  function lose(engine: Running, exit: EngineExit, unresponsive: boolean): void {
    if (running === engine) {
      running = null
      stopWatching()
    }
    for (const call of engine.pending.values()) call.reject(new EngineGone(exit, unresponsive))
    engine.pending.clear()
  }

  function end(engine: Running): void {
    lose(engine, { code: 0, reason: 'closed' }, false)
    engine.port.kill()
  }

  function ensure(): Running {
    if (running) return running
    const engine: Running = { port: spawn(), pending: new Map(), lastSeenMs: now(), isRetiring: false }
    running = engine
    engine.port.onMessage((message) => {
      engine.lastSeenMs = now()
      receive(engine, message as EngineReply)
      if (engine.isRetiring && engine.pending.size === 0) end(engine)
    })
    engine.port.onExit((exit) => lose(engine, exit, false))
    watch = setInterval(() => {
      if (now() - engine.lastSeenMs < UNRESPONSIVE_MS) return
      lose(engine, { code: null, reason: `${UNRESPONSIVE_MS / 1000} s` }, true)
      engine.port.kill()
    }, HEARTBEAT_MS)
    watch.unref()
    return engine
  }

  return {
    call(method, params, onEvent) {
      const engine = ensure()
      const id = nextId++
      const result = new Promise<never>((resolve, reject) => {
        engine.pending.set(id, { resolve: resolve as (result: unknown) => void, reject, onEvent: (onEvent ?? (() => undefined)) as (event: unknown) => void })
      })
      const send = (request: EngineRequest) => engine.port.send(request)
      send({ type: 'call', id, method, params })
      return { result, cancel: () => { if (engine.pending.has(id)) send({ type: 'cancel', id }) } }
    },
    pid: () => running?.port.pid,
    renew() {
      if (!running) return
      running.isRetiring = true
      if (running.pending.size === 0) end(running)
    },
    close() {
      if (running) end(running)
    },
  }
}

function receive(engine: Running, reply: EngineReply): void {
  if (reply.type === 'heartbeat') return
  const call = engine.pending.get(reply.id)
  if (!call) return
  if (reply.type === 'event') return call.onEvent(reply.event)
  engine.pending.delete(reply.id)
  if (reply.type === 'result') call.resolve(reply.result)
  else call.reject(toError(reply.error, reply.stack))
}

const toError = (error: AppError, stack: string): Error =>
  error.code === 'internal' ? new InternalError(`engine: ${stack}`) : new UserError(error.code, error.facts)
