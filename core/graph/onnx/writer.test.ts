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
