import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { DeviceKind } from '../contract/index.ts'
import { runProgram } from '../kernels/run-program.ts'
import { openRuntime } from '../runtime/index.ts'
import { openRuntimeWithSoftwareGpu } from '../runtime/software-gpu.ts'
import { optimizerProgram } from '../training/optimizer-program.ts'
import { namesOf, optimizers, type Optimizer } from './index.ts'

const kinds: DeviceKind[] = openRuntimeWithSoftwareGpu() ? ['cpu', 'webgpu'] : ['cpu']
const fixtures = join(import.meta.dirname, 'fixtures')

interface Problem {
  readonly start: readonly number[]
  readonly gradients: readonly (readonly number[])[]
}

/** Written by tools/record-optimizers.py. */
interface Recorded {
  readonly learning_rate: number
  readonly cases: readonly {
    readonly clip: number
    readonly weight_decay: number
    readonly after: Readonly<Record<string, readonly number[]>>
    readonly norms: Readonly<Record<string, number>>
  }[]
}

const read = async <T>(name: string): Promise<T> =>
  JSON.parse(await readFile(join(fixtures, `${name}.json`), 'utf8')) as T
const problem = await read<Problem>('problem')

type Arrays = Record<string, Float32Array<ArrayBuffer>>
const zeros = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array }

/** p and the gradient's norm after each of the problem's steps. */
async function onDevice(
  kind: DeviceKind,
  optimizer: Optimizer,
  { learningRate, clip, weightDecay }: { learningRate: number; clip: number; weightDecay: number },
) {
  const count = problem.start.length
  const graph = optimizerProgram(optimizer, count, { clip, weightDecay })
  const names = ['p', ...Object.keys(optimizer.state)]
  const state = Object.entries(optimizer.state).map(([name, { dtype, length }]) => [
    name,
    new zeros[dtype](length(count)),
  ])
  let values = { p: Float32Array.from(problem.start), ...Object.fromEntries(state) } as Arrays
  const steps = []
  for (const [index, gradient] of problem.gradients.entries()) {
    const scalars = Object.entries({ learning_rate: learningRate, ...optimizer.scalars(index + 1) })
    const result = (await runProgram(
      graph,
      {
        ...values,
        g: Float32Array.from(gradient),
        ...Object.fromEntries(scalars.map(([name, value]) => [name, Float32Array.of(value)])),
      },
      {},
      { kind },
    )) as Arrays
    values = Object.fromEntries(names.map((name) => [name, result[`${name}_out`]!]))
    steps.push({ p: values['p']!, norm: result['norm']![0]! })
  }
  return steps
}

describe.each(kinds)('optimizers on %s', (kind) => {
  afterAll(() => expect(openRuntime().live()).toEqual({ session: 0, tensor: 0, binding: 0 }))

  it.each(namesOf(optimizers))('%s has the values of torch after steps 1, 2 and 10', async (name) => {
    const { learning_rate: learningRate, cases } = await read<Recorded>(name)
    expect(cases.map(({ clip, weight_decay }) => [clip, weight_decay])).toEqual([
      [0, 0],
      [0, 0.1],
      [1, 0.01],
    ])
    for (const { clip, weight_decay: weightDecay, after, norms } of cases) {
      const steps = await onDevice(kind, optimizers[name], { learningRate, clip, weightDecay })
      expect(Object.keys(after)).toEqual(['1', '2', '10'])
      for (const [step, wanted] of Object.entries(after)) {
        const { p, norm } = steps[Number(step) - 1]!
        for (const [index, value] of wanted.entries())
          expect(p[index], `p[${index}] after ${step}`).toBeCloseTo(value, 5)
        expect(norm).toBeCloseTo(norms[step]!, 5)
      }
    }
  })
})

it('every recorded reference is of a listed optimizer', async () => {
  const recorded = (await readdir(fixtures)).filter((file) => file !== 'problem.json')
  expect(recorded.sort()).toEqual(namesOf(optimizers).map((name) => `${name}.json`))
})
