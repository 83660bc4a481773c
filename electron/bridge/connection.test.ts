import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { ConnectionState } from '../../core/contract/index.ts'
import { createCalls } from './calls.ts'
import { createConnection } from './connection.ts'

/** A host that is there or not, and that knows the windows with its newest key. */
const host = { isThere: true, key: 'first', attempts: 0, sockets: [] as FakeSocket[] }

class FakeSocket extends EventTarget {
  static readonly OPEN = 1
  readyState = 0
  constructor(_: string, [key]: readonly string[]) {
    super()
    host.attempts++
    host.sockets.push(this)
    const isWelcome = host.isThere && key === host.key
    queueMicrotask(() => (isWelcome ? this.#open() : this.fail()))
  }
  #open(): void {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
  }
  fail(): void {
    this.readyState = 3
    this.dispatchEvent(new Event('error'))
    this.dispatchEvent(new Event('close'))
  }
}

let key: string
let told: string[]
beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', FakeSocket)
  Object.assign(host, { isThere: true, key: 'first', attempts: 0, sockets: [] })
  key = 'first'
  told = []
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function openWindow() {
  const connection = createConnection({
    onReturn: () => void told.push('return'),
    onStranger: () => void told.push('stranger'),
  })
  const calls = createCalls({
    address: 'ws://host',
    protocols: () => [key],
    isKnown: async () => !host.isThere || key === host.key,
    onState: connection.take,
  })
  connection.on((state: ConnectionState) => void told.push(state))
  return calls
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const drop = () => host.sockets.at(-1)?.fail()

it('tells a loss at once and once, tries again ever less often, and tells the return', async () => {
  openWindow()
  await pass(0)
  host.isThere = false
  drop()
  expect(told).toEqual(['open', 'lost'])
  host.attempts = 0
  await pass(500 + 1000 + 2000 + 4000 + 8000 + 8000)
  expect(host.attempts).toBe(6)
  host.isThere = true
  await pass(8000)
  expect(told).toEqual(['open', 'lost', 'return'])
})

it('fails what was asked when the connection is lost, and what is asked meanwhile', async () => {
  const calls = openWindow()
  await pass(0)
  Object.assign(host.sockets.at(-1)!, { send: () => undefined, bufferedAmount: 0 })
  const asked = calls.call('datasets.list', {})
  await pass(0)
  host.isThere = false
  drop()
  const lost = { ok: false, error: { code: 'web/disconnected', facts: {} } }
  expect(await asked).toEqual(lost)
  await pass(500)
  expect(await calls.call('datasets.list', {})).toEqual(lost)
})

it('waits for a new link where the host was started anew, and comes back with the key of another tab', async () => {
  const calls = openWindow()
  await pass(0)
  host.key = 'second'
  drop()
  await pass(0)
  expect(told).toEqual(['open', 'lost', 'unknown'])
  host.attempts = 0
  await pass(60_000)
  expect(host.attempts).toBe(0)
  calls.retry()
  await pass(0)
  expect(told).toEqual(['open', 'lost', 'unknown'])
  key = 'second'
  calls.retry()
  calls.retry()
  await pass(0)
  expect([told.at(-1), host.attempts]).toEqual(['return', 2])
})

it('tells a window that was never known from one that is no more', async () => {
  key = 'none'
  openWindow()
  await pass(0)
  expect(told).toEqual(['open', 'lost', 'stranger'])
})
