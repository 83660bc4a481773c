import { copyFile, mkdtemp, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openRuntime } from '../runtime/index.ts'
import { openModelFiles } from './model-files.ts'
import { loadResidentWeights, residentBytes } from './resident.ts'

const fixture = join(import.meta.dirname, '..', 'models', 'fixtures', 'llama')
const runtime = openRuntime()
const device = runtime.device('cpu')
const folder = await mkdtemp(join(tmpdir(), 'terakoya-resident-'))
afterAll(() => rm(folder, { recursive: true }))

const tensorsLive = () => runtime.live().tensor

it.each(['as-stored', 'float16', 'bfloat16', 'int8', 'int4'] as const)(
  'loads %s weights, and frees them all',
  async (storage) => {
    const before = tensorsLive()
    const files = await openModelFiles(fixture)
    const weights = loadResidentWeights(files, device, storage)
    await weights.loaded
    expect(Object.values(weights.tensors).reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(
      residentBytes(files, storage),
    )
    expect(tensorsLive()).toBeGreaterThan(before)
    const name = 'model.layers.0.mlp.up_proj.weight'
    const first = await weights.tensors[name]!.read()
    expect(first.some((number) => number !== 0)).toBe(true)
    await weights.dispose()
    expect(tensorsLive()).toBe(before)
  },
)

it('disposed of while it loads, it stops, and has freed everything when that is done', async () => {
  const before = tensorsLive()
  const weights = loadResidentWeights(await openModelFiles(fixture), device, 'int8')
  await weights.dispose()
  await expect(weights.loaded).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  expect(tensorsLive()).toBe(before)
})

it('says which file has become shorter, and frees everything', async () => {
  for (const file of ['config.json', 'model.safetensors']) await copyFile(join(fixture, file), join(folder, file))
  const model = await openModelFiles(folder)
  await truncate(join(folder, 'model.safetensors'), 20_000)
  const before = tensorsLive()
  const weights = loadResidentWeights(model, device, 'int4')
  await expect(weights.loaded).rejects.toMatchObject({ error: { code: 'checkpoint/truncated' } })
  await weights.dispose()
  expect(tensorsLive()).toBe(before)
})
