import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadAdapter, openCheckpoint, readAdapter, type Adapter } from '../checkpoints/index.ts'
import { openGgufAdapter } from './adapter-import.ts'
import { writeGgufAdapter } from './adapter.ts'

const fixtures = join(import.meta.dirname, '..', 'models', 'fixtures')
const names = (await readdir(fixtures)).filter((name) => name !== 'gemma3_with_images')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-gguf-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function opened(name: string) {
  const adapter = await readAdapter(join(fixtures, name, 'adapter'))
  return { adapter, config: (await openCheckpoint(join(fixtures, name))).config, out: join(folder, `${name}.gguf`) }
}

const lastParts = (names: readonly string[]): string[] =>
  [...new Set(names.map((name) => name.slice(name.lastIndexOf('.') + 1)))].sort()

describe('a LoRA, out and in again', () => {
  it.each(names)('of %s is the same', async (name) => {
    const { adapter, config, out } = await opened(name)
    await writeGgufAdapter({ adapter, config, out, name, base: 'owner/base' })
    const found = await loadAdapter(await openGgufAdapter(out, config))
    expect(Object.fromEntries(found.modules)).toEqual(Object.fromEntries(adapter.modules))
    const { rank, alpha, targetModules, fanInFanOut } = adapter.config
    expect(found.config).toMatchObject({ rank, alpha, fanInFanOut, baseModel: 'owner/base' })
    expect(lastParts(found.config.targetModules)).toEqual(lastParts(targetModules))
  })

  it('keeps the scale of a rank-stabilised one', async () => {
    const { adapter, config, out } = await opened('llama')
    const stabilised: Adapter = { ...adapter, config: { ...adapter.config, rank: 4, alpha: 6, rankStabilised: true } }
    await writeGgufAdapter({ adapter: stabilised, config, out, name: 'x', base: 'x' })
    // alpha / √4 against alpha' / rank.
    expect((await loadAdapter(await openGgufAdapter(out, config))).config.alpha).toBe(12)
  })
})

describe('is refused', () => {
  it('what a GGUF LoRA has no place for', async () => {
    const { adapter, config, out } = await opened('llama')
    const dora: Adapter = { ...adapter, config: { ...adapter.config, decomposed: true } }
    await expect(writeGgufAdapter({ adapter: dora, config, out, name: 'x', base: 'x' })).rejects.toMatchObject({
      error: { code: 'gguf/adapter', facts: { setting: 'DoRA' } },
    })
  })

  it('one of another model', async () => {
    const { adapter, config, out } = await opened('llama')
    await writeGgufAdapter({ adapter, config, out, name: 'x', base: 'x' })
    await expect(openGgufAdapter(out, (await opened('qwen2')).config)).rejects.toMatchObject({
      error: { code: 'gguf/metadata', facts: { key: 'general.architecture' } },
    })
    await expect(openGgufAdapter(out, (await opened('llama_head_10')).config)).rejects.toMatchObject({
      error: { code: 'gguf/tensor-unknown' },
    })
  })
})
