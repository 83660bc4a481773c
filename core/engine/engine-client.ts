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

interface Running {
  readonly port: EnginePort
  readonly pending: Map<number, Pending>
  lastSeenMs: number
  /** Ends with its last call. */
  isRetiring: boolean
}

/**
 * The host's side of the engine: starts a process on the first call, and a new one on the first call after it went
 * away.
 */
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
      if (!receive(engine, message, now())) return breakOff(engine, { code: null, reason: 'invalid message' })
      if (engine.isRetiring && engine.pending.size === 0) end(engine)
    })
    engine.port.onExit((exit) => lose(engine, exit, false))
    watch = setInterval(() => check(engine), HEARTBEAT_MS)
    watch.unref()
    return engine
  }

  /** Ends an engine that is silent, or that does not stop when it is asked to. */
  function check(engine: Running): void {
    const silentMs = now() - engine.lastSeenMs
    if (silentMs >= UNRESPONSIVE_MS)
      return breakOff(engine, { code: null, reason: `${UNRESPONSIVE_MS / 1000} s` }, true)
    for (const { stopping, lastEventMs } of engine.pending.values()) {
      if (!stopping) continue
      const waitedMs = now() - (stopping.isHeard ? Math.max(stopping.askedMs, lastEventMs) : stopping.askedMs)
      if (waitedMs >= (stopping.isHeard ? STOP_END_MS : STOP_ANSWER_MS))
        return breakOff(engine, { code: null, reason: `${Math.round(waitedMs / 1000)} s` }, true)
    }
  }

  function breakOff(engine: Running, exit: EngineExit, unresponsive = false): void {
    lose(engine, exit, unresponsive)
    engine.port.kill()
  }

  function cancel(engine: Running, id: number, within: 'in time' | 'whenever'): void {
    const call = engine.pending.get(id)
    if (!call) return
    if (within === 'in time') call.stopping ??= { askedMs: now(), isHeard: false }
    engine.port.send({ type: 'cancel', id } satisfies EngineRequest)
  }

  return {
    call(method, params, onEvent) {
      const id = nextId++
      let engine: Running
      try {
        engine = ensure()
      } catch (error) {
        // The system has no room for another process.
        const gone = new EngineGone(
          { code: null, reason: error instanceof Error ? error.message : String(error) },
          false,
        )
        return { result: Promise.reject(gone), cancel: () => undefined, stop: () => undefined }
      }
      const result = new Promise<never>((resolve, reject) => {
        engine.pending.set(id, {
          method,
          stopping: null,
          lastEventMs: now(),
          resolve: resolve as (result: unknown) => void,
          reject,
          onEvent: (onEvent ?? (() => undefined)) as (event: unknown) => void,
        })
      })
      engine.port.send({ type: 'call', id, method, params } satisfies EngineRequest)
      return { result, cancel: () => cancel(engine, id, 'whenever'), stop: () => cancel(engine, id, 'in time') }
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

/** Takes in what the engine says; false where that is nothing that an engine says. */
function receive(engine: Running, message: unknown, nowMs: number): boolean {
  const { success, data: reply } = EngineReply.safeParse(message)
  if (!success) return false
  if (reply.type === 'heartbeat') return true
  const call = engine.pending.get(reply.id)
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
  if (reply.type === 'error') return settle(engine, reply.id, () => call.reject(toError(reply.error, reply.stack)))
  const result = engineMessages[call.method].result.safeParse(reply.result)
  return result.success && settle(engine, reply.id, () => call.resolve(result.data))
}

function settle(engine: Running, id: number, how: () => void): true {
  engine.pending.delete(id)
  how()
  return true
}

const toError = (error: AppError, stack: string): Error =>
  error.code === 'internal' ? new InternalError(`engine: ${stack}`) : new UserError(error.code, error.facts)
