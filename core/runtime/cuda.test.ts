import { afterAll, describe, expect, it } from 'vitest'
import { freeCudaBytes } from './cuda-driver.ts'
import { openRuntime } from './runtime.ts'
import { model, node, port } from './testing/test-model.ts'

const runtime = openRuntime()
const available = (await runtime.devices()).some(({ kind, available: usable }) => kind === 'cuda' && usable)
const sizeOfState = 256

/** p' = p + 50 g, one operator at a time. */
const steps = 50
const chain = model({
  nodes: Array.from({ length: steps }, (_, step) =>
    node('Add', [step === 0 ? 'p' : `t${step}`, 'g'], [step === steps - 1 ? 'next' : `t${step + 1}`]),
  ),
  inputs: ['p', 'g'].map((name) => port(name, 'float32', [sizeOfState])),
  outputs: [port('next', 'float32', [sizeOfState])],
})

describe.skipIf(!available)('CUDA', () => {
  const gpu = runtime.device('cuda')
  afterAll(() => expect(runtime.live()).toEqual({ session: 0, tensor: 0, binding: 0 }))

  it('gives back what was written, and zeros', async () => {
    const [whole, part] = [gpu.tensor('int64', [2], BigInt64Array.of(-1n, 5n)), gpu.tensor('float16', [4])]
    part.write(Uint16Array.of(7, 8), 1)
    expect([await whole.read(), await part.read()]).toEqual([BigInt64Array.of(-1n, 5n), Uint16Array.of(0, 7, 8, 0)])
    for (const tensor of [whole, part]) tensor.dispose()
  })

  it('gives the memory of a tensor back to the GPU', () => {
    const before = freeCudaBytes()
    const tensor = gpu.tensor('float32', [2 ** 26])
    expect(freeCudaBytes()).toBeLessThan(before)
    tensor.dispose()
    expect(freeCudaBytes()).toBe(before)
  })

  it.each([false, true])('keeps state on the GPU (as a CUDA graph: %s)', async (cudaGraph) => {
    const session = await gpu.createSession(chain, { optimization: 'none', cudaGraph })
    const [p, g] = [
      gpu.tensor('float32', [sizeOfState]),
      gpu.tensor('float32', [sizeOfState], new Float32Array(sizeOfState).fill(1)),
    ]
    const binding = session.bind({ inputs: { p, g }, outputs: { next: p } })
    for (let run = 0; run < 10; run++) await binding.run()
    g.write(new Float32Array(sizeOfState).fill(2))
    await binding.run()
    expect(await p.read()).toEqual(new Float32Array(sizeOfState).fill(600))
    for (const made of [binding, p, g, session]) made.dispose()
  })
})
