import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { adapterScale, readAdapter, writeAdapter, writeSafetensors } from './index.ts'
import { readSafetensorsHeader } from './safetensors-header.ts'
import { temporaryFolders } from './testing/test-support.ts'

const newFolder = temporaryFolders()
const RECORDED = join(import.meta.dirname, 'fixtures/llama_adapter')

const jsonOf = async (folder: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(folder, 'adapter_config.json'), 'utf8')) as Record<string, unknown>

async function copyWith(change: Record<string, unknown>): Promise<string> {
  const folder = await newFolder()
  await cp(RECORDED, folder, { recursive: true })
  await writeFile(join(folder, 'adapter_config.json'), JSON.stringify({ ...(await jsonOf(RECORDED)), ...change }))
  return folder
}

describe('an adapter that PEFT wrote', () => {
  it('is the same as adapter_model.bin, in which PEFT kept it before 0.7', async () => {
    expect(await readAdapter(`${RECORDED}_bin`)).toEqual(await readAdapter(RECORDED))
  })

  it('is read with its settings and factors', async () => {
    const { config, modules } = await readAdapter(RECORDED)
    expect({ ...config, targetModules: config.targetModules.length }).toEqual({
      baseModel: null,
      rank: 4,
      alpha: 16,
      dropout: 0,
      targetModules: 14,
      fanInFanOut: false,
    })
    expect(adapterScale(config)).toBe(4)
    const module = modules.get('model.layers.0.self_attn.k_proj')!
    expect([modules.size, module.rank, module.a.length, module.b.length]).toEqual([
      14,
      4,
      4 * module.inputSize,
      4 * module.outputSize,
    ])
  })

  it('is the same after being written and read: every config key, every tensor byte', async () => {
    const folder = await newFolder()
    const adapter = await readAdapter(RECORDED)
    await writeAdapter(folder, adapter)
    expect(await jsonOf(folder)).toEqual(await jsonOf(RECORDED))
    expect(await readAdapter(folder)).toEqual(adapter)
    const [written, recorded] = await Promise.all(
      [folder, RECORDED].map((where) => readSafetensorsHeader(join(where, 'adapter_model.safetensors'))),
    )
    expect([...written!.tensors.keys()].sort()).toEqual([...recorded!.tensors.keys()].sort())
  })

  it('scales by alpha / √r when rank-stabilised', async () => {
    const { config } = await readAdapter(await copyWith({ use_rslora: true }))
    expect(adapterScale(config)).toBe(8)
  })
})

describe('an adapter that cannot be used', () => {
  it.each([
    ['peft_type', 'IA3', 'IA3'],
    ['rank_pattern', { q_proj: 2 }, '{"q_proj":2}'],
    ['lora_bias', true, 'true'],
    ['bias', 'all', '"all"'],
    ['r', 0, '0'],
  ])('names the setting %s', async (setting, value, found) => {
    const folder = await copyWith({ [setting]: value })
    await expect(readAdapter(folder)).rejects.toMatchObject({
      error: { code: 'adapter/unsupported', facts: { file: join(folder, 'adapter_config.json'), setting, found } },
    })
  })

  it('names a tensor that is no LoRA factor, a missing one and one of the wrong shape', async () => {
    const folder = await copyWith({})
    const file = join(folder, 'adapter_model.safetensors')
    const tensor = (shape: number[]) =>
      ({ dtype: 'float32', shape, data: new Float32Array(shape.reduce((a, b) => a * b)) }) as const
    await writeSafetensors(file, { 'base_model.model.x.lora_embedding_A': tensor([1]) })
    await expect(readAdapter(folder)).rejects.toMatchObject({
      error: { code: 'adapter/tensor-unknown', facts: { file, tensor: 'base_model.model.x.lora_embedding_A' } },
    })
    await writeSafetensors(file, { 'base_model.model.x.lora_A.weight': tensor([2, 3]) })
    await expect(readAdapter(folder)).rejects.toMatchObject({
      error: { code: 'checkpoint/tensor-missing', facts: { file, tensor: 'base_model.model.x.lora_B.weight' } },
    })
    await writeSafetensors(file, {
      'base_model.model.x.lora_A.weight': tensor([2, 3]),
      'base_model.model.x.lora_B.weight': tensor([5, 1]),
    })
    await expect(readAdapter(folder)).rejects.toMatchObject({
      error: { code: 'checkpoint/tensor-shape', facts: { expected: '5 × 2', found: '5 × 1' } },
    })
  })

  it('names a missing file', async () => {
    const folder = await newFolder()
    await expect(readAdapter(folder)).rejects.toMatchObject({
      error: { code: 'file/not-found', facts: { file: join(folder, 'adapter_config.json') } },
    })
  })
})
