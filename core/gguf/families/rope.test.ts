import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../../checkpoints/index.ts'
import { logitsOfModel } from '../../goldens/family.ts'
import { openLlamaModel } from '../../llama-cpp/model.ts'
import { noPlatformPackage } from '../../llama-cpp/testing/ggml.ts'
import { openRuntime } from '../../runtime/index.ts'
import { convertGguf } from '../import.ts'
import { refusalOf, writeGgufModel } from '../model.ts'
import { sourcesOf } from '../testing/sources.ts'

const fixtures = join(import.meta.dirname, '..', '..', 'models', 'fixtures')
const ids = Array.from({ length: 40 }, (_, index) => (index * 37 + 11) % 150)

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-gguf-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A golden's weights with another rotary scheme. */
async function withScheme(family: string, scheme: Readonly<Record<string, unknown>>): Promise<string> {
  const target = await mkdtemp(join(folder, 'model-'))
  await cp(join(fixtures, family, 'model.safetensors'), join(target, 'model.safetensors'))
  const { rope_parameters: written, ...config } = JSON.parse(
    await readFile(join(fixtures, family, 'config.json'), 'utf8'),
  ) as Record<string, object>
  await writeFile(
    join(target, 'config.json'),
    JSON.stringify({ ...config, rope_parameters: { ...written, ...scheme } }),
  )
  return target
}

const linear = { rope_type: 'linear', factor: 2.5 }
const yarn = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 16 }
const llama3 = {
  rope_type: 'llama3',
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 16,
}

describe.skipIf(noPlatformPackage)('llama.cpp turns as the studio does', () => {
  it.each([
    ['llama', linear],
    ['llama', yarn],
    ['llama', { ...yarn, attention_factor: 1.3, beta_fast: 20 }],
    ['llama', llama3],
    ['qwen2', linear],
    ['qwen2', yarn],
    ['qwen3', yarn],
    ['qwen3', linear],
    ['phi3', linear],
    ['gpt_neox', linear],
  ] as const)('%s %o', async (family, scheme) => {
    const modelFolder = await withScheme(family, scheme)
    const checkpoint = await openCheckpoint(modelFolder)
    const { config } = checkpoint
    const out = join(modelFolder, 'model.gguf')
    const weights = sourcesOf(checkpoint)
    await writeGgufModel({ modelFolder, config, tokenizer: null, weights, mix: 'F32', out, name: 'x' })
    const model = openLlamaModel({ file: out, threads: 1 })
    const found = model.logits(ids)
    model.close()
    const wanted = await logitsOfModel(modelFolder, openRuntime().device('cpu'), ids)
    const worst = found.reduce(
      (worst, logits, position) =>
        logits.reduce((w, v, id) => Math.max(w, Math.abs(v - wanted[position * logits.length + id]!)), worst),
      0,
    )
    expect(worst).toBeLessThan(family === 'gpt_neox' ? 4e-3 : 1e-4)

    const back = join(modelFolder, 'back')
    await convertGguf(out, back)
    const again = await logitsOfModel(back, openRuntime().device('cpu'), ids)
    const furthest = wanted.reduce((worst, value, index) => Math.max(worst, Math.abs(value - again[index]!)), 0)
    expect(furthest).toBeLessThan(1e-4)
  })
})

it.each(['qwen2', 'qwen3', 'gpt_neox_serial', 'gemma2', 'lfm2', 'olmo2'])(
  '%s is refused where each pair is scaled by its own factor',
  async (family) => {
    const { config } = await openCheckpoint(await withScheme(family, llama3))
    expect(refusalOf(config)).toMatchObject({ code: 'gguf/config', facts: { setting: 'rope_scaling' } })
  },
)
