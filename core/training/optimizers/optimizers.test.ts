import { afterAll, describe, expect, it } from 'vitest'
import type { DeviceKind } from '../../contract/index.ts'
import { runProgram } from '../../kernels/run-program.ts'
import { openRuntime } from '../../runtime/index.ts'
import { openRuntimeWithSoftwareGpu } from '../../runtime/software-gpu.ts'
import { optimizerProgram, optimizers } from './index.ts'

const kinds: DeviceKind[] = openRuntimeWithSoftwareGpu() ? ['cpu', 'webgpu'] : ['cpu']
const start = [0.5, -1.25, 3, 0]
const gradientOf = (step: number) => [0.1 * step, -2, 0.001, Math.sin(step)]
const learningRate = 0.01

/** torch.optim.AdamW written out, in double precision; with clip as torch.nn.utils.clip_grad_norm_. */
function byHand(steps: number, { clip, weightDecay }: { clip: number; weightDecay: number }) {
  let p = [...start]
  const m = start.map(() => 0)
  const v = start.map(() => 0)
  for (let step = 1; step <= steps; step++) {
    const raw = gradientOf(step)
    const factor = clip > 0 ? Math.min(1, clip / (Math.hypot(...raw) + 1e-6)) : 1
    p = p.map((value, index) => {
      const g = raw[index]! * factor
      m[index] = 0.9 * m[index]! + 0.1 * g
      v[index] = 0.999 * v[index]! + 0.001 * g * g
      const denominator = Math.sqrt(v[index]!) / Math.sqrt(1 - 0.999 ** step) + 1e-8
      return value * (1 - learningRate * weightDecay) - (learningRate / (1 - 0.9 ** step)) * (m[index]! / denominator)
    })
  }
  return p
}

async function onDevice(kind: DeviceKind, steps: number, options: { clip: number; weightDecay: number }) {
  const graph = optimizerProgram(optimizers.AdamW, start.length, options)
  let state = { p: Float32Array.from(start), m: new Float32Array(4), v: new Float32Array(4) }
  const norms: number[] = []
  for (let step = 1; step <= steps; step++) {
    const scalars = Object.fromEntries(
      Object.entries({ learning_rate: learningRate, ...optimizers.AdamW.scalars(step) }).map(([name, value]) => [
        name,
        Float32Array.of(value),
      ]),
    )
    const result = (await runProgram(
      graph,
      { ...state, g: Float32Array.from(gradientOf(step)), ...scalars },
      {},
      { kind },
    )) as Record<string, Float32Array<ArrayBuffer>>
    state = { p: result['p_out']!, m: result['m_out']!, v: result['v_out']! }
    norms.push(result['norm']![0]!)
  }
  return { p: [...state.p], norms }
}

describe.each(kinds)('AdamW on %s', (kind) => {
  afterAll(() => expect(openRuntime().live()).toEqual({ session: 0, tensor: 0, binding: 0 }))

  it.each([
    { clip: 0, weightDecay: 0 },
    { clip: 0, weightDecay: 0.1 },
    { clip: 1, weightDecay: 0.01 },
  ])('has the values of torch after steps 1, 2 and 10 (%o)', async (options) => {
    for (const steps of [1, 2, 10]) {
      const { p, norms } = await onDevice(kind, steps, options)
      const wanted = byHand(steps, options)
      for (const [index, value] of p.entries()) expect(value).toBeCloseTo(wanted[index]!, 5)
      expect(norms.at(-1)).toBeCloseTo(Math.hypot(...gradientOf(steps)), 5)
    }
  })
})
