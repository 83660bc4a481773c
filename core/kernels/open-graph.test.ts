import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { UserError } from '../contract/errors.ts'
import { exp, mul } from '../graph/ops/index.ts'
import { Builder } from '../graph/builder.ts'
import type { Kernel } from '../graph/kernels/index.ts'
import { openRuntime, type Device } from '../runtime/index.ts'
import { OrtError } from '../runtime/ort-error.ts'
import type * as CudaOps from './cuda-ops.ts'
import { openGraph } from './index.ts'
import { hasHostCompiler, hostOps } from './testing/host-ops.ts'

let folder: string
/** How the compiler ends. */
let compiled: Promise<void>
const giveUp = vi.hoisted(() => vi.fn())
// In the place of NVIDIA's compiler, which is not on every machine: the processor's.
vi.mock('./cuda-ops.ts', async (original) => ({
  ...(await original<typeof CudaOps>()),
  canCompileKernels: () => giveUp.mock.calls.length === 0,
  giveUpKernels: giveUp,
  compileKernels: async (kernels: readonly Kernel[]) => {
    await compiled
    return hostOps(kernels, folder)
  },
}))

const runtime = openRuntime()
const cpu = runtime.device('cpu')
/** The processor under CUDA's name: what is opened is the same. */
const deviceWith = (createSession: Device['createSession']) =>
  ({ kind: 'cuda', ready: () => cpu.ready(), createSession }) as Device
const device = deviceWith((model, options) => cpu.createSession(model, { ...options, cudaGraph: false }))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-open-graph-'))
})
afterAll(async () => {
  expect(runtime.live()).toEqual({ session: 0, tensor: 0, binding: 0 })
  await rm(folder, { recursive: true })
})

const b = new Builder()
const x = b.input('x', 'float32', [4])
b.output('y', exp(mul(x, x)))
const graph = b.build()

describe.skipIf(!hasHostCompiler())('a graph with custom kernels', () => {
  it('computes with them', async () => {
    compiled = Promise.resolve()
    const session = await openGraph(device, graph, { cudaGraph: true })
    const [input, output] = [cpu.tensor('float32', [4], Float32Array.of(0, 1, -1, 0.5)), cpu.tensor('float32', [4])]
    const binding = session.bind({ inputs: { x: input }, outputs: { y: output } })
    await binding.run()
    for (const [index, value] of (await output.read()).entries())
      expect(value).toBeCloseTo([1, Math.E, Math.E, Math.exp(0.25)][index]!, 5)
    for (const made of [binding, input, output, session]) made.dispose()
  })

  it('is not opened where memory is short, and the compiler is not to blame', async () => {
    compiled = Promise.resolve()
    const full = deviceWith(() => Promise.reject(new UserError('runtime/out-of-memory', { device: 'cuda' })))
    await expect(openGraph(full, graph, { cudaGraph: true })).rejects.toMatchObject({
      error: { code: 'runtime/out-of-memory' },
    })
    expect(giveUp).not.toHaveBeenCalled()
  })

  it('is opened without CUDA graph capture where that cannot be', async () => {
    compiled = Promise.resolve()
    const opened: object[] = []
    const choosy = deviceWith((model, options = {}) => {
      if (options.cudaGraph)
        return Promise.reject(new OrtError('CreateSession', 1, 'nodes are not supported by graph capture'))
      opened.push(options.customOps ?? [])
      return device.createSession(model, options)
    })
    const session = await openGraph(choosy, graph, { cudaGraph: true })
    expect(opened).toEqual([[expect.objectContaining({ inputs: ['float32'], outputs: ['float32'] })]])
    session.dispose()
  })

  it('is opened without them where the compiler fails', async () => {
    compiled = Promise.reject(new UserError('runtime/kernels-failed', { reason: 'no' }))
    compiled.catch(() => {})
    const session = await openGraph(device, graph, { cudaGraph: true })
    expect(giveUp).toHaveBeenCalledOnce()
    session.dispose()
  })
})
