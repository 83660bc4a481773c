import type { EventName, PickedFile, Result, StudioBridge } from '../../core/contract/index.ts'

/** `window.studio` in a browser: calls and events over a WebSocket to the host on this computer. Loaded before the studio itself. */

// Types only from elsewhere: the host serves this file and no chunk beside it.
const ok = <T>(value: T) => ({ ok: true, value }) as const

/** Wait between two attempts to reach the host again. */
const RETRY_MS = 1000

type Reply = { readonly id: number; readonly result: Result<unknown> } | { readonly event: EventName; readonly payload: unknown }

const waiting = new Map<number, (result: Result<unknown>) => void>()
const listeners = new Map<EventName, Set<(payload: never) => void>>()
let nextId = 1
let lost = false
let socket = connect()

/** The open connection, or null where the host cannot be reached; a closed one is tried again. */
function connect(): Promise<WebSocket | null> {
  const attempt = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/studio`)
  attempt.addEventListener('message', ({ data }) => receive(JSON.parse(String(data)) as Reply))
  attempt.addEventListener('close', () => {
    for (const resolve of waiting.values()) resolve({ ok: false, error: { code: 'web/disconnected', facts: {} } })
    waiting.clear()
    lost = true
    setTimeout(() => { socket = connect() }, RETRY_MS)
  })
  return new Promise((resolve) => {
    attempt.addEventListener('open', () => {
      resolve(attempt)
      if (lost) location.reload()
    })
    attempt.addEventListener('error', () => resolve(null))
  })
}

function receive(reply: Reply): void {
  if ('event' in reply) {
    listeners.get(reply.event)?.forEach((listener) => listener(reply.payload as never))
    return
  }
  waiting.get(reply.id)?.(reply.result)
  waiting.delete(reply.id)
}

async function call(name: string, input: unknown): Promise<Result<unknown>> {
  const open = await socket
  if (!open) return { ok: false, error: { code: 'web/disconnected', facts: {} } }
  const id = nextId++
  return new Promise((resolve) => {
    waiting.set(id, resolve)
    open.send(JSON.stringify({ id, name, input }))
  })
}

async function adoptFile(file: File): Promise<Result<PickedFile>> {
  const response = await fetch(`/upload?name=${encodeURIComponent(file.name)}`, { method: 'POST', body: file })
  return response.ok ? ok((await response.json()) as PickedFile) : { ok: false, error: { code: 'file/unreadable', facts: { file: file.name, reason: `HTTP ${response.status}` } } }
}

/** The browser's own file chooser; null when it is closed without a choice. */
function chooseFile(extensions: readonly string[]): Promise<File | null> {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = extensions.map((extension) => `.${extension}`).join(',')
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve(input.files?.[0] ?? null))
    input.addEventListener('cancel', () => resolve(null))
    input.click()
  })
}

async function post<T>(path: string, body: unknown): Promise<T> {
  const response = await fetch(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return (await response.json()) as T
}

const bridge: StudioBridge = {
  host: 'web',
  call: call as StudioBridge['call'],
  on(name, listener) {
    const set = listeners.get(name) ?? new Set()
    listeners.set(name, set)
    set.add(listener as (payload: never) => void)
    return () => void set.delete(listener as (payload: never) => void)
  },
  async pickFile({ extensions }) {
    const file = await chooseFile(extensions)
    return file ? adoptFile(file) : ok(null)
  },
  // A browser gives no folder's path: the web host's user types it.
  pickFolder: async () => ok(null),
  adoptFile,
  pickSave: async ({ suggestedName }) => ok(await post('/save', { suggestedName })),
  async finishSave(target) {
    const link = document.createElement('a')
    link.href = `/download?target=${encodeURIComponent(target)}`
    link.download = target.split(/[\\/]/).at(-1) ?? ''
    link.click()
  },
  async openOutside(target) {
    if (!target.startsWith('https://')) return { ok: false, error: { code: 'link/not-allowed', facts: { address: target } } }
    window.open(target, '_blank', 'noopener,noreferrer')
    return ok(null)
  },
}

;(window as unknown as { studio: StudioBridge }).studio = bridge
