import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultSettings, generationSettingsOf } from '../contract/index.ts'
import { Generator } from '../generation/generator.ts'
import { loadModel, type LoadedModel } from '../generation/loaded-model.ts'
import { openCheckpoint } from '../checkpoints/index.ts'
import { architectureOf, loraTargets } from '../models/family.ts'
import { layOutLora, type LoraLayout } from '../models/lora.ts'
import { logitsProgram } from '../models/programs.ts'
import { rotaryTables } from '../models/rotary.ts'
import { openProgram } from '../kernels/run-program.ts'
import { openRuntime } from '../runtime/index.ts'
import { readAdapterVector } from './checkpoint.ts'
import { optimizers } from '../optimization/index.ts'
import { packRows, type PackedBatch } from './packing.ts'
import type { TokenRow } from '../samples/token-row.ts'
import { learningRateAt } from './learning-rate.ts'
import { StepRunner } from './step-runner.ts'

const core = join(import.meta.dirname, '..')
const tinyFolder = join(core, '..', 'resources', 'models', 'terakoya-tiny-ja')
const llamaFolder = join(core, 'models', 'fixtures', 'llama')
interface TinyGolden {
  base_generate: { prompt: string }[]
  base_logits_last_position_top10: [number, number][]
  base_loss_answer_only: number
  training: {
    rows: { instruction: string; output: string }[]
    batches: number[][]
    losses: number[]
    gradient_norms: number[]
  }
  after_generate: { prompt: string; greedy: number[] }[]
}
interface LlamaGolden {
  rows: number[][]
  prompt_lengths: number[]
  train: { adamw_cosine: { losses: number[]; grad_norms: number[]; final_checksum: number } }
}

const relative = (found: readonly number[], wanted: readonly number[]) =>
  found.map((value, index) => Math.abs(value / (wanted[index] as number) - 1))
const cosine = (step: number, steps: number, peak: number) =>
  learningRateAt(step, steps, 1, {
    ...defaultSettings(),
    'training.learning_rate': peak,
    'training.schedule': 'cosine',
  })

async function trainSteps(runner: StepRunner, batches: readonly PackedBatch[], peak: number) {
  const losses: number[] = []
  const norms: number[] = []
  for (const [step, batch] of batches.entries()) {
    const { loss, gradientNorm } = await runner.step([batch], step, cosine(step, batches.length, peak))
    losses.push(loss)
    norms.push(gradientNorm)
  }
  return { losses, norms }
}

