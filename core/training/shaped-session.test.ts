import { afterAll, expect, it, vi } from 'vitest'
import { UserError } from '../contract/errors.ts'
import { reduceSum } from '../graph/ops/index.ts'
import { Builder } from '../graph/builder.ts'
import { toOnnx } from '../graph/onnx/writer.ts'
import { Binding } from '../runtime/binding.ts'
import { openRuntime } from '../runtime/index.ts'
import { packRows } from './packing.ts'
import { ShapedSession } from './shaped-session.ts'

const runtime = openRuntime()
afterAll(() => expect(runtime.live()).toEqual({ session: 0, tensor: 0, binding: 0 }))

/** The sum of the weights: all that a shape needs is its number of targets. */
async function openSum({ isCaptured }: { readonly isCaptured: boolean }) {
  const device = runtime.device('cpu')
  const b = new Builder()
  b.output('loss', reduceSum(b.input('weights', 'float32', ['M']), [0], false))
  const session = await device.createSession(toOnnx(b.build(), { provider: 'cpu' }))
  Object.defineProperty(session, 'isCaptured', { value: isCaptured })
  const shaped = new ShapedSession({
    device,
    session,
    shared: {},
    outputs: {},
    architecture: { heads: 1, layerCount: 1, width: 1, rotaries: [], dropoutSites: 0 },
    layout: { columnCount: 0 },
  })
  return {
    run: (targets: number) =>
      shaped.run(packRows([{ ids: new Int32Array(targets + 1), labelMask: new Uint8Array(targets + 1).fill(1, 1) }]), {
        weights: new Float32Array(targets).fill(1),
        accumulate: false,
        random: null,
      }),
    dispose: () => shaped.dispose(),
  }
}

it('keeps the bindings of the sixteen shapes that were used last', async () => {
  const sum = await openSum({ isCaptured: false })
  for (let targets = 1; targets <= 20; targets++) expect(await sum.run(targets)).toBe(targets)
  expect(runtime.live().binding).toBe(16)
  expect(await sum.run(1)).toBe(1)
  sum.dispose()
})

it('keeps captured shapes for good, and frees one whose run has failed, whatever came in between', async () => {
  const sum = await openSum({ isCaptured: true })
  for (let targets = 1; targets <= 65; targets++) await sum.run(targets)
  expect(runtime.live().binding).toBe(65)
  const failing = vi
    .spyOn(Binding.prototype, 'run')
    .mockRejectedValueOnce(new UserError('runtime/out-of-memory', { device: 'cuda' }))
  await expect(sum.run(1)).rejects.toMatchObject({ error: { code: 'runtime/out-of-memory' } })
  failing.mockRestore()
  expect(runtime.live().binding).toBe(64)
  // There is room for a capture again, but shape 65 is bound already.
  expect(await sum.run(65)).toBe(65)
  for (let targets = 66; targets <= 84; targets++) expect(await sum.run(targets)).toBe(targets)
  expect(await sum.run(65)).toBe(65)
  expect(runtime.live().binding).toBe(64 + 16)
  sum.dispose()
})
