import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openRuntime } from '../../runtime/index.ts'
import { Builder } from '../builder.ts'
import type { DType } from '../ir.ts'
import { toOnnx } from './writer.ts'

it('leaves out inputs that nothing reads, but not those of which only the size is read', async () => {
  const b = new Builder()
  const x = b.input('x', 'float32', ['N', 2])
  b.input('unread', 'float32', [3])
  b.input('sized', 'int32', ['M', 2])
  b.output('y', b.reshape(x, ['M', 'K', 2]))
  const session = await openRuntime().device('cpu').createSession(toOnnx(b.build(), { provider: 'cpu' }))
  expect(session.inputs.map(({ name }) => name)).toEqual(['x', 'sized'])
  session.dispose()
})

it('pads no bfloat16 on CUDA, where nothing can', async () => {
  const b = new Builder()
  const rows = b.cast(b.input('x', 'float32', ['N', 2]), 'bfloat16')
  b.output('down', b.cast(b.shiftRows(rows, 1), 'float32'))
  b.output('up', b.cast(b.shiftRows(rows, -1), 'float32'))
  const device = openRuntime().device('cpu')
  // The processor cannot either.
  const session = await device.createSession(toOnnx(b.build(), { provider: 'cuda' }))
  const x = device.tensor('float32', [3, 2], Float32Array.of(1, 2, 3, 4, 5, 6))
  const [down, up] = [device.tensor('float32', [3, 2]), device.tensor('float32', [3, 2])]
  const binding = session.bind({ inputs: { x }, outputs: { down, up } })
  await binding.run()
  expect([[...(await down.read())], [...(await up.read())]]).toEqual([[0, 0, 1, 2, 3, 4], [3, 4, 5, 6, 0, 0]])
  for (const made of [binding, x, down, up, session]) made.dispose()
})

it('widens a weight no earlier than the product that uses it is computed', async () => {
  const b = new Builder()
  const place = { file: '', offset: 0, length: 0 }
  const widened = (name: string) => b.cast(b.cast(b.dequantize(b.weight(name, 'int8', [16, 16], place), b.weight(`${name}.scales`, 'float32', [16, 1], place), 16), 'float16'), 'float32')
  const hidden = b.exp(b.matmul(b.input('x', 'float32', ['N', 16]), widened('first')))
  b.output('y', b.matmul(hidden, widened('second')))
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-order-'))
  const device = openRuntime().device('cpu')
  const session = await device.createSession(toOnnx(b.build(), { provider: 'cuda', weights: 'input' }), { profilePrefix: join(folder, 'trace'), optimization: 'none' })
  const tensors = Object.fromEntries(session.inputs.map(({ name, dtype, shape }) => [name, device.tensor(dtype as DType, shape.map((size) => (typeof size === 'string' ? 3 : size)))]))
  const y = device.tensor('float32', [3, 16])
  const binding = session.bind({ inputs: tensors, outputs: { y } })
  await binding.run()
  const trace = JSON.parse(await readFile(session.endProfiling(), 'utf8')) as { name: string; args: { op_name?: string } }[]
  const order = trace.filter(({ name }) => name.endsWith('_kernel_time')).map(({ args }) => args.op_name).filter((op) => op === 'DequantizeLinear' || op === 'Cast' || op === 'MatMul' || op === 'Exp')
  expect(order).toEqual(['DequantizeLinear', 'Cast', 'Cast', 'MatMul', 'Exp', 'DequantizeLinear', 'Cast', 'Cast', 'MatMul'])
  for (const made of [binding, y, session, ...Object.values(tensors)]) made.dispose()
  await rm(folder, { recursive: true })
})