describe('training the tiny model against torch and peft', () => {
  const device = openRuntime().device('cpu')
  let tiny: LoadedModel
  let golden: TinyGolden
  let layout: LoraLayout
  let runner: StepRunner
  let rows: TokenRow[]

  beforeAll(async () => {
    golden = JSON.parse(await readFile(join(core, 'training', 'fixtures', 'tiny-model.json'), 'utf8')) as TinyGolden
    tiny = await loadModel(tinyFolder)
    layout = layOutLora(loraTargets(tiny.architecture, 'all-linear'), { rank: 8, alpha: 16 })
    rows = golden.training.rows.map(({ instruction, output }) => {
      const prompt = tiny.tokenizer.encode(`ユーザー: ${instruction}\nシステム: `)
      const answer = [...tiny.tokenizer.encode(output), 2]
      return {
        ids: Int32Array.from([...prompt, ...answer]),
        labelMask: Uint8Array.from([...prompt.map(() => 0), ...answer.map(() => 1)]),
      }
    })
    runner = await StepRunner.open({
      model: tiny,
      device,
      layout,
      optimizer: optimizers.AdamW,
      dropout: 0,
      clip: 0,
      weightDecay: 0,
      seed: 1,
      maxTokens: 128,
    })
  })
  afterAll(() => runner.dispose())

  it('gives the recorded logits after the first question', async () => {
    const ids = tiny.tokenizer.encode(`ユーザー: ${golden.base_generate[0]?.prompt}\nシステム: `)
    const T = ids.length
    const tables = Object.fromEntries(rotaryTables(tiny.architecture, T).map(({ name, values }) => [name, values]))
    const feeds = {
      ids,
      positions: BigInt64Array.from(ids, (_, index) => BigInt(index)),
      segments: ids.map(() => 0),
      targets: [T - 1],
      ...tables,
    }
    const program = await openProgram(
      device,
      logitsProgram(tiny, null),
      { B: 1, T, N: T, M: 1, S: T },
      { weightsFolder: tinyFolder },
    )
    const { logits } = await program.run(feeds)
    program.dispose()
    const off = golden.base_logits_last_position_top10.map(([id, logit]) => Math.abs(Number(logits?.[id]) - logit))
    expect(Math.max(...off)).toBeLessThan(2e-4)
  })

  it('begins at the loss of the base model', async () => {
    expect(
      relative([await runner.evaluate([packRows(rows.slice(0, 1))])], [golden.base_loss_answer_only])[0],
    ).toBeLessThan(1e-4)
  })

  it(
    'follows the twenty recorded losses and gradient norms, and answers the same afterwards',
    { timeout: 600_000 },
    async () => {
      runner.p.write(await readAdapterVector(join(core, 'training', 'fixtures', 'initial_adapter'), layout))
      const batches = golden.training.batches.map((batch) => packRows(batch.map((row) => rows[row] as TokenRow)))
      const { losses, norms } = await trainSteps(runner, batches, 1e-3)
      expect(Math.max(...relative(losses, golden.training.losses))).toBeLessThan(1e-4)
      expect(Math.max(...relative(norms, golden.training.gradient_norms))).toBeLessThan(1e-3)
      const generator = await Generator.open(tiny, device, layout)
      const prompts = golden.after_generate.map(({ prompt }) =>
        tiny.tokenizer.encode(`ユーザー: ${prompt}\nシステム: `),
      )
      const answers = await generator.generate(
        { prompts, settings: { ...generationSettingsOf(defaultSettings()), 'prediction.max_length_inference': 60 } },
        await runner.p.read(),
      )
      generator.dispose()
      expect(answers.map(({ tokens }) => tokens)).toEqual(
        golden.after_generate.map(({ greedy }) => greedy.filter((id) => id !== 2)),
      )
    },
  )

  it('gives the same losses for packed rows as for each row in a sequence of its own', async () => {
    const short = rows.map(({ ids, labelMask }, index) => ({
      ids: ids.slice(0, 8 + 9 * index),
      labelMask: labelMask.slice(0, 8 + 9 * index).fill(1),
    }))
    const packed = packRows(short)
    expect(packed.sequences).toBeLessThan(short.length)
    const alone = short.map((row) => packRows([row]))
    expect(relative([await runner.evaluate([packed])], [await runner.evaluate(alone)])[0]).toBeLessThan(1e-5)
  })

  it('gives the same steps for batches that are padded to be recorded', async () => {
    const padded = await StepRunner.open({
      model: tiny,
      device,
      layout,
      optimizer: optimizers.AdamW,
      dropout: 0,
      clip: 0,
      weightDecay: 0,
      seed: 1,
      maxTokens: 128,
      cudaGraph: true,
    })
    const start = await readAdapterVector(join(core, 'training', 'fixtures', 'initial_adapter'), layout)
    const results = []
    for (const one of [runner, padded]) {
      one.p.write(start)
      for (const tensor of Object.values(one.state)) tensor.write(new Float32Array(layout.parameterCount))
      results.push(
        await trainSteps(
          one,
          golden.training.batches.slice(0, 6).map((batch) => packRows(batch.map((row) => rows[row] as TokenRow))),
          1e-3,
        ),
      )
    }
    const [plain, even] = results as [Awaited<ReturnType<typeof trainSteps>>, Awaited<ReturnType<typeof trainSteps>>]
    expect(Math.max(...relative(even.losses, plain.losses))).toBeLessThan(1e-5)
    expect(Math.max(...relative(even.norms, plain.norms))).toBeLessThan(1e-4)
    padded.dispose()
  })

  it('gives the same step for two micro-batches of two rows as for one of four, and after its sessions were closed', async () => {
    const p = await runner.p.read()
    const zero = new Float32Array(layout.parameterCount)
    const restart = () => {
      runner.p.write(p)
      for (const tensor of Object.values(runner.state)) tensor.write(zero)
    }
    restart()
    const together = await runner.step([packRows(rows.slice(0, 4))], 0, 1e-4)
    restart()
    const apart = await runner.step([packRows(rows.slice(0, 2)), packRows(rows.slice(2, 4))], 0, 1e-4)
    expect(
      Math.max(...relative([apart.loss, apart.gradientNorm], [together.loss, together.gradientNorm])),
    ).toBeLessThan(1e-5)
    restart()
    const { session } = openRuntime().live()
    runner.closeSessions()
    expect(openRuntime().live().session).toBeLessThan(session)
    expect(await runner.step([packRows(rows.slice(0, 4))], 0, 1e-4)).toEqual(together)
  })
})

// On WebGPU: such a step, and ten of five families, in ../goldens/webgpu.test.ts.
describe('training the golden llama against torch and peft', () => {
  it('follows ten recorded steps with clipping and weight decay, packed or not', { timeout: 300_000 }, async () => {
    const { rows, prompt_lengths, train } = JSON.parse(
      await readFile(join(llamaFolder, 'expected.json'), 'utf8'),
    ) as LlamaGolden
    const { config, tensors } = await openCheckpoint(llamaFolder)
    const model = {
      folder: llamaFolder,
      architecture: architectureOf(config),
      weights: tensors as LoadedModel['weights'],
    }
    const layout = layOutLora(loraTargets(model.architecture, 'all-linear'), { rank: 4, alpha: 16 })
    const runner = await StepRunner.open({
      model,
      device: openRuntime().device('cpu'),
      layout,
      optimizer: optimizers.AdamW,
      dropout: 0,
      clip: 1,
      weightDecay: 0.01,
      seed: 1,
      maxTokens: 64,
    })
    runner.p.write(await readAdapterVector(join(llamaFolder, 'adapter'), layout))
    const samples = rows.map((ids, row) => ({
      ids: Int32Array.from(ids),
      labelMask: Uint8Array.from(ids, (_, index) => Number(index >= (prompt_lengths[row] as number))),
    }))
    const evaluated = await runner.evaluate([packRows(samples, 64)])
    const { losses, norms } = await trainSteps(
      runner,
      Array.from({ length: 10 }, () => packRows(samples)),
      5e-3,
    )
    const checksum = (await runner.p.read()).reduce((sum, value) => sum + Math.abs(value), 0)
    runner.dispose()
    const wanted = train.adamw_cosine
    expect(Math.max(...relative([evaluated, ...losses], [wanted.losses[0] as number, ...wanted.losses]))).toBeLessThan(
      1e-4,
    )
    expect(Math.max(...relative(norms, wanted.grad_norms))).toBeLessThan(1e-3)
    expect(relative([checksum], [wanted.final_checksum])[0]).toBeLessThan(1e-4)
  })
})

it('leaves nothing on the device', () => {
  expect(openRuntime().live()).toEqual({ session: 0, tensor: 0, binding: 0 })
})
