import { afterAll, describe, expect, it } from 'vitest'
import type { AnyArray, Device } from '../runtime/index.ts'
import { openProgram, openTestRuntime } from '../kernels/run-program.ts'
import { gradients } from './autodiff.ts'
import { Builder } from './builder.ts'
import type { Graph, Value } from './ir.ts'
import { add, mul, reduceSum, reshape } from './ops/index.ts'
import { operations } from './testing/operations.ts'
import { allCases, type GradientCase } from './testing/gradient-cases.ts'

type Numbers = readonly number[]

const { runtime, kinds } = openTestRuntime()
// Those that are custom kernels only have tests in core/kernels.
const differentiable = operations.filter(({ grad, kernelOnly }) => typeof grad === 'function' && !kernelOnly)

afterAll(() => expect(runtime.live()).toEqual({ session: 0, tensor: 0, binding: 0 }))

const known = await allCases()

it('has cases for every differentiable op, and for no other', () => {
  expect(known.map(({ op }) => op.type).sort()).toEqual(differentiable.map(({ type }) => type).sort())
})

it('has no op without cases', () => {
  expect(known.filter(({ cases }) => cases.length === 0).map(({ op }) => op.type)).toEqual([])
})

for (const kind of kinds)
  describe(`gradients on ${kind} equal central differences`, () => {
    const device = runtime.device(kind)
    for (const { op, cases } of known)
      for (const example of cases)
        it.skipIf(kind === 'webgpu' && example.float16)(`${op.type}: ${example.name}`, () =>
          checkGradients(device, op.type, example),
        )
  })

/** Weight of element i of a result in the loss Σ w y: no two alike. */
const weightOf = (index: number): number => Math.cos(0.7 * index + 0.3)

async function checkGradients(device: Device, type: string, example: GradientCase): Promise<void> {
  const { graph, differentiated } = buildCase(type, example)
  const runnable = await openProgram(device, graph, example.dims)
  try {
    const inputs: Record<string, Numbers> = Object.fromEntries(
      example.inputs.map(({ values }, index) => [`x${index}`, values]),
    )
    const found = await runnable.run(inputs)
    if (device.kind !== 'cpu') await expectSameOnProcessor(graph, example, inputs, found)
    for (const name of differentiated) {
      const loss = async (values: Numbers) => lossOf(await runnable.run({ ...inputs, [name]: values }))
      const expected = await derivatives(inputs[name] as Numbers, loss)
      const scale = Math.max(1, ...expected.map(Math.abs))
      const furthest = Math.max(
        ...expected.map((value, index) => Math.abs(value - Number(found[`d${name}`]?.[index] ?? Infinity))),
      )
      expect(
        furthest / scale,
        `${name}: expected ${expected.join(' ')}, found ${found[`d${name}`]?.join(' ')}`,
      ).toBeLessThan(TOLERANCE)
    }
  } finally {
    runnable.dispose()
  }
}

async function expectSameOnProcessor(
  graph: Graph,
  { dims }: GradientCase,
  inputs: Record<string, Numbers>,
  found: Record<string, AnyArray>,
): Promise<void> {
  const reference = await openProgram(runtime.device('cpu'), graph, dims)
  try {
    for (const [name, expected] of Object.entries(await reference.run(inputs)))
      for (const [index, value] of Array.from(expected, Number).entries())
        expect(Math.abs(value - Number(found[name]?.[index] ?? Infinity)), `${name}[${index}]`).toBeLessThan(
          1e-4 * Math.max(1, Math.abs(value)),
        )
  } finally {
    reference.dispose()
  }
}

/** Float32 results divided by a step of 1/128 are good to a few ten-thousandths. */
const TOLERANCE = 2e-3
const STEP = 1 / 64

/** The case's results y0, y1 … and the gradients dx0 … of Σ w y. */
function buildCase(
  type: string,
  { inputs: given, dims = {}, build }: GradientCase,
): { graph: Graph; differentiated: string[] } {
  const b = new Builder()
  const inputs = given.map(({ shape, dtype = 'float32' }, index) => b.input(`x${index}`, dtype, shape))
  const results = [build(inputs)].flat() as Value[]
  results.forEach((y, index) => b.output(`y${index}`, y))
  expect(b.nodes.map(({ op }) => op.type)).toContain(type)
  const loss = results.map((y) => weightedSum(y, dims)).reduce((sum, part) => add(sum, part))
  const targets = inputs.filter(({ dtype }) => dtype === 'float32')
  const names = targets.map((target) => `x${inputs.indexOf(target)}`)
  gradients(loss, targets).forEach((d, index) => b.output(`d${names[index]}`, d))
  return { graph: b.build(), differentiated: names }
}

function weightedSum(y: Value, dims: Readonly<Record<string, number>>): Value {
  const count = y.shape.reduce<number>(
    (product, dim) => product * (typeof dim === 'number' ? dim : (dims[dim] as number)),
    1,
  )
  const weights = reshape(y.graph.constant(Array.from({ length: count }, (_, index) => weightOf(index))), y.shape)
  return reduceSum(
    mul(y, weights),
    y.shape.map((_, axis) => axis),
    false,
  )
}

/** The same sum in double precision. */
function lossOf(results: Readonly<Record<string, AnyArray>>): number {
  const values = Object.entries(results).flatMap(([name, list]) =>
    name.startsWith('y') ? [Array.from<number | bigint, number>(list, Number)] : [],
  )
  return values
    .flatMap((list) => list.map((value, index) => value * weightOf(index)))
    .reduce((sum, value) => sum + value, 0)
}

/** Central differences at two steps, extrapolated to step 0: error O(h⁴). */
async function derivatives(values: Numbers, f: (values: Numbers) => Promise<number>): Promise<number[]> {
  const slope = async (index: number, step: number) => {
    const moved = (by: number) => f(values.map((value, place) => (place === index ? value + by : value)))
    return ((await moved(step)) - (await moved(-step))) / (2 * step)
  }
  const result: number[] = []
  for (const index of values.keys()) result.push((4 * (await slope(index, STEP / 2)) - (await slope(index, STEP))) / 3)
  return result
}
