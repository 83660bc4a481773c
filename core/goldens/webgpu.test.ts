import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { defaultSettings, generationSettingsOf } from '../contract/index.ts'
import { Generator } from '../generation/generator.ts'
import { loadModel, type LoadedModel } from '../generation/loaded-model.ts'
import { loraTargets } from '../models/family.ts'
import { layOutLora, type LoraLayout } from '../models/lora.ts'
import { openRuntime, type Device } from '../runtime/index.ts'
import { openRuntimeWithSoftwareGpu } from '../runtime/software-gpu.ts'
import type { TokenRow } from '../samples/token-row.ts'
import { readAdapterVector } from '../training/checkpoint.ts'
import { optimizers } from '../optimization/index.ts'
import { checkFamily } from './family.ts'
import { packRows, type PackedBatch } from '../training/packing.ts'
import { learningRateAt } from '../training/learning-rate.ts'
import { StepRunner } from '../training/step-runner.ts'

const core = join(import.meta.dirname, '..')
// Both parts in one process: they share compiled shaders, which take most of the time.
const runtime = openRuntimeWithSoftwareGpu()

interface Answered {
  prompt: string
  greedy: number[]
}
interface Golden {
  base_loss_answer_only: number
  base_generate: Answered[]
  training: {
    rows: { instruction: string; output: string }[]
    batches: number[][]
    losses: number[]
    gradient_norms: number[]
  }
  after_generate: Answered[]
}

const worst = (found: readonly number[], wanted: readonly number[]) =>
  Math.max(...found.map((value, index) => Math.abs(value / (wanted[index] as number) - 1)))

/** A GPU made of software takes ten seconds for a step; the families below take ten steps with their optimizers. */
const STEPS = 1
/** The first answer is short, the last one is changed by training. */
const ASKED = ['こんにちは', 'RehabCチャンネルとは?']
/** More tokens of an answer than the shortest has. A token takes a second. */
const MAX_TOKENS = 6

describe.runIf(runtime)('the tiny model on WebGPU against torch and peft', { timeout: 1_200_000 }, () => {
  let golden: Golden
  let model: LoadedModel
  let layout: LoraLayout
  let rows: TokenRow[]
  let batches: PackedBatch[]
  const webgpu = () => runtime!.device('webgpu')

  beforeAll(async () => {
    golden = JSON.parse(await readFile(join(core, 'training', 'fixtures', 'tiny-model.json'), 'utf8')) as Golden
    model = await loadModel(join(core, '..', 'resources', 'models', 'terakoya-tiny-ja'))
    layout = layOutLora(loraTargets(model.architecture, 'all-linear'), { rank: 8, alpha: 16 })
    rows = golden.training.rows.map(({ instruction, output }) => {
      const prompt = model.tokenizer.encode(`ユーザー: ${instruction}\nシステム: `)
      const answer = [...model.tokenizer.encode(output), 2]
      return {
        ids: Int32Array.from([...prompt, ...answer]),
        labelMask: Uint8Array.from([...prompt.map(() => 0), ...answer.map(() => 1)]),
      }
    })
    batches = golden.training.batches.map((batch) => packRows(batch.map((row) => rows[row]!)))
  })

  /** The first steps of the recorded training, whose learning rate falls over all twenty. */
  async function train(device: Device, count: number) {
    const settings = { ...defaultSettings(), 'training.learning_rate': 1e-3, 'training.schedule': 'cosine' as const }
    const runner = await StepRunner.open({
      model,
      device,
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
      const losses: number[] = []
      const norms: number[] = []
      for (const [step, batch] of batches.slice(0, count).entries()) {
        const rate = learningRateAt(step, batches.length, 1, settings)
        const { loss, gradientNorm } = await runner.step([batch], step, rate)
        losses.push(loss)
        norms.push(gradientNorm)
      }
      return { baseLoss, losses, norms, p: await runner.p.read() }
    } finally {
      runner.dispose()
    }
  }

  /** Without an adapter, which is p = 0, and with the trained one. */
  async function answersWith(adapters: readonly Float32Array[]): Promise<number[][][]> {
    const generator = await Generator.open(model, webgpu(), layout)
    const prompts = ASKED.map((question) => model.tokenizer.encode(`ユーザー: ${question}\nシステム: `))
    const settings = { ...generationSettingsOf(defaultSettings()), 'prediction.max_length_inference': MAX_TOKENS }
    const answers: number[][][] = []
    for (const p of adapters)
      answers.push((await generator.generate({ prompts, settings }, p)).map(({ tokens }) => tokens))
    generator.dispose()
    return answers
  }

  const recorded = (answered: readonly Answered[]): number[][] =>
    ASKED.map((question) => {
      const { greedy } = answered.find(({ prompt }) => prompt === question)!
      return greedy.filter((id) => id !== 2).slice(0, MAX_TOKENS)
    })

  it('has the recorded first loss, and follows the recorded losses and gradient norms', async () => {
    const { baseLoss, losses, norms } = await train(webgpu(), STEPS)
    expect(worst([baseLoss], [golden.base_loss_answer_only])).toBeLessThan(1e-4)
    expect(worst(losses, golden.training.losses)).toBeLessThan(1e-4)
    expect(worst(norms, golden.training.gradient_norms)).toBeLessThan(1e-3)
    expect([losses.length, norms.length]).toEqual([STEPS, STEPS])
  })

  it('answers recorded questions alike, before and after the twenty steps', async () => {
    const { p } = await train(openRuntime().device('cpu'), batches.length)
    expect(await answersWith([new Float32Array(p.length), p])).toEqual([
      recorded(golden.base_generate),
      recorded(golden.after_generate),
    ])
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
