import { expect, it } from 'vitest'
import { openRuntime } from '../../runtime/index.ts'
import { Builder } from '../builder.ts'
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
