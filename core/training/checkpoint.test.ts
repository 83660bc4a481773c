import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { optimizers } from '../optimization/index.ts'
import { layOutLora } from '../models/lora.ts'
import { readAdapter } from '../checkpoints/index.ts'
import { readCheckpoint, savedModulesOf, saveCheckpoint, type Snapshot } from './checkpoint.ts'
import { latestCheckpoint } from './checkpoint-folder.ts'

const module = { path: 'model.layers.0.mlp.up_proj', inSize: 6, outSize: 4, bias: false, reads: 'f' }
const layout = layOutLora([module], { rank: 2, alpha: 4 })
const config = { baseModel: 'base', rank: 2, alpha: 4, dropout: 0.05, targetModules: ['up_proj'], fanInFanOut: false }
const vector = (scale: number) =>
  Float32Array.from({ length: layout.parameterCount }, (_, index) => Math.fround(scale * Math.sin(index)))
const snapshot = (step: number, bestStep: number | null = null): Snapshot => ({
  state: {
    step,
    epoch: step / 2,
    seed: 1,
    evaluatedStep: null,
    bestValidationLoss: bestStep === null ? null : 0.5,
    bestStep,
    lastLoss: 0.25,
    bestScore: null,
    microBatchRows: null,
    lossScale: null,
  },
  p: vector(step),
  optimizer: { m: vector(0.1 * step), v: vector(1e-9 * step) },
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-checkpoint-'))
})
afterEach(() => rm(folder, { recursive: true }))
const save = (...steps: Snapshot[]) =>
  steps.reduce<Promise<unknown>>(
    (before, one) => before.then(() => saveCheckpoint(folder, { layout, config }, one)),
    Promise.resolve(),
  )

describe('a tied table that is trained itself', () => {
  const tied = { embedding: 'model.embed_tokens.weight', outputLayers: ['lm_head.weight'], tied: true }
  const withTable = layOutLora([module], { rank: 2, alpha: 4, fullWeights: [{ name: tied.embedding, shape: [3, 2] }] })
  const p = Float32Array.from({ length: withTable.parameterCount }, (_, index) => index)
  const optimizer = { m: p, v: p }

  it('is saved under both its names, which PEFT needs, and comes back', async () => {
    const savedModules = savedModulesOf(withTable, tied)
    expect(savedModules).toEqual(['embed_tokens', 'lm_head'])
    const options = { layout: withTable, config: { ...config, savedModules }, architecture: tied }
    await saveCheckpoint(folder, options, { ...snapshot(1), p, optimizer })
    const { fullWeights } = await readAdapter(join(folder, '1'))
    const table = { shape: [3, 2], data: p.slice(-6) }
    expect(fullWeights).toEqual(
      new Map([
        ['lm_head.weight', table],
        ['model.embed_tokens.weight', table],
      ]),
    )
    expect((await readCheckpoint(join(folder, '1'), withTable, optimizers.AdamW.state)).p).toEqual(p)
  })

  it('is one where the output layer is another', () => {
    expect(savedModulesOf(withTable, { ...tied, tied: false })).toEqual(['embed_tokens'])
  })
})

it('a trained output layer is saved under every name that versions of transformers give it', async () => {
  const neox = {
    embedding: 'gpt_neox.embed_in.weight',
    outputLayers: ['lm_head.weight', 'embed_out.weight'],
    tied: false,
  }
  const withHead = layOutLora([module], {
    rank: 2,
    alpha: 4,
    fullWeights: [{ name: 'embed_out.weight', shape: [3, 2] }],
  })
  const savedModules = savedModulesOf(withHead, neox)
  expect(savedModules).toEqual(['embed_out', 'lm_head'])
  const p = Float32Array.from({ length: withHead.parameterCount }, (_, index) => index)
  const options = { layout: withHead, config: { ...config, savedModules }, architecture: neox }
  await saveCheckpoint(folder, options, { ...snapshot(1), p, optimizer: { m: p, v: p } })
  const table = { shape: [3, 2], data: p.slice(-6) }
  expect((await readAdapter(join(folder, '1'))).fullWeights).toEqual(
    new Map([
      ['embed_out.weight', table],
      ['lm_head.weight', table],
    ]),
  )
  expect((await readCheckpoint(join(folder, '1'), withHead, optimizers.AdamW.state)).p).toEqual(p)
})

describe('checkpoints', () => {
  it('come back bit for bit', async () => {
    await save(snapshot(3))
    expect(await readCheckpoint(join(folder, '3'), layout, optimizers.AdamW.state)).toEqual(snapshot(3))
  })

  it('keep the best and the last, named by text files', async () => {
    await save(snapshot(1), snapshot(2, 2), snapshot(3, 2), snapshot(4, 2))
    expect((await readdir(folder)).sort()).toEqual(['2', '4', 'best', 'last'])
    expect([await readFile(join(folder, 'best'), 'utf8'), await readFile(join(folder, 'last'), 'utf8')]).toEqual([
      '2\n',
      '4\n',
    ])
    expect([await latestCheckpoint(folder), await latestCheckpoint(folder, 'best')]).toEqual([
      { folder: join(folder, '4'), step: 4 },
      { folder: join(folder, '2'), step: 2 },
    ])
  })

  it('can be written again at the same step', async () => {
    await save(snapshot(2), snapshot(2, 2))
    expect([
      (await readdir(folder)).sort(),
      (await readCheckpoint(join(folder, '2'), layout, optimizers.AdamW.state)).state.bestStep,
    ]).toEqual([['2', 'best', 'last'], 2])
  })

  it('are cleared of what a killed engine left behind', async () => {
    await mkdir(join(folder, '.draft-7'))
    await mkdir(join(folder, '6'))
    await save(snapshot(8))
    expect((await readdir(folder)).sort()).toEqual(['8', 'last'])
  })

  it('are found without their name, the newest whole one', async () => {
    expect(await latestCheckpoint(folder)).toBeNull()
    await save(snapshot(1, 1), snapshot(5, 1))
    await writeFile(join(folder, 'last'), '99\n')
    await mkdir(join(folder, '9'))
    expect(await latestCheckpoint(folder)).toEqual({ folder: join(folder, '5'), step: 5 })
  })

  it('are refused for another LoRA shape', async () => {
    await save(snapshot(1))
    await expect(
      readCheckpoint(join(folder, '1'), layOutLora([module], { rank: 4, alpha: 4 }), optimizers.AdamW.state),
    ).rejects.toMatchObject({ error: { code: 'checkpoint/layout' } })
  })
})
