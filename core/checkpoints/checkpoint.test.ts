import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCheckpoint, readTensorBytes, readWeight, requireTensor, writeSafetensors } from './index.ts'
import { temporaryFolders } from './testing/test-support.ts'

const newFolder = temporaryFolders()
const TINY = join(import.meta.dirname, '../../resources/models/terakoya-tiny-ja')
const one = (value: number) => ({ dtype: 'float32', shape: [1], data: Float32Array.from([value]) }) as const

async function folderWithConfig(): Promise<string> {
  const folder = await newFolder()
  await writeFile(join(folder, 'config.json'), '{"model_type": "llama"}')
  return folder
}

describe('the shipped tiny model', () => {
  it('opens with its configuration and all tensors in place', async () => {
    const checkpoint = await openCheckpoint(TINY)
    expect(checkpoint.config).toMatchObject({ model_type: 'llama', hidden_size: 384, num_hidden_layers: 8 })
    expect(checkpoint.tensors.size).toBe(74)
    expect(requireTensor(checkpoint, 'model.layers.7.self_attn.k_proj.weight', [128, 384])).toMatchObject({
      dtype: 'float16',
      file: 'model.safetensors',
      length: 128 * 384 * 2,
    })
  })

  it('converts its float16 numbers exactly', async () => {
    const checkpoint = await openCheckpoint(TINY)
    const place = requireTensor(checkpoint, 'model.norm.weight')
    const bytes = await readTensorBytes(TINY, place)
    const weight = await readWeight(checkpoint, 'model.norm.weight')
    expect(weight).toHaveLength(384)
    // sha1 of the tensor converted to float32 by PyTorch.
    expect([bytes.length, createHash('sha1').update(new Uint8Array(weight.buffer)).digest('hex')]).toEqual([
      768,
      'f39844b4a23074b220aaaedbbb7f36d8f339f30f',
    ])
  })

  it('says what is expected and found where a tensor is missing or has another shape', async () => {
    const checkpoint = await openCheckpoint(TINY)
    expect(() => requireTensor(checkpoint, 'lm_head.weight')).toThrow(
      expect.objectContaining({
        error: { code: 'checkpoint/tensor-missing', facts: { file: TINY, tensor: 'lm_head.weight' } },
      }),
    )
    expect(() => requireTensor(checkpoint, 'model.norm.weight', [512])).toThrow(
      expect.objectContaining({
        error: {
          code: 'checkpoint/tensor-shape',
          facts: { file: join(TINY, 'model.safetensors'), tensor: 'model.norm.weight', expected: '512', found: '384' },
        },
      }),
    )
  })
})

describe('shards', () => {
  it('are read through the index', async () => {
    const folder = await folderWithConfig()
    await writeSafetensors(join(folder, 'm-1.safetensors'), { a: one(1) })
    await writeSafetensors(join(folder, 'm-2.safetensors'), { b: one(2) })
    await writeFile(
      join(folder, 'model.safetensors.index.json'),
      JSON.stringify({ weight_map: { a: 'm-1.safetensors', b: 'm-2.safetensors' } }),
    )
    const checkpoint = await openCheckpoint(folder)
    expect([
      ...(await readWeight(checkpoint, 'a')),
      ...(await readWeight(checkpoint, 'b')),
      checkpoint.tensors.get('b')?.file,
    ]).toEqual([1, 2, 'm-2.safetensors'])
  })

  it('that lack a promised tensor are named', async () => {
    const folder = await folderWithConfig()
    await writeSafetensors(join(folder, 'm-1.safetensors'), { a: one(1) })
    await writeFile(
      join(folder, 'model.safetensors.index.json'),
      JSON.stringify({ weight_map: { z: 'm-1.safetensors' } }),
    )
    await expect(openCheckpoint(folder)).rejects.toMatchObject({
      error: { code: 'checkpoint/tensor-missing', facts: { file: join(folder, 'm-1.safetensors'), tensor: 'z' } },
    })
  })

  it('outside the folder are refused', async () => {
    const folder = await folderWithConfig()
    await writeFile(
      join(folder, 'model.safetensors.index.json'),
      JSON.stringify({ weight_map: { a: '../secret.safetensors' } }),
    )
    await expect(openCheckpoint(folder)).rejects.toMatchObject({ error: { code: 'checkpoint/json-invalid' } })
  })
})

describe('folders that are no model', () => {
  it('say that config.json is missing', async () => {
    const folder = await newFolder()
    await expect(openCheckpoint(folder)).rejects.toMatchObject({
      error: { code: 'checkpoint/config-missing', facts: { file: join(folder, 'config.json') } },
    })
  })

  it('say that config.json is damaged', async () => {
    const folder = await newFolder()
    await writeFile(join(folder, 'config.json'), '{"model_type": ')
    await expect(openCheckpoint(folder)).rejects.toMatchObject({
      error: { code: 'checkpoint/json-invalid', facts: { file: join(folder, 'config.json') } },
    })
  })

  it('say that the weights are missing, or that they are no PyTorch file', async () => {
    const folder = await folderWithConfig()
    await expect(openCheckpoint(folder)).rejects.toMatchObject({
      error: { code: 'checkpoint/weights-missing', facts: { folder } },
    })
    await writeFile(join(folder, 'pytorch_model.bin'), '')
    await expect(openCheckpoint(folder)).rejects.toMatchObject({
      error: { code: 'checkpoint/torch-damaged', facts: { file: join(folder, 'pytorch_model.bin') } },
    })
  })
})
