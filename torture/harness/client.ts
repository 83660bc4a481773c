import { WebSocket } from 'ws'
import type { AppError, CallName, Calls, EventName, Result } from '../../core/contract/index.ts'
import { messagesOf } from '../../electron/wire/message-parts.ts'

/** Longer than any call of an attack may take. */
export const CALL_LIMIT_MS = 30_000

/** The host went away, or did not answer in time. */
export class NoAnswer extends Error {
  readonly why: 'gone' | 'time'
  constructor(why: 'gone' | 'time', call: string) {
    super(`${call}: ${why === 'gone' ? 'the connection ended' : 'no answer in time'}`)
    this.why = why
  }
}

/** A call that came back with an error. */
export class Refused extends Error {
  readonly error: AppError
  constructor(call: string, error: AppError) {
    super(`${call}: ${error.code} ${JSON.stringify(error.facts)}`)
    this.error = error
  }
}

export interface Client {
  /** The result as it came. Throws NoAnswer. */
  ask(name: string, input: unknown, limitMs?: number): Promise<Result<unknown>>
  /** The value. Throws Refused and NoAnswer. */
  call<N extends CallName>(name: N, input: Calls[N]['input'], limitMs?: number): Promise<Calls[N]['output']>
  /** Hears every event; returns the function that ends it. */
  on(listener: (event: EventName, payload: unknown) => void): () => void
  readonly isOpen: boolean
  close(): void
}

type Message = {
  readonly id?: number
  readonly result?: Result<unknown>
  readonly event?: EventName
  readonly payload?: unknown
}

/** Connects as the studio's page does. Throws NoAnswer. */
export async function connectClient(port: number, headers: Readonly<Record<string, string>>): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/studio`, { headers, maxPayload: 2 ** 30 })
  const waiting = new Map<
    number,
    { resolve: (result: Result<unknown>) => void; reject: (error: Error) => void; name: string; timer: NodeJS.Timeout }
  >()
  const listeners = new Set<(event: EventName, payload: unknown) => void>()
  let nextId = 1
  socket.on('message', (data) => {
    const { id, result, event, payload } = JSON.parse(String(data)) as Message
    if (event !== undefined) return listeners.forEach((listener) => listener(event, payload))
    const call = id === undefined ? undefined : waiting.get(id)
    if (!call || !result || id === undefined) return
    waiting.delete(id)
    clearTimeout(call.timer)
    call.resolve(result)
  })
  socket.on('close', () => {
    for (const call of waiting.values()) {
      clearTimeout(call.timer)
      call.reject(new NoAnswer('gone', call.name))
    }
    waiting.clear()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.on('error', () => reject(new NoAnswer('gone', 'connect')))
  })
  const ask = (name: string, input: unknown, limitMs = CALL_LIMIT_MS): Promise<Result<unknown>> =>
    new Promise((resolve, reject) => {
      if (socket.readyState !== WebSocket.OPEN) return reject(new NoAnswer('gone', name))
      const id = nextId++
      const timer = setTimeout(() => {
        waiting.delete(id)
        reject(new NoAnswer('time', name))
      }, limitMs)
      waiting.set(id, { resolve, reject, name, timer })
      for (const message of messagesOf(id, JSON.stringify({ id, name, input }))) socket.send(message)
    })
  return {
    ask,
    async call(name, input, limitMs) {
      const result = await ask(name, input, limitMs)
      if (!result.ok) throw new Refused(name, result.error)
      return result.value as never
    },
    on(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    get isOpen() {
      return socket.readyState === WebSocket.OPEN
    },
    close: () => socket.terminate(),
  }
}
