import { describe, expect, it, vi } from 'vitest'
import { defaultSettings, generationSettingsOf, UserError } from '../contract/index.ts'
import { createEngineClient, EngineGone } from './engine-client.ts'
import type { EngineExit, EnginePort } from '../processes/port.ts'
import { runEngine, type EngineHandlers } from './engine-service.ts'

/** An engine in this process: both ends real, the pipe between them made of functions. */
function pipe(handlers: EngineHandlers): EnginePort & { die(exit: EngineExit): void } {
  const toHost: ((message: unknown) => void)[] = []
  const toEngine: ((message: unknown) => void)[] = []
  const onExit: ((exit: EngineExit) => void)[] = []
  const later = (listeners: ((message: unknown) => void)[]) => (message: unknown) =>
    setImmediate(() => listeners.forEach((listener) => listener(structuredClone(message))))
  runEngine({ send: later(toHost), onMessage: (listener) => void toEngine.push(listener) }, handlers)
  return {
    pid: 1,
    send: later(toEngine),
    onMessage: (listener) => void toHost.push(listener),
    onExit: (listener) => void onExit.push(listener),
    kill: () => undefined,
    die: (exit) => onExit.forEach((listener) => listener(exit)),
  }
}

const handlers = (changes: Partial<EngineHandlers>): EngineHandlers => ({
  devices: async () => ({ devices: [], recommended: { kind: 'cpu', reason: 'no-gpu' } }),
  train: async () => ({ outcome: 'finished', step: 0, lastLoss: null }),
  generate: async () => null,
  ...changes,
})

const generateJob = {
  device: 'cpu',
  targets: [],
  settings: { ...generationSettingsOf(defaultSettings()), 'prediction.max_length_inference': 1 },
} as const

