import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { ok } from '../../core/contract/index.ts'
import { MAX_PARTS, messagesOf, PART_CHARACTERS } from '../wire/message-parts.ts'
import { startTestHost, TestWindow, upgrade, type TestHost } from './testing/support.ts'

let host: TestHost
let window: TestWindow
const start = async (limits: Parameters<typeof startTestHost>[0] = {}) => {
  host = await startTestHost(limits)
  window = await TestWindow.open(host, await host.session())
}
afterEach(() => host.close())

const call = (id: number, name = 'datasets.list', input: unknown = {}) => JSON.stringify({ id, name, input })
/** A fresh window is answered: the host lives. */
const answersStill = async () => {
  const other = await TestWindow.open(host, await host.session())
  other.send(call(7))
  expect(await other.next()).toMatchObject({ id: 7, result: { ok: true } })
  expect(host.bugs).toEqual([])
}

describe('a message that is no call', () => {
  beforeEach(() => start())

  const closing: readonly (readonly [string, string | Uint8Array, number])[] = [
    ['no JSON', 'hello', 1007],
    ['an empty text', '', 1007],
    ['half a call', '{"id":1,"name":', 1007],
    ['NUL', '\0', 1007],
    ['null', 'null', 1008],
    ['an empty object', '{}', 1008],
    ['a number', '42', 1008],
    ['a list', '[]', 1008],
    ['a text', '"x"', 1008],
    ['an id below zero', call(-1), 1008],
    ['an id with a fraction', call(1.5), 1008],
    ['an id beyond 2^53', '{"id":1e300,"name":"a.b"}', 1008],
    ['a text as id', '{"id":"1","name":"a.b"}', 1008],
    ['bytes', Buffer.from(call(1)), 1003],
    ['no bytes', new Uint8Array(0), 1003],
    ['a megabyte and more', `"${'a'.repeat(2 ** 20)}"`, 1009],
    ['deep lists', '['.repeat(500_000), 1007],
  ]
  it.each(closing)('%s: closed with its code, and the host lives', async (_, message, code) => {
    window.send(message)
    expect(await window.closed).toBe(code)
    await answersStill()
  })

  const answered: readonly (readonly [string, unknown])[] = [
    ['a number as name', { id: 1, name: 5 }],
    ['no name', { id: 1 }],
    ['an empty name', { id: 1, name: '' }],
    ['a name too long', { id: 1, name: 'a'.repeat(101) }],
    ['null as name', { id: 1, name: null }],
    ['a part without its text', { id: 1, part: 0, parts: 2 }],
    ['a part of one', { id: 1, part: 0, parts: 1, text: '' }],
    ['a part of too many', { id: 1, part: 0, parts: MAX_PARTS + 1, text: '' }],
    ['a part below zero', { id: 1, part: -1, parts: 2, text: '' }],
  ]
  it.each(answered)('%s: a failed result for its id', async (_, message) => {
    window.send(JSON.stringify(message), call(2))
    expect(await window.next()).toMatchObject({ id: 1, result: { ok: false, error: { code: 'call-invalid' } } })
    expect(await window.next()).toMatchObject({ id: 2, result: { ok: true } })
  })

  /** Frames that a WebSocket library would not send. */
  const frames: readonly (readonly [string, number[], number])[] = [
    ['invalid UTF-8', [0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe], 1007],
    ['a frame without its mask', [0x81, 0x01, 0x61], 1002],
    ['reserved bits', [0xf1, 0x80, 0, 0, 0, 0], 1002],
    ['an unknown opcode', [0x83, 0x80, 0, 0, 0, 0], 1002],
    ['a continuation of nothing', [0x80, 0x80, 0, 0, 0, 0], 1002],
    ['a ping in two', [0x09, 0x80, 0, 0, 0, 0], 1002],
    ['a ping too long', [0x89, 0xfe, 0, 200, 0, 0, 0, 0], 1002],
    ['a length of 2^63', [0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], 1009],
    ['a close with half a code', [0x88, 0x81, 0, 0, 0, 0, 3], 1002],
    ['a close with a code that is none', [0x88, 0x82, 0, 0, 0, 0, 0, 1], 1002],
  ]
  it.each(frames)('%s: closed, and the host lives', async (_, bytes, code) => {
    ;(window.socket as unknown as { _socket: { write(bytes: Uint8Array): void } })._socket.write(Buffer.from(bytes))
    expect([code, 1005, 1006]).toContain(await window.closed)
    await answersStill()
  })
})

