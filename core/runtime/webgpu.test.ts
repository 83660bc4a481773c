import { afterAll, describe, expect, it } from 'vitest'
import type { Device } from './device.ts'
import { recommendDevice } from './devices.ts'
import { openRuntimeWithSoftwareGpu } from './software-gpu.ts'
import { model, node, port, weight } from './testing/test-model.ts'

const runtime = openRuntimeWithSoftwareGpu()
const names = ['p', 'g'] as const

/** p' = p + g, s = Σ p', and e = rows[i]: i is an index that the GPU cannot hold as int64 and the processor reads. */
const step = model({
  nodes: [
    node('Add', ['p', 'g'], ['next']),
    node('ReduceSum', ['next'], ['sum'], { keepdims: 0 }),
    node('Gather', ['rows', 'i'], ['row']),
  ],
  inputs: [...names.map((name) => port(name, 'float32', ['N'])), port('i', 'int64', [1])],
  outputs: [port('next', 'float32', ['N']), port('sum', 'float32', []), port('row', 'float32', [1, 2])],
  weights: [weight('rows', 'float32', [3, 2], Float32Array.of(0, 1, 10, 11, 20, 21))],
})

describe.skipIf(!runtime)('WebGPU on a software GPU', () => {
  const gpu = runtime?.device('webgpu') as Device
  afterAll(() => expect(runtime!.live()).toEqual({ session: 0, tensor: 0, binding: 0 }))

  it('is found, named and told apart from a real GPU', async () => {
    const devices = await runtime!.devices()
    expect(devices.find(({ kind }) => kind === 'webgpu')).toMatchObject({
      name: expect.stringContaining('SwiftShader'),
      available: true,
      reason: 'software-adapter',
    })
    expect(recommendDevice(devices).kind).toBe('cpu')
  })

  it('makes tensors before any session, in every element type', async () => {
    const part = gpu.tensor('int32', [2, 2])
    part.write(Int32Array.of(7, 8), 1)
    const tensors = [
      gpu.tensor('float32', [2], Float32Array.of(1.5, -2)),
      gpu.tensor('float16', [3], Uint16Array.of(1, 2, 3)),
      gpu.tensor('int64', [1], BigInt64Array.of(-5n)),
      part,
      gpu.tensor('uint8', [5], Uint8Array.of(1, 2, 3, 4, 5)),
      gpu.tensor('bool', [1], Uint8Array.of(1)),
      gpu.tensor('float32', [0]),
    ]
    expect(await Promise.all(tensors.map((tensor) => tensor.read()))).toEqual([
      Float32Array.of(1.5, -2),
      Uint16Array.of(1, 2, 3),
      BigInt64Array.of(-5n),
      Int32Array.of(0, 7, 8, 0),
      Uint8Array.of(1, 2, 3, 4, 5),
      Uint8Array.of(1),
      new Float32Array(0),
    ])
    for (const tensor of tensors) tensor.dispose()
  })

  it('keeps state on the device, over sessions that share it, and sees inputs that changed', async () => {
    const sessions = await Promise.all([gpu.createSession(step), gpu.createSession(step)])
    const [p, g] = [gpu.tensor('float32', [3]), gpu.tensor('float32', [3], Float32Array.of(1, 2, 3))]
    const [i, sum, row] = [gpu.tensor('int64', [1]), gpu.tensor('float32', []), gpu.tensor('float32', [1, 2])]
    const bindings = sessions.map((session) => session.bind({ inputs: { p, g, i }, outputs: { next: p, sum, row } }))
    for (const binding of [...bindings, ...bindings]) await binding.run()
    i.write(BigInt64Array.of(2n))
    g.write(Float32Array.of(10, 0, 0))
    await bindings[0]!.run()
    expect([await p.read(), await sum.read(), await row.read()]).toEqual([
      Float32Array.of(14, 8, 12),
      Float32Array.of(34),
      Float32Array.of(20, 21),
    ])
    for (const made of [...bindings, ...sessions, p, g, i, sum, row]) made.dispose()
  })

  it('does what is asked for during a run in its turn', async () => {
    const session = await gpu.createSession(step)
    const [p, g] = [gpu.tensor('float32', [1], Float32Array.of(1)), gpu.tensor('float32', [1], Float32Array.of(1))]
    const [i, sum, row] = [gpu.tensor('int64', [1]), gpu.tensor('float32', []), gpu.tensor('float32', [1, 2])]
    const early = session.bind({ inputs: { p, g, i }, outputs: { next: p, sum, row } })
    const first = early.run()
    const before = p.read()
    const uploaded = g.upload(Float32Array.of(100))
    const late = gpu.tensor('float32', [1], Float32Array.of(5))
    const binding = session.bind({ inputs: { p: late, g, i }, outputs: { next: late, sum, row } })
    const second = binding.run()
    session.dispose()
    await Promise.all([first, uploaded, second])
    await expect(g.upload(Float32Array.of(1, 2))).rejects.toThrow('upload: 1 float32 expected')
    expect([await before, await late.read()]).toEqual([Float32Array.of(2), Float32Array.of(105)])
    for (const made of [early, binding, p, g, i, sum, row, late]) made.dispose()
  })
})
