import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultSettings } from '../contract/index.ts'
import { loadModel } from '../generation/loaded-model.ts'
import { loraTargets } from '../models/family.ts'
import { layOutLora } from '../models/lora.ts'
import { openRuntime } from '../runtime/index.ts'
import { openRuntimeWithSoftwareGpu } from '../runtime/software-gpu.ts'
import { readAdapterVector } from '../training/checkpoint.ts'
import { optimizers } from '../optimization/index.ts'
import { checkFamily } from './family.ts'
import { packRows } from '../training/packing.ts'
import { learningRateAt } from '../training/learning-rate.ts'
import { StepRunner } from '../training/step-runner.ts'

const core = join(import.meta.dirname, '..')
// Both parts in one process: they share compiled shaders, which take most of the time.
const runtime = openRuntimeWithSoftwareGpu()

interface Golden {
  base_loss_answer_only: number
  training: {
    rows: { instruction: string; output: string }[]
    batches: number[][]
    losses: number[]
    gradient_norms: number[]
  }
}

const differenceOf = (found: number, wanted: number | undefined) => Math.abs(found / wanted! - 1)

// A GPU made of software takes ten seconds for a step of this size. The families below take ten, and answer too.
describe.runIf(runtime)('the tiny model on WebGPU against torch and peft', () => {
  it('has the recorded first loss, and takes the first recorded step', { timeout: 1_200_000 }, async () => {
    const golden = JSON.parse(await readFile(join(core, 'training', 'fixtures', 'tiny-model.json'), 'utf8')) as Golden
    const model = await loadModel(join(core, '..', 'resources', 'models', 'terakoya-tiny-ja'))
    const layout = layOutLora(loraTargets(model.architecture, 'all-linear'), { rank: 8, alpha: 16 })
    const rows = golden.training.rows.map(({ instruction, output }) => {
      const prompt = model.tokenizer.encode(`ユーザー: ${instruction}\nシステム: `)
      const answer = [...model.tokenizer.encode(output), 2]
      return {
        ids: Int32Array.from([...prompt, ...answer]),
        labelMask: Uint8Array.from([...prompt.map(() => 0), ...answer.map(() => 1)]),
      }
    })
    const batches = golden.training.batches.map((batch) => packRows(batch.map((row) => rows[row]!)))
    const settings = { ...defaultSettings(), 'training.learning_rate': 1e-3, 'training.schedule': 'cosine' as const }
    const runner = await StepRunner.open({
      model,
      device: runtime!.device('webgpu'),
      layout,
      optimizer: optimizers.AdamW,
      dropout: 0,
      clip: 0,
      weightDecay: 0,
      seed: 1,
      maxTokens: 128,
    })
    try {
      const baseLoss = await runner.evaluate([packRows(rows.slice(0, 1))])
      runner.p.write(await readAdapterVector(join(core, 'training', 'fixtures', 'initial_adapter'), layout))
      const rate = learningRateAt(0, batches.length, 1, settings)
      const { loss, gradientNorm } = await runner.step([batches[0]!], 0, rate)
      expect(differenceOf(baseLoss, golden.base_loss_answer_only)).toBeLessThan(1e-4)
      expect(differenceOf(loss, golden.training.losses[0])).toBeLessThan(1e-4)
      expect(differenceOf(gradientNorm, golden.training.gradient_norms[0])).toBeLessThan(1e-3)
    } finally {
      runner.dispose()
    }
  })
})

// Learnt and rotary positions, both norms, windows, caps and short convolutions. A GPU made of software takes seconds
// for each training. An optimizer is the same program over p for every family: one family has them all.
const trainings: Readonly<Record<string, readonly string[]>> = {
  gpt2_erf: ['adamw_cosine'],
  gpt_neox_serial: ['adamw_cosine', 'adam', 'sgd_nesterov', 'rmsprop', 'adadelta'],
  gemma2: ['adamw_cosine'],
  qwen3: ['adamw_cosine'],
  lfm2: ['adamw_cosine'],
}

describe.runIf(runtime)('families on WebGPU against transformers and peft', () => {
  it.each(Object.entries(trainings))('%s', { timeout: 600_000 }, async (name, names) => {
    const checks = await checkFamily(join(core, 'models', 'fixtures', name), runtime!.device('webgpu'), {
      trainings: names,
      roundingOn: openRuntime().device('cpu'),
    })
    expect(checks.filter(({ worst, limit }) => !(worst <= limit))).toEqual([])
    expect(names.filter((training) => !checks.some((check) => check.name === `${training} losses`))).toEqual([])
  })
})
