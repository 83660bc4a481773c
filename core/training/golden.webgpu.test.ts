import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { defaultSettings, generationSettingsOf } from '../contract/index.ts'
import { Generator } from '../generation/generator.ts'
import { loadModel } from '../generation/loaded-model.ts'
import { loraTargets } from '../models/family.ts'
import { layOutLora } from '../models/lora.ts'
import { openRuntimeWithSoftwareGpu } from '../runtime/software-gpu.ts'
import { readAdapterVector } from './checkpoint.ts'
import { optimizers } from './optimizers.ts'
import { packRows } from './packing.ts'
import { StepRunner } from './step-runner.ts'

const core = join(import.meta.dirname, '..')

interface Golden {
  base_loss_answer_only: number
  base_generate: { prompt: string; greedy: number[] }[]
  training: { rows: { instruction: string; output: string }[]; losses: number[]; gradient_norms: number[] }
}

// A GPU made of software takes minutes for the whole golden: its first step and one answer show that every shader computes what the processor does.
it.runIf(openRuntimeWithSoftwareGpu())('trains and answers with the tiny model on WebGPU as torch does', { timeout: 600_000 }, async () => {
  const golden = JSON.parse(await readFile(join(core, 'training', 'fixtures', 'tiny-model.json'), 'utf8')) as Golden
  const model = await loadModel(join(core, '..', 'resources', 'models', 'terakoya-tiny-ja'))
  const device = openRuntimeWithSoftwareGpu()!.device('webgpu')
  const layout = layOutLora(loraTargets(model.architecture, 'all-linear'), { rank: 8, alpha: 16 })
  const rows = golden.training.rows.map(({ instruction, output }) => {
    const prompt = model.tokenizer.encode(`ユーザー: ${instruction}\nシステム: `)
    const answer = [...model.tokenizer.encode(output), 2]
    return { ids: Int32Array.from([...prompt, ...answer]), labelMask: Uint8Array.from([...prompt.map(() => 0), ...answer.map(() => 1)]) }
  })
  const runner = await StepRunner.open({ model, device, layout, optimizer: optimizers.AdamW, dropout: 0, attentionDropout: 0, clip: 0, weightDecay: 0, seed: 1, maxTokens: 128 })
  const baseLoss = await runner.evaluate([packRows(rows.slice(0, 1))])
  runner.p.write(await readAdapterVector(join(core, 'training', 'fixtures', 'initial_adapter'), layout))
  const { loss, gradientNorm } = await runner.step([packRows(rows.slice(0, 4))], 0, 1e-3)
  runner.dispose()
  expect(Math.abs(baseLoss / golden.base_loss_answer_only - 1)).toBeLessThan(1e-4)
  expect(Math.abs(loss / golden.training.losses[0]! - 1)).toBeLessThan(1e-4)
  expect(Math.abs(gradientNorm / golden.training.gradient_norms[0]! - 1)).toBeLessThan(1e-3)

  const generator = await Generator.open(model, device, null)
  const { prompt, greedy } = golden.base_generate[0]!
  const [answer] = await generator.generate({ prompts: [model.tokenizer.encode(`ユーザー: ${prompt}\nシステム: `)], settings: { ...generationSettingsOf(defaultSettings()), maxNewTokens: 60 } }, null)
  generator.dispose()
  expect(answer?.tokens).toEqual(greedy.filter((id) => id !== 2))
})
