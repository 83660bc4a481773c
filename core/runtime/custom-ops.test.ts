import koffi from 'koffi'
import { expect, it } from 'vitest'
import type { CustomOp } from './custom-ops.ts'
import { openRuntime } from './runtime.ts'
import { model, node, port } from './testing/test-model.ts'

const cpu = openRuntime().device('cpu')
const graph = model({
  nodes: [node('Scaled', ['x', 's'], ['t', 'n'], {}, 'terakoya'), node('Add', ['t', 't'], ['y'])],
  inputs: [port('x', 'float32', ['N', 2]), port('s', 'float32', [1])],
  outputs: [port('y', 'float32', ['N', 2]), port('n', 'int32', [1])],
})

function floats(at: bigint, count: number): Float32Array {
  return new Float32Array(koffi.view(at, count * 4))
}

/** t = s x, n = rows of x */
const scaled = (fail = false): CustomOp => ({
  name: 'Scaled',
  inputs: ['float32', 'float32'],
  outputs: ['float32', 'int32'],
  compute(context) {
    if (fail) throw new Error('as told')
    const x = context.input(0)
    const [factor] = floats(context.input(1).data, 1) as unknown as [number]
    const count = x.shape.reduce((product, size) => product * size, 1)
    const y = context.output(0, x.shape)
    floats(y, count).set(floats(x.data, count).map((value) => value * factor))
    new Int32Array(koffi.view(context.output(1, [1]), 4))[0] = x.shape[0] as number
  },
})

it('runs an operator of ours between those of ONNX Runtime, whatever the sizes', async () => {
  const session = await cpu.createSession(graph, { customOps: [scaled()] })
  for (const rows of [1, 3]) {
    const tensors = {
      x: cpu.tensor(
        'float32',
        [rows, 2],
        Float32Array.from({ length: rows * 2 }, (_, index) => index),
      ),
      s: cpu.tensor('float32', [1], Float32Array.of(3)),
      y: cpu.tensor('float32', [rows, 2]),
      n: cpu.tensor('int32', [1]),
    }
    const binding = session.bind({ inputs: { x: tensors.x, s: tensors.s }, outputs: { y: tensors.y, n: tensors.n } })
    await binding.run()
    expect([...(await tensors.y.read())]).toEqual(Array.from({ length: rows * 2 }, (_, index) => index * 6))
    expect([...(await tensors.n.read())]).toEqual([rows])
    binding.dispose()
    Object.values(tensors).forEach((tensor) => tensor.dispose())
  }
  session.dispose()
})

it('passes on what an operator throws, and runs nothing after it', async () => {
  let after = 0
  const next: CustomOp = { name: 'Next', inputs: ['float32'], outputs: ['float32'], compute: () => void after++ }
  const chain = model({
    nodes: [node('Scaled', ['x', 's'], ['t', 'n'], {}, 'terakoya'), node('Next', ['t'], ['y'], {}, 'terakoya')],
    inputs: [port('x', 'float32', ['N', 2]), port('s', 'float32', [1])],
    outputs: [port('y', 'float32', ['N', 2]), port('n', 'int32', [1])],
  })
  const session = await cpu.createSession(chain, { customOps: [scaled(true), next] })
  const tensors = {
    x: cpu.tensor('float32', [1, 2]),
    s: cpu.tensor('float32', [1]),
    y: cpu.tensor('float32', [1, 2]),
    n: cpu.tensor('int32', [1]),
  }
  const binding = session.bind({ inputs: { x: tensors.x, s: tensors.s }, outputs: { y: tensors.y, n: tensors.n } })
  for (let run = 0; run < 2; run++) await expect(binding.run()).rejects.toThrow('as told')
  expect(after).toBe(0)
  binding.dispose()
  session.dispose()
  Object.values(tensors).forEach((tensor) => tensor.dispose())
})
