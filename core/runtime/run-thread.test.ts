import koffi from 'koffi'
import { expect, it } from 'vitest'
import { loadApi, output, type Pointer } from './api.ts'
import type { CustomOp } from './custom-ops.ts'
import { createHostStorage } from './host-storage.ts'
import { LeakCounter } from './leaks.ts'
import { findLibrary } from './library.ts'
import { concurrentQueue } from './queue.ts'
import { RunThread } from './run-thread.ts'
import { Session } from './session.ts'
import { withSessionOptions } from './session-options.ts'
import { DeviceTensor } from './tensor.ts'
import { model, node, port } from './testing/test-model.ts'

const api = loadApi(findLibrary())
const env = output<Pointer>((out) => api.CreateEnv(4, 'test', out))
const leaks = new LeakCounter()
const place = { storage: createHostStorage(api), leaks }

/** p' = p + g */
const add = model({
  nodes: [node('Add', ['p', 'g'], ['next'])],
  inputs: [port('p', 'float32', ['N']), port('g', 'float32', ['N'])],
  outputs: [port('next', 'float32', ['N'])],
})

it('runs on a thread of its own, where a capture does not advance the state, and passes refusals on', async () => {
  const native = await withSessionOptions(api, 'cpu', {}, async (options) =>
    output<Pointer>((out) => api.CreateSessionFromArray(env, add, add.byteLength, options, out)),
  )
  const graphThread = new RunThread(api)
  const session = new Session(
    { api, leaks, queue: concurrentQueue, tensorMemory: 'Cpu', graphThread, explain: (error) => error },
    native,
    { initializers: null, customOps: null },
  )
  const [p, g, long] = [2, 2, 3].map((size) => new DeviceTensor(place, 'float32', [size])) as [
    DeviceTensor<'float32'>,
    DeviceTensor<'float32'>,
    DeviceTensor<'float32'>,
  ]
  g.write(Float32Array.of(1, 2))
  const binding = session.bind({ inputs: { p, g }, outputs: { next: p } })
  for (let run = 0; run < 3; run++) await binding.run()
  expect(await p.read()).toEqual(Float32Array.of(3, 6))
  const wrong = session.bind({ inputs: { p, g: long }, outputs: { next: p } })
  await expect(wrong.run()).rejects.toThrow(/RunWithBinding.*Add/s)
  for (const made of [binding, wrong, p, g, long, session]) made.dispose()
  expect(leaks.counts()).toEqual({ session: 0, tensor: 0, binding: 0 })
})

it('lets operators of ours compute on the main thread meanwhile', async () => {
  const negated: CustomOp = {
    name: 'Negated',
    inputs: ['float32'],
    outputs: ['float32'],
    compute(context) {
      const { data, shape } = context.input(0)
      const bytes = 4 * (shape[0] as number)
      new Float32Array(koffi.view(context.output(0, shape), bytes)).set(
        new Float32Array(koffi.view(data, bytes)).map((value) => -value),
      )
    },
  }
  const graph = model({
    nodes: [node('Negated', ['x'], ['y'], {}, 'terakoya')],
    inputs: [port('x', 'float32', ['N'])],
    outputs: [port('y', 'float32', ['N'])],
  })
  const { native, customOps } = await withSessionOptions(
    api,
    'cpu',
    { customOps: [negated] },
    async (options, ops) => ({
      customOps: ops,
      native: output<Pointer>((out) => api.CreateSessionFromArray(env, graph, graph.byteLength, options, out)),
    }),
  )
  const session = new Session(
    {
      api,
      leaks,
      queue: concurrentQueue,
      tensorMemory: 'Cpu',
      graphThread: new RunThread(api),
      explain: (error) => error,
    },
    native,
    { initializers: null, customOps },
  )
  const [x, y] = [3, 3].map((size) => new DeviceTensor(place, 'float32', [size])) as [
    DeviceTensor<'float32'>,
    DeviceTensor<'float32'>,
  ]
  x.write(Float32Array.of(1, 2, 3))
  const binding = session.bind({ inputs: { x }, outputs: { y } })
  for (let run = 0; run < 3; run++) await binding.run()
  expect(await y.read()).toEqual(Float32Array.of(-1, -2, -3))
  for (const made of [binding, x, y, session]) made.dispose()
})
