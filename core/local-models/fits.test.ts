import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { freemem, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EngineGone } from '../engine/engine-client.ts'
import type { ModelReader } from '../reader/client.ts'
import { buildReader, type BuiltReader } from '../reader/testing/built-reader.ts'
import { createModelFits } from './fits.ts'

let built: BuiltReader
let folder = ''

beforeAll(async () => {
  built = await buildReader()
  folder = await mkdtemp(join(tmpdir(), 'fits-'))
})
afterAll(async () => {
  await built.remove()
  await rm(folder, { recursive: true })
})

const report = (memoryBytes?: number) =>
  ({
    devices: [
      { kind: 'cuda', name: 'GPU', available: true, memoryBytes, freeMemoryBytes: memoryBytes && memoryBytes / 2 },
    ],
    recommended: { kind: memoryBytes ? 'cuda' : 'cpu', reason: 'no-gpu' },
  }) as never
const fitsOf = (reader: ModelReader, memoryBytes?: number) =>
  createModelFits({ reader, devices: async () => report(memoryBytes) })

/** llm-jp-3-1.8b */
const CONFIG = {
  model_type: 'llama',
  hidden_size: 2048,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  num_key_value_heads: 16,
  intermediate_size: 7168,
  vocab_size: 99_584,
  max_position_embeddings: 4096,
  rms_norm_eps: 1e-5,
  hidden_act: 'silu',
  tie_word_embeddings: false,
}
const PARAMETERS = 1_867_614_208

it.each(['cpu', 'cuda'])(
  'guesses by the number of parameters within 15 % of what config.json tells, on %s',
  async (kind) => {
    await writeFile(join(folder, 'config.json'), JSON.stringify(CONFIG))
    const fits = fitsOf(built.client(), kind === 'cuda' ? 24e9 : undefined)
    const [exact, rough] = [await fits.ofSketch(folder, 'bfloat16'), await fits.ofParameterCount(PARAMETERS)]
    expect([exact.device, exact.isApproximate, rough.isApproximate]).toEqual([kind, false, true])
    for (const [index, need] of exact.needs.entries()) {
      const { trainingBytes, chatBytes } = rough.needs[index]!
      for (const ratio of [trainingBytes / need.trainingBytes, chatBytes / need.chatBytes])
        expect(Math.abs(ratio - 1), need.precision).toBeLessThan(0.15)
    }
  },
)

it('tells what fits now, what fits once others end, and what never does', async () => {
  const reader = { call: () => Promise.reject(new Error('not asked')), close: () => undefined }
  const chat = async (parameters: number, memoryBytes?: number) =>
    (await fitsOf(reader, memoryBytes).ofParameterCount(parameters)).needs.map((need) => need.chat)
  // 2.1, 1.27 and 0.85 bytes a parameter, and 1.3 GB or, quantized, 1.75 GB; half of 8 GB is free.
  expect(await chat(1e9, 8e9)).toEqual(['fits', 'fits', 'fits'])
  expect(await chat(2.5e9, 8e9)).toEqual(['tight', 'tight', 'fits'])
  expect(await chat(7e9, 8e9)).toEqual(['no', 'no', 'tight'])
  const fit = await fitsOf(reader).ofParameterCount(1e6)
  expect(fit.memoryBytes).toBe(totalmem())
  expect(fit.availableBytes).toBeGreaterThanOrEqual(Math.min(freemem() / 2, totalmem()))
})

it('says so where the engine that knows the devices is gone', async () => {
  const gone = new EngineGone({ code: 1, reason: 'no such library' }, false)
  const fits = createModelFits({ reader: {} as ModelReader, devices: () => Promise.reject(gone) })
  await expect(fits.ofParameterCount(1e9)).rejects.toMatchObject({
    error: { code: 'engine/unavailable', facts: { reason: 'no such library' } },
  })
})
