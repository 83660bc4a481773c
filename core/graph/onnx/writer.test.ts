import { expect, it } from 'vitest'
import { operatorsRun } from '../../kernels/run-program.ts'
import { cast, dequantize, exp, matmul, reshape, shiftRows, slice, split } from '../ops/index.ts'
import { openRuntime } from '../../runtime/index.ts'
import { Builder } from '../builder.ts'
import { toOnnx } from './writer.ts'

it('leaves out inputs that nothing reads, but not those of which only the size is read', async () => {
  const b = new Builder()
  const x = b.input('x', 'float32', ['N', 2])
  b.input('unread', 'float32', [3])
  b.input('sized', 'int32', ['M', 2])
  b.output('y', reshape(x, ['M', 'K', 2]))
  const session = await openRuntime()
    .device('cpu')
    .createSession(toOnnx(b.build(), { provider: 'cpu' }))
  expect(session.inputs.map(({ name }) => name)).toEqual(['x', 'sized'])
  session.dispose()
})

it('pads no bfloat16 on CUDA, where nothing can', async () => {
  const b = new Builder()
  const rows = cast(b.input('x', 'float32', ['N', 2]), 'bfloat16')
  b.output('down', cast(shiftRows(rows, 1), 'float32'))
  b.output('up', cast(shiftRows(rows, -1), 'float32'))
  const device = openRuntime().device('cpu')
  // The processor cannot either.
  const session = await device.createSession(toOnnx(b.build(), { provider: 'cuda' }))
  const x = device.tensor('float32', [3, 2], Float32Array.of(1, 2, 3, 4, 5, 6))
  const [down, up] = [device.tensor('float32', [3, 2]), device.tensor('float32', [3, 2])]
  const binding = session.bind({ inputs: { x }, outputs: { down, up } })
  await binding.run()
  expect([[...(await down.read())], [...(await up.read())]]).toEqual([
    [0, 0, 1, 2, 3, 4],
    [3, 4, 5, 6, 0, 0],
  ])
  for (const made of [binding, x, down, up, session]) made.dispose()
})

it('dequantizes a weight no earlier than the product that uses it is computed', async () => {
  const b = new Builder()
  const place = { file: '', offset: 0, length: 0 }
  const dequantized = (name: string) =>
    cast(
      cast(
        dequantize(b.weight(name, 'int8', [16, 16], place), b.weight(`${name}.scales`, 'float32', [16, 1], place), 16),
        'float16',
      ),
      'float32',
    )
  const hidden = exp(matmul(b.input('x', 'float32', ['N', 16]), dequantized('first')))
  b.output('y', matmul(hidden, dequantized('second')))
  const order = await operatorsRun(b.build(), {
    onnx: { provider: 'cuda', weights: 'input' },
    session: { optimization: 'none' },
    dims: { N: 3 },
  })
  expect(
    order.map(({ name }) => name).filter((op) => ['DequantizeLinear', 'Cast', 'MatMul', 'Exp'].includes(op)),
  ).toEqual(['DequantizeLinear', 'Cast', 'Cast', 'MatMul', 'Exp', 'DequantizeLinear', 'Cast', 'Cast', 'MatMul'])
})

// A captured Split of several sizes, or of many, writes wherever a later run has left addresses.
it('leaves slices alone that could be one Split', async () => {
  const b = new Builder()
  split(b.input('x', 'float32', [7]), [1, 2, 4], 0).forEach((part, index) => b.output(`part${index}`, exp(part)))
  const columns = b.input('columns', 'float32', [3, 2])
  for (const layer of [0, 1, 2])
    b.output(`layer${layer}`, exp(slice(columns, { axis: 0, start: layer, end: layer + 1 })))
  expect(new Set((await operatorsRun(b.build(), { onnx: { provider: 'cuda' } })).map(({ name }) => name))).toEqual(
    new Set(['Slice', 'Exp']),
  )
})
