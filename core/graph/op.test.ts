import { expect, it } from 'vitest'
import { runProgram } from '../kernels/run-program.ts'
import { gradients } from './autodiff.ts'
import { Builder } from './builder.ts'
import type { Value } from './ir.ts'
import { fuseKernels } from './kernels/index.ts'
import { toOnnx } from './onnx/writer.ts'
import { apply, defineOp, type Op } from './op.ts'
import { add, cast, exp, matmul, mul, reduceSum } from './ops/index.ts'
import { fuseMatmulAdd } from './passes/fuse-matmul-add.ts'
import { printGraph } from './print.ts'
import { unary } from './ops/elementwise.ts'

// An op as a newcomer writes it, known to no other file: x³.
const cubeOp = defineOp({
  type: 'Cube',
  inputs: ['x'],
  infer: ([x]) => [x],
  grad: ({ inputs: [x], dOut: [d] }) => [mul(d, mul(mul(x, x), 3))],
  element: ({ inputs: [x] }) => `(${x} * ${x} * ${x})`,
  lower: ({ emit, inputs: [x], outputs }) => void emit('Mul', [emit('Mul', [x, x])[0], x], {}, { outputs }),
})
const cube = unary(cubeOp)

it('gives a new op its shape, its lowering and its gradient', async () => {
  const builder = new Builder()
  const x = builder.input('x', 'float32', ['N'])
  const y = cube(x)
  builder.output('y', y)
  builder.output('dx', gradients(reduceSum(y, [0], false), [x])[0] as Value)
  expect({ dtype: y.dtype, shape: y.shape }).toEqual({ dtype: 'float32', shape: ['N'] })
  const { y: cubes, dx } = await runProgram(builder.build(), { x: [0, 1, -2, 0.5] }, { N: 4 })
  expect([[...(cubes as Float32Array)], [...(dx as Float32Array)]]).toEqual([
    [0, 1, -8, 0.125],
    [0, 3, 12, 0.75],
  ])
})

it('puts a new op with `element` into one kernel with its neighbours', () => {
  const builder = new Builder()
  builder.output('y', exp(cube(builder.input('x', 'float32', ['N', 8]))))
  const { graph, kernels } = fuseKernels(builder.build())
  expect([graph.nodes.length, kernels.length]).toEqual([1, 1])
  expect(kernels[0]?.source).toContain('widen(l0.at[j]) * widen(l0.at[j]) * widen(l0.at[j])')
})

it.each([
  [true, 0],
  [false, 2],
])('takes fp16 as it is on the processor where an op says so (%s)', (takesHalfPrecision, casts) => {
  const op = takesHalfPrecision ? { ...cubeOp, takesHalfPrecision: true as const } : cubeOp
  const builder = new Builder()
  builder.output('y', unary(op)(builder.input('x', 'float16', ['N'])))
  const model = Buffer.from(toOnnx(builder.build(), { provider: 'cpu' })).toString('latin1')
  expect(model.match(/Cast_\d/g) ?? []).toHaveLength(casts)
})

const addedOp = defineOp({
  type: 'CubedProductAdd',
  inputs: ['x', 'y', 'c'],
  infer: ([, , c]) => [c],
  grad: { noGrad: 'passes run after differentiation' },
  lower: () => {},
})
const productOp = defineOp({
  type: 'CubedProduct',
  withSum: addedOp,
  inputs: ['x', 'y'],
  infer: ([x]) => [x],
  grad: { noGrad: 'of no use here' },
  lower: () => {},
})
const product = (op: Op<readonly ['x', 'y'], readonly ['y'], object>, x: Value, y: Value) => apply(op, [x, y], {})[0]

it('fuses a new product with the sum that reads it, where the op names what does both', () => {
  const builder = new Builder()
  const [x, c] = [builder.input('x', 'float32', [2, 2]), builder.input('c', 'float32', [2, 2])]
  builder.output('y', add(c, product(productOp, x, x)))
  expect(printGraph(fuseMatmulAdd(builder.build()))).toBe(
    [
      'input x float32[2,2]',
      'input c float32[2,2]',
      '%0 float32[2,2] = CubedProductAdd(x, x, c)',
      'output y = %0',
    ].join('\n'),
  )
})

it('makes again for every use what a new op makes of weights, where it says so', () => {
  const place = { file: '', offset: 0, length: 0 }
  const builder = new Builder()
  const w = builder.weight('w', 'float32', [2, 2], place)
  const once = { ...cubeOp, type: 'Once' }
  const perUse = { ...cubeOp, type: 'PerUse', isMadePerUse: true as const }
  const x = builder.input('x', 'float32', ['N', 2])
  const products = [once, perUse].flatMap((op) => {
    const made = unary(op)(w)
    return [matmul(x, made), matmul(cast(x, 'float32'), made, { transY: true })]
  })
  products.forEach((value, index) => builder.output(`y${index}`, value))
  const model = Buffer.from(toOnnx(builder.build(), { provider: 'cuda', weights: 'input' })).toString('latin1')
  // Two multiplications each time: once for the first op, for each of its two readers for the second.
  expect(model.match(/(?<!Mat)Mul_\d/g)).toHaveLength(2 * (1 + 2))
})
