import type { EventName, Result, StudioBridge } from '../../core/contract/index.ts'
import { messagesOf } from '../wire/message-parts.ts'

/** Wait between two attempts to reach the host again, and between two looks at what is not sent yet. */
const RETRY_MS = 1000
const DRAIN_MS = 10
/** The browser holds no more of a long call than this: other things of the window may be sent meanwhile. */
const MAX_UNSENT_BYTES = 8_000_000

const DISCONNECTED: Result<never> = { ok: false, error: { code: 'web/disconnected', facts: {} } }

type Reply =
  { readonly id: number; readonly result: Result<unknown> } | { readonly event: EventName; readonly payload: unknown }

export interface CallsOptions {
  readonly address: string
  /** Asked for every connection: another window may have got a newer key. */
  readonly protocols: () => string[]
  /** Called after a lost connection: with true once it is open again, with false for every attempt that failed. */
  readonly onReturn: (isOpen: boolean) => void
}

export interface StudioCalls {
  /** Resolves to a failed result where the host cannot be reached. */
  call(name: string, input: unknown): Promise<Result<unknown>>
  readonly on: StudioBridge['on']
}

/** Calls and events over one WebSocket. Calls leave in the order in which they were made; long ones in parts. */
export function createCalls({ address, protocols, onReturn }: CallsOptions): StudioCalls {
  const waiting = new Map<number, (result: Result<unknown>) => void>()
  const listeners = createListeners()
  let nextId = 1
  let isLost = false
  let lastSent: Promise<void> = Promise.resolve()
  let socket = connect()

  /** The open connection, or null where the host cannot be reached; a closed one is tried again. */
  function connect(): Promise<WebSocket | null> {
    const attempt = new WebSocket(address, protocols())
    attempt.addEventListener('message', ({ data }) => receive(JSON.parse(String(data)) as Reply))
    attempt.addEventListener('close', () => {
      for (const resolve of waiting.values()) resolve(DISCONNECTED)
      waiting.clear()
      if (isLost) onReturn(false)
      isLost = true
      setTimeout(() => {
        socket = connect()
      }, RETRY_MS)
    })
    return new Promise((resolve) => {
      attempt.addEventListener('open', () => {
        resolve(attempt)
        if (isLost) onReturn(true)
      })
      attempt.addEventListener('error', () => resolve(null))
    })
  }

  function receive(reply: Reply): void {
    if ('event' in reply) return listeners.tell(reply.event, reply.payload)
    waiting.get(reply.id)?.(reply.result)
    waiting.delete(reply.id)
  }

  return {
    async call(name, input) {
      const open = await socket
      if (open?.readyState !== WebSocket.OPEN) return DISCONNECTED
      const id = nextId++
      return new Promise((resolve) => {
        waiting.set(id, resolve)
        lastSent = lastSent
          .then(() => send(open, messagesOf(id, JSON.stringify({ id, name, input })), () => waiting.has(id)))
          .catch(() => {
            waiting.delete(id)
            resolve({ ok: false, error: { code: 'web/message-too-large', facts: {} } })
          })
      })
    },
    on: listeners.on,
  }
}

/** Sends all of a call, unless the host has refused it meanwhile. */
async function send(open: WebSocket, messages: Iterable<string>, isWanted: () => boolean): Promise<void> {
  for (const message of messages) {
    while (open.bufferedAmount > MAX_UNSENT_BYTES && open.readyState === WebSocket.OPEN)
      await new Promise((resolve) => setTimeout(resolve, DRAIN_MS))
    if (!isWanted()) return
    open.send(message)
  }
}

/** Who hears which events. */
function createListeners(): Pick<StudioCalls, 'on'> & { tell(name: EventName, payload: unknown): void } {
  const listeners = new Map<EventName, Set<(payload: never) => void>>()
  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set)
      set.add(listener as (payload: never) => void)
      return () => void set.delete(listener as (payload: never) => void)
    },
    tell: (name, payload) => listeners.get(name)?.forEach((listener) => listener(payload as never)),
  }
}
