import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultSettings, type SettingValues } from '../contract/index.ts'
import { openRuntime } from '../runtime/index.ts'
import { openModelFiles } from '../weights/model-files.ts'
import { NO_RESIDENT_WEIGHTS } from '../weights/resident.ts'
import { readAdapterVector } from './checkpoint.ts'
import { LossScale } from './loss-scale.ts'
import { optimizers, type Optimizer } from '../optimization/index.ts'
import { packRows } from './packing.ts'
import { StepRunner } from './step-runner.ts'
import { makeJob, runJob, someRows } from './testing/test-job.ts'
import { initialTrainable, trainableLayout } from './trainable.ts'
import { layOutLora } from '../models/lora.ts'
import { loraTargets } from '../models/family.ts'

const device = openRuntime().device('cpu')
afterAll(() => expect(openRuntime().live()).toEqual({ session: 0, tensor: 0, binding: 0 }))

const furthest = (found: readonly number[], wanted: readonly number[]) =>
  Math.max(...wanted.map((value, step) => Math.abs((found[step] ?? NaN) / value - 1)))

interface Recorded {
  losses: number[]
  grad_norms: number[]
  final_checksum: number
  trainable: number
}

// Recorded with torch 2.13, transformers 5.18 and peft 0.21: six AdamW steps on the rows of the family's golden, from
// its adapter.
const recorded = JSON.parse(await readFile(join(import.meta.dirname, 'fixtures', 'variants.json'), 'utf8')) as Record<
  string,
  Record<string, Recorded>
>
const variants: Record<string, { settings: Partial<SettingValues>; learningRate: number }> = {
  dora: { settings: { 'training.use_dora': true }, learningRate: 5e-3 },
  rslora: { settings: { 'training.use_rslora': true }, learningRate: 5e-3 },
  full: { settings: { 'training.lora': false }, learningRate: 1e-3 },
  unfrozen: { settings: { 'training.lora_unfreeze_layers': 'embed, head' }, learningRate: 1e-3 },
}

describe.each(Object.keys(recorded))('%s trains as torch and peft do', (family) => {
  const folder = join(import.meta.dirname, '..', 'models', 'fixtures', family)

  it.each(Object.keys(variants))('%s', async (name) => {
    const { settings, learningRate } = variants[name]!
    const wanted = recorded[family]![name]!
    const { rows, prompt_lengths } = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as {
      rows: number[][]
      prompt_lengths: number[]
    }
    const model = await openModelFiles(folder)
    const layout = trainableLayout(model, {
      ...defaultSettings(),
      'training.lora_r': 4,
      'training.lora_alpha': 16,
      ...settings,
    })
    expect(layout.parameterCount).toBe(wanted.trainable)
    const runner = await StepRunner.open({
      model,
      device,
      layout,
      optimizer: optimizers.AdamW,
      clip: 0,
      weightDecay: 0,
      seed: 1,
      maxTokens: 64,
    })
    const p = await initialTrainable(model, layout, 1, { device, resident: NO_RESIDENT_WEIGHTS })
    const plain = layOutLora(loraTargets(model.architecture, 'all-linear'), { rank: 4, alpha: 16 })
    const adapter = await readAdapterVector(join(folder, 'adapter'), plain)
    for (const [index, slot] of layout.slots.entries())
      for (const [from, to] of [
        [plain.slots[index]!.a, slot.a],
        [plain.slots[index]!.b, slot.b],
      ] as const)
        p.set(adapter.subarray(from.offset, from.offset + from.shape[0] * from.shape[1]), to.offset)
    runner.p.write(p)
    const batch = packRows(
      rows.map((ids, row) => ({
        ids: Int32Array.from(ids),
        labelMask: Uint8Array.from(ids, (_, index) => Number(index >= prompt_lengths[row]!)),
      })),
    )
    const steps = []
    for (let step = 0; step < wanted.losses.length; step++) steps.push(await runner.step([batch], step, learningRate))
    const checksum = (await runner.p.read()).reduce((sum, value) => sum + Math.abs(value), 0)
    runner.dispose()
    expect(
      furthest(
        steps.map(({ loss }) => loss),
        wanted.losses,
      ),
    ).toBeLessThan(1e-4)
    expect(
      furthest(
        steps.map(({ gradientNorm }) => gradientNorm),
        wanted.grad_norms,
      ),
    ).toBeLessThan(1e-3)
    expect(furthest([checksum], [wanted.final_checksum])).toBeLessThan(1e-4)
  })
})

/** Of all rows in one batch. */
const STEPS = 10

