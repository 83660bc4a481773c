import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { UserError } from '../contract/errors.ts'
import { Builder } from '../graph/builder.ts'
import type { Kernel } from '../graph/kernels/index.ts'
import { openRuntime, type Device } from '../runtime/index.ts'
import type * as CudaOps from './cuda-ops.ts'
import { openGraph } from './index.ts'
import { hasHostCompiler, hostOps } from './testing/host-ops.ts'

let folder: string
/** When and how the compiler ends. */
let compiled: Promise<void>
const giveUp = vi.hoisted(() => vi.fn())
// In the place of NVIDIA's compiler, which is not on every machine: the processor's, whose functions are there when the test says so.
vi.mock('./cuda-ops.ts', async (original) => ({
  ...(await original<typeof CudaOps>()),
  canCompileKernels: () => giveUp.mock.calls.length === 0,
  giveUpKernels: giveUp,
  kernelOps: (kernels: readonly Kernel[]) => ({ ops: hostOps(kernels, folder), compiled }),
}))

const runtime = openRuntime()
const cpu = runtime.device('cpu')
/** The processor under CUDA's name: what is opened is the same. */
const device = { kind: 'cuda', ready: () => cpu.ready(), createSession: (model, options) => cpu.createSession(model, { ...options, cudaGraph: false }) } as Device

beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'terakoya-open-graph-')) })
afterAll(async () => {
  expect(runtime.live()).toEqual({ session: 0, tensor: 0, binding: 0 })
  await rm(folder, { recursive: true })
})

const b = new Builder()
const x = b.input('x', 'float32', [4])
b.output('y', b.exp(b.mul(x, x)))
const graph = b.build()

describe.skipIf(!hasHostCompiler())('a graph with kernels of our own', () => {
  it('is opened while they are compiled, and given when they can be run', async () => {
    let finish = () => {}
    compiled = new Promise((resolve) => (finish = resolve))
    const created = vi.spyOn(cpu, 'createSession')
    const opening = openGraph(device, graph, { cudaGraph: true })
    let isGiven = false
    void opening.then(() => { isGiven = true })
    await vi.waitFor(() => expect(created).toHaveBeenCalledOnce())
    await created.mock.results[0]!.value
    await new Promise(setImmediate)
    expect(isGiven).toBe(false)
    finish()
    const session = await opening
    created.mockRestore()
    const [input, output] = [cpu.tensor('float32', [4], Float32Array.of(0, 1, -1, 0.5)), cpu.tensor('float32', [4])]
    const binding = session.bind({ inputs: { x: input }, outputs: { y: output } })
    await binding.run()
    for (const [index, value] of (await output.read()).entries()) expect(value).toBeCloseTo([1, Math.E, Math.E, Math.exp(0.25)][index]!, 5)
    for (const made of [binding, input, output, session]) made.dispose()
  })

  it('is opened without them where the compiler fails, and nothing is left of the first try', async () => {
    compiled = Promise.reject(new UserError('runtime/kernels-failed', { reason: 'no' }))
    compiled.catch(() => {})
    const session = await openGraph(device, graph, { cudaGraph: true })
    expect(giveUp).toHaveBeenCalledOnce()
    expect(runtime.live().session).toBe(1)
    session.dispose()
  })
})