it('an exception of a call becomes a failed result with a reference, without the stack', async () => {
  await start()
  host.studio.answer = () => Promise.reject(new Error('/internal/path: boom'))
  window.send(call(1))
  expect(await window.next()).toEqual({
    id: 1,
    result: { ok: false, error: { code: 'internal', facts: { message: 'reference' } } },
  })
  host.studio.answer = async () => ok(1n)
  window.send(call(2))
  expect(await window.next()).toMatchObject({ id: 2, result: { ok: false, error: { code: 'internal' } } })
  expect(host.bugs).toEqual([
    'datasets.list: Error: /internal/path: boom',
    'datasets.list: TypeError: Do not know how to serialize a BigInt',
  ])
})

it('a call that ends after its window was closed sends nothing and harms nothing', async () => {
  await start()
  let finish = (): void => undefined
  host.studio.answer = () =>
    new Promise((resolve) => {
      finish = () => resolve(ok(1))
    })
  window.send(call(1))
  while (host.studio.running === 0) await new Promise(setImmediate)
  window.socket.terminate()
  await window.closed
  finish()
  host.studio.answer = async () => ok(2)
  host.studio.tell('system.library', { folder: 'x' })
  await answersStill()
})

it('10,000 calls at once run a few at a time, and all are answered', async () => {
  await start()
  host.studio.answer = async (_, input) => {
    await new Promise(setImmediate)
    return ok(input)
  }
  for (let id = 0; id < 10_000; id++) window.send(call(id, 'datasets.list', id))
  const ids = new Set<number>()
  while (ids.size < 10_000) {
    const reply = (await window.next()) as { id: number; result: { value: number } }
    expect(reply.result.value).toBe(reply.id)
    ids.add(reply.id)
  }
  expect(host.studio.mostRunning).toBe(32)
})

describe('a call in parts', () => {
  // Surrogate pairs at every cut.
  const long = '😀漢字"\\\n\u2028'.repeat(PART_CHARACTERS / 2)

  it('arrives as one call, whole, between others', async () => {
    await start()
    const parts = [...messagesOf(1, call(1, 'datasets.edit', { text: long }))]
    expect(parts.length).toBeGreaterThan(4)
    expect(Math.max(...parts.map((part) => Buffer.byteLength(part)))).toBeLessThan(2 ** 20)
    window.send(...parts.slice(0, 2), call(2), ...parts.slice(2))
    expect(await window.next()).toMatchObject({ id: 2 })
    const reply = (await window.next()) as { id: number; result: { value: { input: { text: string } } } }
    expect([reply.id, reply.result.value.input.text === long]).toEqual([1, true])
    expect(host.studio.calls.map(({ name }) => name)).toEqual(['datasets.list', 'datasets.edit'])
  })

  const part = (id: number, at: number, parts: number, text: string) => JSON.stringify({ id, part: at, parts, text })
  const incomplete = { ok: false, error: { code: 'web/message-incomplete', facts: {} } }

  it('out of order, with another count, or begun twice, it is refused once and forgotten', async () => {
    await start()
    window.send(part(1, 1, 2, '{}'))
    expect(await window.next()).toEqual({ id: 1, result: incomplete })
    window.send(part(2, 0, 3, 'a'), part(2, 2, 3, 'b'))
    expect(await window.next()).toEqual({ id: 2, result: incomplete })
    window.send(part(3, 0, 3, 'a'), part(3, 1, 2, 'b'))
    expect(await window.next()).toEqual({ id: 3, result: incomplete })
    window.send(part(4, 0, 2, 'a'), part(4, 0, 2, 'a'))
    expect(await window.next()).toEqual({ id: 4, result: incomplete })
    window.send(...[5, 6, 7, 8, 9].map((id) => part(id, 0, 2, 'a')))
    expect(await window.next()).toEqual({ id: 9, result: incomplete })
    await answersStill()
  })

  it('that is no call when it is whole, or one with another id, is refused', async () => {
    await start()
    window.send(part(1, 0, 2, 'no '), part(1, 1, 2, 'json'))
    window.send(part(2, 0, 2, '{"id":3,'), part(2, 1, 2, '"name":"a.b"}'))
    window.send(part(4, 0, 2, '{"id":4,"part":0,'), part(4, 1, 2, '"parts":2,"text":""}'))
    for (const id of [1, 2, 4])
      expect(await window.next()).toMatchObject({ id, result: { ok: false, error: { code: 'call-invalid' } } })
    expect(host.studio.calls).toEqual([])
  })

  it('is refused beyond the bound of a call and of all windows; what is held is given back', async () => {
    await start({ maxCallCharacters: 100, maxCallsWeight: 150 })
    const tooLarge = { ok: false, error: { code: 'web/message-too-large', facts: {} } }
    window.send(part(1, 0, 3, 'a'.repeat(60)), part(1, 1, 3, 'a'.repeat(60)))
    expect(await window.next()).toEqual({ id: 1, result: tooLarge })
    const other = await TestWindow.open(host, await host.session())
    other.send(part(1, 0, 2, 'a'.repeat(80)), call(2))
    await other.next()
    window.send(part(2, 0, 2, 'a'.repeat(80)))
    expect(await window.next()).toEqual({ id: 2, result: tooLarge })
    other.socket.close()
    await other.closed
    const text = call(3, 'datasets.list', 'a'.repeat(50))
    window.send(part(3, 0, 2, text.slice(0, 40)), part(3, 1, 2, text.slice(40)))
    expect(await window.next()).toMatchObject({ id: 3, result: { ok: true } })
  })

  it('is given up when its rest does not come', async () => {
    await start({ partTimeoutMs: 5 })
    window.send(part(1, 0, 2, 'a'))
    expect(await window.next()).toEqual({ id: 1, result: incomplete })
    await answersStill()
  })
})