async function lossesOf(settings: Partial<SettingValues>): Promise<number[]> {
  const job = await makeJob(someRows, [], {
    'training.batch_size': 4,
    'training.epochs': STEPS,
    'training.learning_rate': 1e-3,
    'training.lora_dropout': 0,
    'training.evaluation_epochs': 1000,
    'prediction.max_length_inference': 1,
    ...settings,
  })
  try {
    return (await runJob(job)).losses
  } finally {
    await rm(job.folder, { recursive: true })
  }
}

describe('ten steps of the tiny model', { timeout: 600_000 }, () => {
  const base = lossesOf({})

  // How far the loss of any of twenty steps is from float32's, as a share; the limits are about twice what was
  // measured.
  it.each<[string, Partial<SettingValues>, number]>([
    ['float16', { 'environment.precision': 'float16' }, 2e-3],
    ['bfloat16', { 'environment.precision': 'bfloat16' }, 2e-2],
    ['base weights in bfloat16', { 'architecture.backbone_dtype': 'bfloat16' }, 3e-3],
    ['base weights in int8', { 'architecture.backbone_dtype': 'int8' }, 6e-3],
    ['base weights in int4', { 'architecture.backbone_dtype': 'int4' }, 0.1],
    ['AdamW with 8-bit state', { 'training.optimizer': 'AdamW8bit' }, 5e-2],
    ['gradient checkpointing', { 'architecture.gradient_checkpointing': true }, 1e-5],
  ])('%s stays near float32', async (_, settings, limit) => {
    const losses = await lossesOf(settings)
    expect(losses).toHaveLength(STEPS)
    expect(furthest(losses, await base)).toBeLessThan(limit)
  })

  it('gradient checkpointing gives the same losses with dropout too', async () => {
    const settings = {
      'training.lora_dropout': 0.1,
      'architecture.intermediate_dropout': 0.2,
      'augmentation.neftune_noise_alpha': 5,
    }
    expect(
      furthest(await lossesOf({ ...settings, 'architecture.gradient_checkpointing': true }), await lossesOf(settings)),
    ).toBeLessThan(1e-5)
  })

  it('noise, hidden tokens and inner dropout change what is learnt, and nothing else for the same seed', async () => {
    const each = [
      { 'augmentation.neftune_noise_alpha': 5 },
      { 'augmentation.token_mask_probability': 0.1 },
      { 'architecture.intermediate_dropout': 0.3 },
    ]
    for (const settings of each) expect(furthest(await lossesOf(settings), await base)).toBeGreaterThan(1e-3)
    const all = Object.assign({}, ...each)
    expect(await lossesOf(all)).toEqual(await lossesOf(all))
  })
})

it('counts steps that overflow float16, changes nothing in them and lowers the scale', async () => {
  const folder = join(import.meta.dirname, '..', 'models', 'fixtures', 'llama')
  const model = await openModelFiles(folder)
  const layout = layOutLora(loraTargets(model.architecture, 'all-linear'), { rank: 4, alpha: 16 })
  const lossScale = new LossScale({ value: 2 ** 24, goodSteps: 0, overflows: 0 })
  const runner = await StepRunner.open({
    model,
    device,
    layout,
    optimizer: optimizers.AdamW,
    clip: 0,
    weightDecay: 0,
    seed: 1,
    maxTokens: 64,
    compute: 'float16',
    lossScale,
  })
  const before = await readAdapterVector(join(folder, 'adapter'), layout)
  runner.p.write(before)
  const batch = packRows([{ ids: Int32Array.from([5, 9, 33, 7, 21]), labelMask: Uint8Array.from([0, 1, 1, 1, 1]) }])
  const first = await runner.step([batch], 0, 1e-3)
  expect([first.skipped, Number.isFinite(first.loss), lossScale.value, lossScale.overflows]).toEqual([
    true,
    true,
    2 ** 23,
    1,
  ])
  expect(await runner.p.read()).toEqual(before)
  let step = 1
  while ((await runner.step([batch], step, 1e-3)).skipped) step++
  expect(lossScale.overflows).toBe(step)
  expect(await runner.p.read()).not.toEqual(before)
  runner.dispose()
})

it('frees what a runner had made when there is no memory for the rest', async () => {
  const model = await openModelFiles(join(import.meta.dirname, '..', 'models', 'fixtures', 'llama'))
  const layout = layOutLora(loraTargets(model.architecture, 'all-linear'), { rank: 4, alpha: 16 })
  const before = openRuntime().live()
  const greedy: Optimizer = {
    ...optimizers.AdamW,
    state: { ...optimizers.AdamW.state, v: { dtype: 'float32', length: () => 2 ** 50 } },
  }
  await expect(
    StepRunner.open({ model, device, layout, optimizer: greedy, clip: 0, weightDecay: 0, seed: 1, maxTokens: 64 }),
  ).rejects.toThrow()
  expect(openRuntime().live()).toEqual(before)
})
