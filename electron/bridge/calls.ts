import type { ConnectionState, EventName, Result, StudioBridge } from '../../core/contract/index.ts'
import { messagesOf } from '../wire/message-parts.ts'

/** Waits between attempts to reach the host again; the last one from then on. */
const RETRY_MS = [500, 1000, 2000, 4000, 8000] as const
/** Wait between two looks at what is not sent yet. */
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
  /** Whether the host that answers knows this window; true where none answers. */
  readonly isKnown: () => Promise<boolean>
  readonly onState: (state: ConnectionState) => void
}

export interface StudioCalls {
  /** Resolves to a failed result where the host cannot be reached. */
  call(name: string, input: unknown): Promise<Result<unknown>>
  readonly on: StudioBridge['on']
  /** Tries at once to reach a host that was lost, or one that may know this window by now. */
  retry(): void
}

/** Calls and events over one WebSocket. Calls leave in the order in which they were made; long ones in parts. */
export function createCalls(options: CallsOptions): StudioCalls {
  const waiting = new Map<number, (result: Result<unknown>) => void>()
  const listeners = createListeners()
  let nextId = 1
  let lastSent: Promise<void> = Promise.resolve()
  const { socket, retry } = keepConnected({
    ...options,
    onMessage(text) {
      const reply = JSON.parse(text) as Reply
      if ('event' in reply) return listeners.tell(reply.event, reply.payload)
      waiting.get(reply.id)?.(reply.result)
      waiting.delete(reply.id)
    },
    onClose() {
      for (const resolve of waiting.values()) resolve(DISCONNECTED)
      waiting.clear()
    },
  })
  return {
    async call(name, input) {
      const open = await socket()
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
    retry,
  }
}

interface KeptOptions extends CallsOptions {
  readonly onMessage: (text: string) => void
  readonly onClose: () => void
}

/** A connection that is tried again, ever less often, when it is lost. */
function keepConnected({ address, protocols, isKnown, onState, onMessage, onClose }: KeptOptions) {
  let failures = 0
  /** Neither open nor being opened. */
  let isIdle = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let socket = connect()

  /** The open connection, or null where the host cannot be reached. */
  function connect(): Promise<WebSocket | null> {
    const attempt = new WebSocket(address, protocols())
    attempt.addEventListener('message', ({ data }) => onMessage(String(data)))
    attempt.addEventListener('close', () => {
      onClose()
      void lose()
    })
    return new Promise((resolve) => {
      attempt.addEventListener('open', () => {
        failures = 0
        resolve(attempt)
        onState('open')
      })
      attempt.addEventListener('error', () => resolve(null))
    })
  }

  async function lose(): Promise<void> {
    const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]
    if (failures++ === 0) onState('lost')
    const isAwaited = await isKnown()
    onState(isAwaited ? 'lost' : 'unknown')
    isIdle = true
    if (isAwaited) timer = setTimeout(retry, wait)
  }

  function retry(): void {
    if (!isIdle) return
    isIdle = false
    clearTimeout(timer)
    socket = connect()
  }

  return { socket: () => socket, retry }
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