describe('a call of very many values', () => {
  const tooLarge = { ok: false, error: { code: 'web/message-too-large', facts: {} } }
  const part = (id: number, at: number, text: string) => JSON.stringify({ id, part: at, parts: 2, text })
  const lists = (count: number) => JSON.stringify(Array(count).fill([]))

  it('is refused before it is parsed; the same number within a text is no value', async () => {
    await start({ maxCallValues: 100 })
    for (const [id, input] of [
      [1, '[],'.repeat(60)],
      [2, `"${'[],'.repeat(60)}"`],
      [3, lists(30)],
    ] as const)
      window.send(part(id, 0, `{"id":${id},"name":"a.b",`), part(id, 1, `"input":${input}}`))
    expect(await window.next()).toEqual({ id: 1, result: tooLarge })
    expect([await window.next(), await window.next()]).toMatchObject([
      { id: 2, result: { ok: true } },
      { id: 3, result: { ok: true } },
    ])
    await answersStill()
  })

  it('weighs more than its characters; light calls go on, and what was answered weighs nothing', async () => {
    await start({ maxCallsWeight: 40_000, lightCallCharacters: 1000 })
    const heavy = { junk: Array(1000).fill([]) }
    let finish = (): void => undefined
    host.studio.answer = (_, input) =>
      Object.hasOwn(input as object, 'junk')
        ? new Promise((resolve) => {
            finish = () => resolve(ok(null))
          })
        : Promise.resolve(ok(null))
    window.send(call(1, 'a.b', heavy), call(2, 'a.b', heavy), call(3))
    expect([await window.next(), await window.next()]).toMatchObject([
      { id: 2, result: tooLarge },
      { id: 3, result: { ok: true } },
    ])
    finish()
    expect(await window.next()).toMatchObject({ id: 1, result: { ok: true } })
    host.studio.answer = async () => ok(null)
    window.send(call(4, 'a.b', heavy))
    expect(await window.next()).toMatchObject({ id: 4, result: { ok: true } })
  })
})

