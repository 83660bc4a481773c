import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { defaultSettings, generationSettingsOf } from '../contract/index.ts'
import { Generator } from '../generation/generator.ts'
import { loadModel, type LoadedModel } from '../generation/loaded-model.ts'
import { loraTargets } from '../models/family.ts'
import { layOutLora, type LoraLayout } from '../models/lora.ts'
import { openRuntimeWithSoftwareGpu } from '../runtime/software-gpu.ts'
import { readAdapterVector } from './checkpoint.ts'
import { optimizers } from '../optimization/index.ts'
import { packRows } from './packing.ts'
import { learningRateAt } from './learning-rate.ts'
import { StepRunner } from './step-runner.ts'

const core = join(import.meta.dirname, '..')

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

// The whole golden of the tiny model on a GPU made of software: minutes, so in a file of its own that runs beside the
// others.
describe.runIf(openRuntimeWithSoftwareGpu())(
  'the tiny model on WebGPU against torch and peft',
  { timeout: 2_400_000 },
  () => {
    let golden: Golden
    let model: LoadedModel
    let layout: LoraLayout
    let trained: Float32Array
    const device = () => openRuntimeWithSoftwareGpu()!.device('webgpu')

    beforeAll(async () => {
      golden = JSON.parse(await readFile(join(core, 'training', 'fixtures', 'tiny-model.json'), 'utf8')) as Golden
      model = await loadModel(join(core, '..', 'resources', 'models', 'terakoya-tiny-ja'))
      layout = layOutLora(loraTargets(model.architecture, 'all-linear'), { rank: 8, alpha: 16 })
    })

    async function answersOf(asked: readonly Answered[], p: Float32Array | null): Promise<number[][]> {
      const generator = await Generator.open(model, device(), p && layout)
      const prompts = asked.map(({ prompt }) => model.tokenizer.encode(`ユーザー: ${prompt}\nシステム: `))
      const answers = await generator.generate(
        { prompts, settings: { ...generationSettingsOf(defaultSettings()), 'prediction.max_length_inference': 60 } },
        p,
      )
      generator.dispose()
      return answers.map(({ tokens }) => tokens)
    }

    it('has the recorded first loss, and follows the twenty recorded losses and gradient norms', async () => {
      const { training } = golden
      const rows = training.rows.map(({ instruction, output }) => {
        const prompt = model.tokenizer.encode(`ユーザー: ${instruction}\nシステム: `)
        const answer = [...model.tokenizer.encode(output), 2]
        return {
          ids: Int32Array.from([...prompt, ...answer]),
          labelMask: Uint8Array.from([...prompt.map(() => 0), ...answer.map(() => 1)]),
        }
      })
      const runner = await StepRunner.open({
        model,
        device: device(),
        layout,
        optimizer: optimizers.AdamW,
        dropout: 0,
        clip: 0,
        weightDecay: 0,
        seed: 1,
        maxTokens: 128,
      })
      const baseLoss = await runner.evaluate([packRows(rows.slice(0, 1))])
      runner.p.write(await readAdapterVector(join(core, 'training', 'fixtures', 'initial_adapter'), layout))
      const steps: { loss: number; gradientNorm: number }[] = []
      const settings = { ...defaultSettings(), 'training.learning_rate': 1e-3, 'training.schedule': 'cosine' as const }
      for (const [step, batch] of training.batches.entries())
        steps.push(
          await runner.step(
            [packRows(batch.map((row) => rows[row]!))],
            step,
            learningRateAt(step, training.batches.length, 1, settings),
          ),
        )
      trained = await runner.p.read()
      runner.dispose()
      expect(worst([baseLoss], [golden.base_loss_answer_only])).toBeLessThan(1e-4)
      expect(
        worst(
          steps.map(({ loss }) => loss),
          training.losses,
        ),
      ).toBeLessThan(1e-4)
      expect(
        worst(
          steps.map(({ gradientNorm }) => gradientNorm),
          training.gradient_norms,
        ),
      ).toBeLessThan(1e-3)
    })

    it('answers every recorded question alike, before and after', async () => {
      const tokens = (asked: readonly Answered[]) => asked.map(({ greedy }) => greedy.filter((id) => id !== 2))
      expect(await answersOf(golden.base_generate, null)).toEqual(tokens(golden.base_generate))
      expect(await answersOf(golden.after_generate, trained)).toEqual(tokens(golden.after_generate))
    })
  },
)
