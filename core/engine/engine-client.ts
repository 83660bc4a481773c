import { InternalError, UserError, type AppError } from '../contract/errors.ts'
import type { EngineExit, EnginePort, SpawnEngine } from '../processes/port.ts'
import {
  engineMessages,
  EngineReply,
  HEARTBEAT_MS,
  STOP_ANSWER_MS,
  STOP_END_MS,
  UNRESPONSIVE_MS,
  type EngineMethod,
  type EngineMethods,
  type EngineRequest,
} from './engine-protocol.ts'

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
  /** Asks the engine to stop; `result` still settles. Safe at any time, and any number of times. */
  cancel(): void
  /** Like `cancel`, and ends the engine where it does not stop in time: `result` rejects with EngineGone. */
  stop(): void
}

export interface EngineClient {
  call<M extends EngineMethod>(
    method: M,
    params: EngineMethods[M]['params'],
    onEvent?: (event: EngineMethods[M]['event']) => void,
  ): EngineCall<M>
  /** Process id of the running engine, if any: for logs and tests. */
  pid(): number | undefined
  /** The engine ends when its calls have ended: the next one finds other libraries. */
  renew(): void
  /** Ends the engine; calls in flight reject with EngineGone. */
  close(): void
}

interface Pending {
  readonly method: EngineMethod
  /** When the engine was asked to stop, and by when it must have answered. */
  stopping: { askedMs: number; isHeard: boolean } | null
  lastEventMs: number
  resolve(result: unknown): void
  reject(error: Error): void
  onEvent: (event: unknown) => void
}

interface Question<M extends EngineMethod> {
  readonly method: M
  readonly params: EngineMethods[M]['params']
  readonly onEvent: ((event: EngineMethods[M]['event']) => void) | undefined
}

interface RunningOptions {
  readonly port: EnginePort
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Called before the calls in flight are told that their engine is gone. */
  readonly onLost: () => void
}

/** An engine that was started, and the calls that it works for. */
class RunningEngine {
  readonly port: EnginePort
  private readonly pending = new Map<number, Pending>()
  private readonly now: () => number
  private readonly onLost: () => void
  private lastSeenMs: number
  /** Ends with its last call. */
  private isRetiring = false
  private watch: NodeJS.Timeout | null = null

  constructor({ port, now, onLost }: RunningOptions) {
    this.port = port
    this.now = now
    this.onLost = onLost
    this.lastSeenMs = now()
  }

  /** Listens to the engine from now on. */
  listen(): void {
    this.port.onMessage((message) => {
      this.lastSeenMs = this.now()
      if (!receive(this.pending, message, this.now())) return this.breakOff({ code: null, reason: 'invalid message' })
      if (this.isRetiring && this.pending.size === 0) this.end()
    })
    this.port.onExit((exit) => this.lose(exit, false))
    this.watch = setInterval(() => this.check(), HEARTBEAT_MS)
    this.watch.unref()
  }

  call<M extends EngineMethod>(id: number, { method, params, onEvent }: Question<M>): EngineCall<M> {
    const result = new Promise<never>((resolve, reject) => {
      this.pending.set(id, {
        method,
        stopping: null,
        lastEventMs: this.now(),
        resolve: resolve as (result: unknown) => void,
        reject,
        onEvent: (onEvent ?? (() => undefined)) as (event: unknown) => void,
      })
    })
    this.port.send({ type: 'call', id, method, params } satisfies EngineRequest)
    return { result, cancel: () => this.cancel(id, 'whenever'), stop: () => this.cancel(id, 'in time') }
  }

  /** Ends the engine once its calls have ended. */
  retire(): void {
    this.isRetiring = true
    if (this.pending.size === 0) this.end()
  }

  end(): void {
    this.lose({ code: 0, reason: 'closed' }, false)
    this.port.kill()
  }