it('what comes after the host has closed is not kept, and a window that does not close is ended', async () => {
  await start({ maxCallsWeight: 6000, closeTimeoutMs: 200 })
  const heavy = call(1, 'datasets.list', 'a'.repeat(5000))
  const { length } = heavy
  const stubborn = connect(host.port, '127.0.0.1')
  stubborn.write(upgrade(host.port, await host.session(), host.key))
  const next = () => new Promise<Buffer>((resolve) => stubborn.once('data', resolve))
  expect(String(await next())).toMatch(/^HTTP\/1\.1 101 /)
  const ended = new Promise((resolve) => stubborn.on('close', resolve))
  // No bytes as a binary message, then a call, unmasked by a mask of zeros.
  stubborn.write(
    Buffer.concat([
      Buffer.from([0x82, 0x80, 0, 0, 0, 0, 0x81, 0xfe, length >> 8, length & 255, 0, 0, 0, 0]),
      Buffer.from(heavy),
    ]),
  )
  expect([...(await next())]).toEqual([0x88, 2, 0x03, 0xeb])
  window.send(heavy)
  expect(await window.next()).toMatchObject({ id: 1, result: { ok: true } })
  await ended
})

describe('a window that does not read', () => {
  const silent = async () => {
    const reader = await TestWindow.open(host, await host.session())
    ;(reader.socket as unknown as { _socket: { pause(): void } })._socket.pause()
    return reader
  }
  const megabyte = 'a'.repeat(2 ** 20)

  it('is dropped after 16 MB of events; others hear them all', async () => {
    await start()
    const deaf = await silent()
    for (let count = 0; count < 40; count++) {
      host.studio.tell('system.library', { folder: megabyte })
      expect(await window.next()).toMatchObject({ event: 'system.library' })
    }
    deaf.socket.resume()
    ;(deaf.socket as unknown as { _socket: { resume(): void } })._socket.resume()
    expect(await deaf.closed).toBe(1006)
    await answersStill()
  })

  it('is asked nothing more and dropped by the heartbeat: its replies are bounded', async () => {
    await start({ heartbeatMs: 50, pauseReplyBytes: 8 * 2 ** 20, maxUnreadReplyBytes: 48 * 2 ** 20 })
    const deaf = await silent()
    host.studio.answer = async () => ok(megabyte)
    for (let id = 0; id < 200; id++) deaf.send(call(id))
    const isGone = () => (deaf.socket as unknown as { _socket: { destroyed: boolean } })._socket.destroyed
    const dropped = new Promise<void>((resolve) => deaf.socket.once('close', () => resolve()))
    const look = setInterval(() => {
      if (host.studio.calls.length > 0 && !isGone()) deaf.socket.ping()
    }, 20)
    await dropped
    clearInterval(look)
    expect(host.studio.calls.length).toBeLessThan(200)
    host.studio.answer = async () => ok(null)
    await answersStill()
  })
})

it('a window that answers pings stays, one that does not is ended', async () => {
  await start({ heartbeatMs: 20 })
  const dead = new WebSocket(`ws://127.0.0.1:${host.port}/studio`, {
    autoPong: false,
    headers: { ...host.keyHeader, cookie: await host.session(), origin: host.origin },
  })
  expect(await new Promise((resolve) => dead.on('close', resolve))).toBe(1006)
  window.send(call(1))
  expect(await window.next()).toMatchObject({ id: 1, result: { ok: true } })
})

it('at most so many windows are open; a closed one makes room', async () => {
  await start({ maxClients: 2 })
  const cookie = await host.session()
  const second = await TestWindow.open(host, cookie)
  await expect(TestWindow.open(host, cookie)).rejects.toThrow('503')
  second.socket.close()
  await second.closed
  await expect
    .poll(() =>
      TestWindow.open(host, cookie).then(
        () => 'open',
        () => 'refused',
      ),
    )
    .toBe('open')
})

it('a reply of 60 MB arrives whole, with events between', async () => {
  await start()
  const text = '大'.repeat(20 * 2 ** 20)
  host.studio.answer = async () => ok(text)
  window.send(call(1))
  const reply = window.next()
  host.studio.tell('system.library', { folder: 'x' })
  const messages = [await reply, await window.next()] as { id?: number; result?: { value: string } }[]
  expect(messages.find(({ id }) => id === 1)?.result?.value === text).toBe(true)
})
