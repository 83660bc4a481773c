import { copyFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  openAdapter,
  openCheckpoint,
  readAdapter,
  readSafetensorsHeader,
  readTensor,
  readTensorBytes,
  requireTensor,
  writeAdapter,
  writeSafetensors,
  type Adapter,
} from '../checkpoints/index.ts'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'
import { openBaseModel } from './base-model.ts'
import { mergedModel } from './merged-weights.ts'
import { writeShards } from './safetensors-shards.ts'

const newFolder = temporaryFolders()
const root = join(import.meta.dirname, '..')
const llama = join(root, 'models/fixtures/llama')
const BIN = join(root, 'checkpoints/fixtures/pytorch-bin')
const watch = { signal: new AbortController().signal, wrote: () => undefined }
const CONFIG = { model_type: 'gpt2', vocab_size: 300, n_positions: 32, n_embd: 64, n_layer: 2, n_head: 4 }
const nothing: Adapter = {
  config: { baseModel: null, rank: 1, alpha: 1, dropout: 0, targetModules: [], fanInFanOut: false },
  modules: new Map(),
}

async function adapterOf(adapter: Adapter): Promise<string> {
  const folder = await newFolder()
  await writeAdapter(folder, adapter)
  return folder
}

async function merge(
  baseFolder: string,
  adapter: Adapter,
  maxShardBytes = 1e9,
): Promise<{ target: string; untied: boolean }> {
  const target = await newFolder()
  const stored = await openAdapter(await adapterOf(adapter))
  const { weights, untied } = await mergedModel(await openBaseModel(baseFolder), stored)
  await writeShards(target, weights, { format: 'pt', maxShardBytes, ...watch })
  await writeFile(join(target, 'config.json'), JSON.stringify(CONFIG))
  return { target, untied }
}

describe('a base in pytorch_model.bin', () => {
  async function binFolder(): Promise<string> {
    const folder = await newFolder()
    await copyFile(join(BIN, 'pytorch_model.bin'), join(folder, 'pytorch_model.bin'))
    await writeFile(join(folder, 'config.json'), JSON.stringify(CONFIG))
    return folder
  }

  it('keeps what was not trained bit for bit, in several files, and a tied table once', async () => {
    const base = await openCheckpoint(await binFolder())
    const { target } = await merge(base.folder, nothing, 60_000)
    const files = await readdir(target)
    expect(files.filter((file) => /^model-0000\d-of-0000\d\.safetensors$/.test(file)).length).toBeGreaterThan(2)
    const written = await openCheckpoint(target)
    const names = [...base.tensors.keys()].filter((name) => name !== 'lm_head.weight')
    expect([...written.tensors.keys()].sort()).toEqual(names.sort())
    for (const name of names) {
      const [before, after] = [requireTensor(base, name), requireTensor(written, name)]
      expect([name, after.dtype, after.shape]).toEqual([name, before.dtype, before.shape])
      const bytes = [await readTensorBytes(base.folder, before), await readTensorBytes(target, after)]
      expect(Buffer.compare(bytes[0]!, bytes[1]!)).toBe(0)
    }
  })
})

const readAll = async (folder: string, name: string): Promise<Float32Array> => {
  const { tensors } = await readSafetensorsHeader(join(folder, 'model.safetensors'))
  return readTensor(folder, tensors.get(name)!)
}

describe('a base whose table is tied', () => {
  /** The golden, with its output layer tied to the embedding and left out. */
  async function tiedFolder(): Promise<string> {
    const folder = await newFolder()
    const { tensors } = await readSafetensorsHeader(join(llama, 'model.safetensors'))
    const kept = await Promise.all(
      [...tensors]
        .filter(([name]) => name !== 'lm_head.weight')
        .map(async ([name, { dtype, shape, ...place }]) => {
          const data = await readTensorBytes(llama, { dtype, shape, ...place })
          return [name, { dtype, shape, data }] as const
        }),
    )
    await writeSafetensors(join(folder, 'model.safetensors'), Object.fromEntries(kept))
    const config = JSON.parse(await readFile(join(llama, 'config.json'), 'utf8')) as object
    await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, tie_word_embeddings: true }))
    return folder
  }
  const table = (value: number) => ({ shape: [160, 32], data: new Float32Array(160 * 32).fill(value) })
  const trained = (head: number): Adapter => ({
    config: { ...nothing.config, savedModules: ['embed_tokens', 'lm_head'] },
    modules: new Map(),
    fullWeights: new Map([
      ['model.embed_tokens.weight', table(1)],
      ['lm_head.weight', table(head)],
    ]),
  })

  it('has its trained table once', async () => {
    const { target, untied } = await merge(await tiedFolder(), trained(1))
    expect(untied).toBe(false)
    const { tensors } = await readSafetensorsHeader(join(target, 'model.safetensors'))
    expect(tensors.has('lm_head.weight')).toBe(false)
    expect(await readAll(target, 'model.embed_tokens.weight')).toEqual(table(1).data)
  })

  it('has two where the adapter has trained them apart', async () => {
    const { target, untied } = await merge(await tiedFolder(), trained(2))
    expect(untied).toBe(true)
    expect(await readAll(target, 'model.embed_tokens.weight')).toEqual(table(1).data)
    expect(await readAll(target, 'lm_head.weight')).toEqual(table(2).data)
  })
})

it('merges into a base without its outer module, by the names of its file', async () => {
  const folder = await newFolder()
  const { tensors } = await readSafetensorsHeader(join(llama, 'model.safetensors'))
  const renamed = await Promise.all(
    [...tensors].map(async ([name, { dtype, shape, ...place }]) => {
      const data = await readTensorBytes(llama, { dtype, shape, ...place })
      return [name.replace(/^model\./, ''), { dtype, shape, data }] as const
    }),
  )
  await mkdir(folder, { recursive: true })
  await writeSafetensors(join(folder, 'model.safetensors'), Object.fromEntries(renamed))
  await cp(join(llama, 'config.json'), join(folder, 'config.json'))
  const adapter = await readAdapter(join(llama, 'adapter'))
  const [{ target }, { target: whole }] = [await merge(folder, adapter), await merge(llama, adapter)]
  const name = 'layers.1.mlp.up_proj.weight'
  expect(await readAll(target, name)).toEqual(await readAll(whole, `model.${name}`))
  expect(await readAll(target, name)).not.toEqual(await readAll(llama, `model.${name}`))
})

it('refuses an adapter of another model', async () => {
  const adapter = await readAdapter(join(root, 'models/fixtures/gpt2/adapter'))
  await expect(merge(llama, adapter)).rejects.toMatchObject({ error: { code: 'checkpoint/layout' } })
})

it('ends at the next piece where it is told to', async () => {
  const controller = new AbortController()
  const { weights } = await mergedModel(await openBaseModel(llama), await openAdapter(join(llama, 'adapter')))
  const wrote = () => controller.abort(new Error('enough'))
  const target = await newFolder()
  const ending = writeShards(target, weights, { format: 'pt', signal: controller.signal, wrote })
  await expect(ending).rejects.toThrow('enough')
})
