import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint, readAdapter } from '../../checkpoints/index.ts'
import { readExpected } from '../../goldens/expected.ts'
import { openLlamaModel } from '../../llama-cpp/model.ts'
import { noPlatformPackage } from '../../llama-cpp/testing/ggml.ts'
import { writeGgufAdapter } from '../adapter.ts'
import { estimateBytes, refusalOf, writeGgufModel } from '../model.ts'
import { readGgufHeader } from '../reader.ts'
import { sourcesOf } from '../testing/sources.ts'

const fixtures = join(import.meta.dirname, '..', '..', 'models', 'fixtures')
const names = await readdir(fixtures)

/** llama.cpp reads its gelu from a table of float16: that is all that differs, besides gelu's erf form. */
const [EXACT, GELU] = [5e-5, 4e-3]
const limits: Readonly<Record<string, number>> = {
  gemma2: GELU,
  gemma3: GELU,
  gpt2: GELU,
  gpt2_erf: GELU,
  gpt_neox: GELU,
  gpt_neox_serial: GELU,
}

/** Rows that llama.cpp computes otherwise, and why. */
const isLeftOut = (name: string, row: readonly number[], position: number): boolean =>
  // Mistral's window: the file's context is no longer than it.
  (name === 'mistral_window' && position >= 5) ||
  // LongRoPE: llama.cpp takes the long factors by its context, transformers by the text.
  (name === 'phi3_longrope' && row.length <= 12)

/** What llama.cpp has no place for. */
const refused = { gemma3_with_images: { setting: 'query_pre_attn_scalar', found: '16' } } as const

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-gguf-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function written(name: string): Promise<string> {
  const checkpoint = await openCheckpoint(join(fixtures, name))
  const out = join(folder, `${name}.gguf`)
  await writeGgufModel({
    modelFolder: checkpoint.folder,
    config: checkpoint.config,
    tokenizer: null,
    weights: sourcesOf(checkpoint),
    mix: 'F32',
    out,
    name,
  })
  return out
}

const worstOf = (found: Float32Array, expected: readonly number[]): number =>
  expected.reduce((worst, value, id) => Math.max(worst, Math.abs(value - found[id]!)), 0)

describe.skipIf(noPlatformPackage)('llama.cpp answers as transformers does', () => {
  it.each(names.filter((name) => !(name in refused)))('%s', async (name) => {
    const { rows, logits, lora } = await readExpected(join(fixtures, name))
    const file = await written(name)
    const model = openLlamaModel({ file, threads: 1 })
    const worst = rows.map((row, index) =>
      model
        .logits(row)
        .reduce(
          (worst, found, position) =>
            isLeftOut(name, row, position) ? worst : Math.max(worst, worstOf(found, logits[index]![position]!)),
          0,
        ),
    )
    model.close()
    expect(worst.filter((error) => !(error <= (limits[name] ?? EXACT)))).toEqual([])

    const adapterFile = join(folder, `${name}-lora.gguf`)
    const { config } = await openCheckpoint(join(fixtures, name))
    await writeGgufAdapter({
      adapter: await readAdapter(join(fixtures, name, 'adapter')),
      config,
      out: adapterFile,
      name,
      base: name,
    })
    const adapted = openLlamaModel({ file, adapterFile, threads: 1 })
    const adaptedWorst = adapted
      .logits(rows[0]!)
      .reduce(
        (worst, found, position) =>
          isLeftOut(name, rows[0]!, position) ? worst : Math.max(worst, worstOf(found, lora.logits_row0[position]!)),
        0,
      )
    adapted.close()
    expect(adaptedWorst).toBeLessThanOrEqual(limits[name] ?? EXACT)
    // Numbers that differ show that the adapter is at work.
    expect(worstOf(Float32Array.from(lora.logits_row0[0]!), logits[0]![0]!)).toBeGreaterThan(0.1)
  })
})

describe('refusals', () => {
  it.each(Object.entries(refused))('%s', async (name, facts) => {
    const { config } = await openCheckpoint(join(fixtures, name))
    expect(refusalOf(config)).toEqual({ code: 'gguf/config', facts })
  })

  it('name what differs, and the families that there are', async () => {
    const { config } = await openCheckpoint(join(fixtures, 'gpt2'))
    expect(refusalOf(config)).toBeNull()
    expect(refusalOf({ ...config, scale_attn_by_inverse_layer_idx: true })).toEqual({
      code: 'gguf/config',
      facts: { setting: 'scale_attn_by_inverse_layer_idx', found: 'true' },
    })
    expect(refusalOf({ model_type: 'bert' })?.code).toBe('model/unsupported')
  })
})

it.each(names.filter((name) => !(name in refused)))('the size of %s is estimated', async (name) => {
  const { config } = await openCheckpoint(join(fixtures, name))
  const { tensors } = await readGgufHeader(await written(name))
  const matrices = [...tensors.values()].filter(({ shape }) => shape.length > 1)
  const whole = matrices.reduce((sum, { length }) => sum + length, 0)
  const estimated = estimateBytes(config, 'F32')
  // Learnt positions and kernels of convolutions are small.
  expect(estimated).toBeLessThanOrEqual(whole)
  expect(estimated).toBeGreaterThan(0.85 * whole)
})