describe('the engine client', () => {
  it('passes parameters, events and the result through the process border', async () => {
    const client = createEngineClient(() =>
      pipe(
        handlers({
          generate: async (job, { onEvent }) => {
            onEvent({ kind: 'token', target: 0, text: job.device })
            return null
          },
        }),
      ),
    )
    const events: unknown[] = []
    expect(await client.call('generate', generateJob, (event) => events.push(event)).result).toBeNull()
    expect(events).toEqual([{ kind: 'token', target: 0, text: 'cpu' }])
    client.close()
  })

  it('is renewed once its calls have ended', async () => {
    let started = 0
    let finish = () => {}
    const client = createEngineClient(() => {
      started++
      return pipe(
        handlers({
          generate: () =>
            new Promise((resolve) => {
              finish = () => resolve(null)
            }),
        }),
      )
    })
    const working = client.call('generate', generateJob)
    await client.call('devices', null).result
    client.renew()
    await client.call('devices', null).result
    expect([started, client.pid()]).toEqual([1, 1])
    finish()
    expect(await working.result).toBeNull()
    expect(client.pid()).toBeUndefined()
    await client.call('devices', null).result
    expect(started).toBe(2)
    client.renew()
    expect(client.pid()).toBeUndefined()
  })

  it('gives back a user error with its facts', async () => {
    const client = createEngineClient(() =>
      pipe(
        handlers({
          devices: async () => {
            throw new UserError('device/unavailable', { device: 'cuda' })
          },
        }),
      ),
    )
    const error = await client.call('devices', null).result.catch((reason: unknown) => reason)
    expect((error as UserError).error).toEqual({ code: 'device/unavailable', facts: { device: 'cuda' } })
    client.close()
  })

  it('cancels one call and lets it settle by itself', async () => {
    const client = createEngineClient(() =>
      pipe(
        handlers({
          train: (_, { signal }) =>
            new Promise((resolve) =>
              signal.addEventListener('abort', () => resolve({ outcome: 'stopped', step: 3, lastLoss: 1 })),
            ),
        }),
      ),
    )
    const call = client.call('train', {} as never)
    call.cancel()
    expect(await call.result).toEqual({ outcome: 'stopped', step: 3, lastLoss: 1 })
    client.close()
  })

  it('rejects the calls in flight when the engine dies, and starts a new engine for the next call', async () => {
    const ports: ReturnType<typeof pipe>[] = []
    const client = createEngineClient(() => {
      const port = pipe(handlers({ train: () => new Promise(() => undefined) }))
      ports.push(port)
      return port
    })
    const call = client.call('train', {} as never)
    ports[0]?.die({ code: null, reason: 'SIGKILL' })
    const error = await call.result.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(EngineGone)
    expect((error as EngineGone).exit).toEqual({ code: null, reason: 'SIGKILL' })
    expect(await client.call('devices', null).result).toEqual({
      devices: [],
      recommended: { kind: 'cpu', reason: 'no-gpu' },
    })
    expect(ports.length).toBe(2)
    client.close()
  })

  it.each([
    ['no object', 'x'],
    ['another type', { type: 'x' }],
    ['an unknown error', { type: 'error', id: 1, error: { code: 'no such code', facts: {} }, stack: '' }],
    ['a result of another call', { type: 'result', id: 1, result: { devices: 1 } }],
    ['a broken event', { type: 'event', id: 1, event: { kind: 'step', step: 'x' } }],
    ['nothing', undefined],
  ])('ends an engine that says what no engine says, and no more than that: %s', async (_, message) => {
    let say: (message: unknown) => void = () => {}
    let killed = 0
    const port = (): EnginePort => ({
      pid: 1,
      send: () => undefined,
      onMessage: (listener) => {
        say = listener
      },
      onExit: () => undefined,
      kill: () => void killed++,
    })
    const client = createEngineClient(port)
    const call = client.call('train', {} as never)
    say({ type: 'event', id: 99, event: null })
    say({ type: 'heartbeat' })
    expect(killed).toBe(0)
    say(message)
    const error = await call.result.catch((reason: unknown) => reason)
    expect([(error as EngineGone).exit, killed, client.pid()]).toEqual([
      { code: null, reason: 'invalid message' },
      1,
      undefined,
    ])
  })

  it('ends an engine that does not hear that it should stop, and waits for one that does', async () => {
    vi.useFakeTimers()
    try {
      let nowMs = 0
      const says: ((message: unknown) => void)[] = []
      const client = createEngineClient(
        () => ({
          pid: says.length,
          send: () => undefined,
          onMessage: (listener) => void says.push(listener),
          onExit: () => undefined,
          kill: () => undefined,
        }),
        () => nowMs,
      )
      const pass = (ms: number) => {
        for (let passed = 0; passed < ms; passed += 1000) {
          nowMs += 1000
          says.at(-1)?.({ type: 'heartbeat' })
          vi.advanceTimersByTime(1000)
        }
      }
      const deaf = client.call('train', {} as never)
      const deafEnd = deaf.result.catch((reason: unknown) => reason)
      pass(100_000)
      deaf.stop()
      deaf.stop()
      pass(4000)
      expect(client.pid()).toBe(0)
      pass(1000)
      expect(await deafEnd).toMatchObject({ unresponsive: true, exit: { reason: '5 s' } })

      const slow = client.call('train', {} as never)
      slow.stop()
      says.at(-1)?.({ type: 'cancelling', id: 2 })
      pass(200_000)
      says.at(-1)?.({ type: 'result', id: 2, result: { outcome: 'stopped', step: 4, lastLoss: null } })
      expect(await slow.result).toEqual({ outcome: 'stopped', step: 4, lastLoss: null })

      const stuck = client.call('train', {} as never)
      const stuckEnd = stuck.result.catch((reason: unknown) => reason)
      stuck.stop()
      says.at(-1)?.({ type: 'cancelling', id: 3 })
      pass(300_000)
      expect(await stuckEnd).toMatchObject({ unresponsive: true, exit: { reason: '300 s' } })
    } finally {
      vi.useRealTimers()
    }
  })

  it('tells of an engine that cannot be started as of one that has gone', async () => {
    const client = createEngineClient(() => {
      throw Object.assign(new Error('spawn EAGAIN'), { code: 'EAGAIN' })
    })
    const error = await client.call('devices', null).result.catch((reason: unknown) => reason)
    expect((error as EngineGone).exit).toEqual({ code: null, reason: 'spawn EAGAIN' })
  })
})