  private lose(exit: EngineExit, unresponsive: boolean): void {
    this.onLost()
    if (this.watch) clearInterval(this.watch)
    this.watch = null
    for (const call of this.pending.values()) call.reject(new EngineGone(exit, unresponsive))
    this.pending.clear()
  }

  /** Ends an engine that is silent, or that does not stop when it is asked to. */
  private check(): void {
    const silentMs = this.now() - this.lastSeenMs
    if (silentMs >= UNRESPONSIVE_MS) return this.breakOff({ code: null, reason: `${UNRESPONSIVE_MS / 1000} s` }, true)
    for (const { stopping, lastEventMs } of this.pending.values()) {
      if (!stopping) continue
      const waitedMs = this.now() - (stopping.isHeard ? Math.max(stopping.askedMs, lastEventMs) : stopping.askedMs)
      if (waitedMs >= (stopping.isHeard ? STOP_END_MS : STOP_ANSWER_MS))
        return this.breakOff({ code: null, reason: `${Math.round(waitedMs / 1000)} s` }, true)
    }
  }

  private breakOff(exit: EngineExit, unresponsive = false): void {
    this.lose(exit, unresponsive)
    this.port.kill()
  }

  private cancel(id: number, within: 'in time' | 'whenever'): void {
    const call = this.pending.get(id)
    if (!call) return
    if (within === 'in time') call.stopping ??= { askedMs: this.now(), isHeard: false }
    this.port.send({ type: 'cancel', id } satisfies EngineRequest)
  }
}

/**
 * The host's side of the engine: starts a process on the first call, and a new one on the first call after it went
 * away.
 */
export function createEngineClient(spawn: SpawnEngine, now: () => number = () => performance.now()): EngineClient {
  let running: RunningEngine | null = null
  let nextId = 1

  function ensure(): RunningEngine {
    if (running) return running
    const engine = new RunningEngine({
      port: spawn(),
      now,
      onLost() {
        if (running === engine) running = null
      },
    })
    running = engine
    engine.listen()
    return engine
  }

  return {
    call(method, params, onEvent) {
      const id = nextId++
      let engine: RunningEngine
      try {
        engine = ensure()
      } catch (error) {
        return notStarted(error)
      }
      return engine.call(id, { method, params, onEvent })
    },
    pid: () => running?.port.pid,
    renew: () => running?.retire(),
    close: () => running?.end(),
  }
}

/** A call whose engine could not be started: the system has no room for another process. */
function notStarted(error: unknown): EngineCall<never> {
  const gone = new EngineGone({ code: null, reason: error instanceof Error ? error.message : String(error) }, false)
  return { result: Promise.reject(gone), cancel: () => undefined, stop: () => undefined }
}

/** Takes in what the engine says; false where that is nothing that an engine says. */
function receive(pending: Map<number, Pending>, message: unknown, nowMs: number): boolean {
  const { success, data: reply } = EngineReply.safeParse(message)
  if (!success) return false
  if (reply.type === 'heartbeat') return true
  const call = pending.get(reply.id)
  if (!call) return true
  if (reply.type === 'cancelling') {
    if (call.stopping) call.stopping.isHeard = true
    return true
  }
  if (reply.type === 'event') {
    const event = engineMessages[call.method].event.safeParse(reply.event)
    call.lastEventMs = nowMs
    if (event.success) call.onEvent(event.data)
    return event.success
  }
  if (reply.type === 'error') return settle(pending, reply.id, () => call.reject(toError(reply.error, reply.stack)))
  const result = engineMessages[call.method].result.safeParse(reply.result)
  return result.success && settle(pending, reply.id, () => call.resolve(result.data))
}

function settle(pending: Map<number, Pending>, id: number, how: () => void): true {
  pending.delete(id)
  how()
  return true
}

const toError = (error: AppError, stack: string): Error =>
  error.code === 'internal' ? new InternalError(`engine: ${stack}`) : new UserError(error.code, error.facts)
